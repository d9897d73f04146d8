"""A container that runs next to the others of a pod: it starts before them, ends after them, and lets a Job complete.

It is an init container that always restarts (Kubernetes 1.29 and later). Pure: returns values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components.kubernetes.pod import CONTAINER_SECURITY, Values


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """`directory` is the mount directory of its ConfigMap."""

    name: str
    image: str
    command: Sequence[str]
    directory: str
    cpu: str
    memory: str


def sidecar_values(sidecar: Sidecar, volume: str) -> Values:
    """Returns the container, as in a manifest or in Helm values; `volume` is the pod's volume with its ConfigMap."""
    return {
        "name": sidecar.name,
        "image": sidecar.image,
        "command": list(sidecar.command),
        "restartPolicy": "Always",
        "securityContext": CONTAINER_SECURITY,
        "resources": {"requests": {"cpu": sidecar.cpu, "memory": sidecar.memory}, "limits": {"memory": sidecar.memory}},
        "volumeMounts": [{"name": volume, "mountPath": sidecar.directory, "readOnly": True}],
    }
