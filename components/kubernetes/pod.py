"""Common parts of all pods of the program: the restricted security context, environment variables, digests.

It meets the Pod Security Standard `restricted`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pulumi

from settings import PodSecurity

# Rasa's images run as this user.
USER: Final = 1001

CA_DIRECTORY: Final = "/etc/rasa/ca"
POSTGRES_CA: Final = "postgres-ca.pem"

# A piece of a manifest or of Helm values: JSON with outputs at the leaves.
Value: TypeAlias = "pulumi.Input[str] | int | bool | Sequence[Value] | Mapping[str, Value] | None"
Values: TypeAlias = Mapping[str, Value]

_POD_SECURITY: Final[dict[PodSecurity, Values]] = {
    PodSecurity.RESTRICTED: {"runAsUser": USER, "runAsGroup": USER, "fsGroup": USER},
    # The cluster gives every namespace its own users and groups, and refuses all others.
    PodSecurity.OPENSHIFT: {},
}
# No readOnlyRootFilesystem: Rasa writes to /app/.rasa and /tmp.
CONTAINER_SECURITY: Final[Values] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    """The value of a key of a Kubernetes Secret in the pod's namespace."""

    secret: pulumi.Input[str]
    key: str


Environment: TypeAlias = Mapping[str, pulumi.Input[str] | SecretKey]


def environment_values(environment: Environment) -> list[Value]:
    """Returns the variables as a manifest or Helm values have them."""
    return [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": value.secret, "key": value.key}}}
        if isinstance(value, SecretKey)
        else {"name": name, "value": value}
        for name, value in environment.items()
    ]


def secret_volumes(files: Mapping[str, Values]) -> tuple[list[Values], list[Values]]:
    """Returns volumes of Secrets, and their mounts, by the directory that each is mounted at."""
    volumes = {f"secret-files-{index}": (path, source) for index, (path, source) in enumerate(files.items())}
    return (
        [{"name": name, "secret": source} for name, (_, source) in volumes.items()],
        [{"name": name, "mountPath": path, "readOnly": True} for name, (path, _) in volumes.items()],
    )


def pod_security_values(wanted: PodSecurity) -> Values:
    """Returns the security context of a pod, as a manifest or Helm values have it."""
    return {"runAsNonRoot": True, **_POD_SECURITY[wanted], "seccompProfile": {"type": "RuntimeDefault"}}


def digest(inputs: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
    """Returns the SHA-256 of all inputs; secret if one input is."""
    return pulumi.Output.json_dumps(inputs, sort_keys=True).apply(_sha256)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
