"""A Kubernetes control plane and kwok, which simulates nodes, for the tests against a real API server.

The vendor's binaries are in no package registry, so they are built from their Go modules.
"""

from pathlib import Path

from tools import go_build

VERSION = "1.34.0"
KWOK_VERSION = "0.7.0"
ENTRY = f"kubernetes-{VERSION}-kwok-{KWOK_VERSION}"

PROGRAMS = (
    # Three programs of one module: kube-apiserver, kube-controller-manager, kube-scheduler.
    go_build.Program(
        name="kubernetes", version=f"v{VERSION}", version_variable="k8s.io/component-base/version.gitVersion"
    ),
    go_build.Program(name="kwok", version=f"v{KWOK_VERSION}", version_variable="sigs.k8s.io/kwok/pkg/consts.Version"),
)


def ensure() -> Path:
    """Returns the directory of the programs."""
    return go_build.provide(ENTRY, PROGRAMS, "some minutes")
