"""Rights of a service account on one Secret of one namespace, and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes


@dataclass(frozen=True, kw_only=True)
class SecretAccessSpec:
    """What `account` of `account_namespace` may do with the Secret `secret` of `namespace`.

    `may_create`: it may make Secrets there as well. A right to create cannot be limited to a name; one to read can.
    """

    namespace: pulumi.Input[str]
    secret: str
    verbs: Sequence[str]
    may_create: bool = False
    account: str
    account_namespace: str


def secret_access(
    name: str, spec: SecretAccessSpec, *, opts: pulumi.ResourceOptions
) -> tuple[pulumi.Resource, pulumi.Resource]:
    """The Role and its binding."""
    metadata = kubernetes.meta.v1.ObjectMetaArgs(
        name=f"{spec.account}-{spec.secret}" if spec.account != spec.secret else spec.secret, namespace=spec.namespace
    )
    rules = [
        kubernetes.rbac.v1.PolicyRuleArgs(
            api_groups=[""], resources=["secrets"], resource_names=[spec.secret], verbs=list(spec.verbs)
        )
    ]
    if spec.may_create:
        rules.append(kubernetes.rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["secrets"], verbs=["create"]))
    role = kubernetes.rbac.v1.Role(f"{name}-role", metadata=metadata, rules=rules, opts=opts)
    binding = kubernetes.rbac.v1.RoleBinding(
        f"{name}-binding",
        metadata=metadata,
        role_ref=kubernetes.rbac.v1.RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="Role", name=role.metadata.name
        ),
        subjects=[
            kubernetes.rbac.v1.SubjectArgs(kind="ServiceAccount", name=spec.account, namespace=spec.account_namespace)
        ],
        opts=opts,
    )
    return role, binding
