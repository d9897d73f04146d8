"""Rights of a service account on one Secret of one namespace, and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes


def secret_access(
    name: str,
    *,
    namespace: pulumi.Input[str],
    secret: str,
    verbs: Sequence[str],
    may_create: bool = False,
    account: str,
    account_namespace: str,
    opts: pulumi.ResourceOptions,
) -> tuple[pulumi.Resource, pulumi.Resource]:
    """Creates the Role and its binding: `account` of `account_namespace` may use the Secret `secret` of `namespace`.

    `may_create`: the account may also create Secrets in that namespace. A right to create cannot be limited to one
    name; a right to read can.
    """
    metadata = kubernetes.meta.v1.ObjectMetaArgs(
        name=f"{account}-{secret}" if account != secret else secret, namespace=namespace
    )
    rules = [
        kubernetes.rbac.v1.PolicyRuleArgs(
            api_groups=[""], resources=["secrets"], resource_names=[secret], verbs=list(verbs)
        )
    ]
    if may_create:
        rules.append(kubernetes.rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["secrets"], verbs=["create"]))
    role = kubernetes.rbac.v1.Role(f"{name}-role", metadata=metadata, rules=rules, opts=opts)
    binding = kubernetes.rbac.v1.RoleBinding(
        f"{name}-binding",
        metadata=metadata,
        role_ref=kubernetes.rbac.v1.RoleRefArgs(
            api_group="rbac.authorization.k8s.io", kind="Role", name=role.metadata.name
        ),
        subjects=[kubernetes.rbac.v1.SubjectArgs(kind="ServiceAccount", name=account, namespace=account_namespace)],
        opts=opts,
    )
    return role, binding
