"""Identity: a role for a service account of an assistant, through EKS Pod Identity.

What the role may do is told by the service components. A pod gets its credentials from the agent on its node, and must
start after the association: one that starts before has none until it is restarted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import names, policy
from components.connections import WorkloadIdentity

AGENT: Final = ("169.254.170.23/32", 80)
NO_IDENTITY: Final = WorkloadIdentity(service_account_annotations={}, pod_labels={}, endpoints=(), ready=())


@dataclass(frozen=True, kw_only=True)
class PodIdentitySpec:
    """Whose pods, and what they may do."""

    account: pulumi.Output[str]
    cluster_name: pulumi.Output[str]
    namespace: str
    service_account: str
    statements: Sequence[policy.Allow]


class PodIdentity(pulumi.ComponentResource):
    """A role with exactly these rights, bound to one service account. Ends in `connection`."""

    def __init__(self, name: str, spec: PodIdentitySpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:PodIdentity", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=names.role(name),
            description=f"Pods of {spec.namespace}/{spec.service_account}",
            assume_role_policy=policy.trust("pods.eks.amazonaws.com", spec.account),
            opts=child,
        )
        rights = aws.iam.RolePolicy(
            f"{name}-policy", role=role.name, policy=policy.permissions(spec.statements), opts=child
        )
        association = aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=spec.cluster_name,
            namespace=spec.namespace,
            service_account=spec.service_account,
            role_arn=role.arn,
            opts=child,
        )
        self.connection = WorkloadIdentity(
            service_account_annotations={}, pod_labels={}, endpoints=(AGENT,), ready=(rights, association)
        )
        self.register_outputs({"roleArn": role.arn})


def workload_identity(name: str, spec: PodIdentitySpec, *, opts: pulumi.ResourceOptions) -> WorkloadIdentity:
    """The identity of a service account; none, and nothing made, for one that needs no rights."""
    return PodIdentity(name, spec, opts=opts).connection if spec.statements else NO_IDENTITY
