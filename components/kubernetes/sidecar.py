"""A container that runs beside the others of a pod: starts before them, ends after them, and lets a Job complete.

Such a one is an init container that restarts always (Kubernetes 1.29 and later). Pure: makes values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components.kubernetes.pod import CONTAINER_SECURITY, Values


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """`directory` is that of the one ConfigMap which it reads."""

    name: str
    image: str
    command: Sequence[str]
    directory: str
    cpu: str
    memory: str


def sidecar_values(sidecar: Sidecar, volume: str) -> Values:
    """The container, as in a manifest or in Helm values; `volume` is the pod's volume with its ConfigMap."""
    return {
        "name": sidecar.name,
        "image": sidecar.image,
        "command": list(sidecar.command),
        "restartPolicy": "Always",
        "securityContext": CONTAINER_SECURITY,
        "resources": {"requests": {"cpu": sidecar.cpu, "memory": sidecar.memory}, "limits": {"memory": sidecar.memory}},
        "volumeMounts": [{"name": volume, "mountPath": sidecar.directory, "readOnly": True}],
    }
