"""Identity: a role for a service account, through EKS Pod Identity or an OIDC provider (IRSA).

What the role may do is told by the service components. A pod must start after its role is bound to its service account:
one that starts before has no credentials until it is restarted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pulumi
import pulumi_aws as aws

from components.aws import names, policy
from components.connections import NO_IDENTITY, WorkloadIdentity

AGENT: Final = ("169.254.170.23/32", 80)


@dataclass(frozen=True, kw_only=True)
class PodIdentityBinding:
    """The agent on the cluster's nodes gives pods the role that is associated with their service account."""

    cluster_name: pulumi.Output[str]
    account: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class IrsaBinding:
    """Pods trade the token of their service account for the role that its annotation names."""

    issuer: str
    provider_arn: str


@dataclass(frozen=True, kw_only=True)
class NoBinding:
    """The cluster gives its pods no identity of AWS."""


Binding: TypeAlias = PodIdentityBinding | IrsaBinding | NoBinding


@dataclass(frozen=True, kw_only=True)
class IdentitySpec:
    """Whose pods, and what they may do."""

    binding: Binding
    namespace: str
    service_account: str
    rights: Sequence[policy.Allow]


class PodIdentity(pulumi.ComponentResource):
    """A role with exactly these rights, associated with one service account. Ends in `connection`."""

    def __init__(
        self,
        name: str,
        spec: IdentitySpec,
        binding: PodIdentityBinding,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rasa:aws:PodIdentity", name, {}, opts)
        role, rights = _role(name, spec, policy.trust("pods.eks.amazonaws.com", binding.account), self)
        association = aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=binding.cluster_name,
            namespace=spec.namespace,
            service_account=spec.service_account,
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.connection = WorkloadIdentity(
            service_account_annotations={}, pod_labels={}, endpoints=(AGENT,), ready=(rights, association)
        )
        self.register_outputs({"roleArn": role.arn})


class Irsa(pulumi.ComponentResource):
    """A role with exactly these rights, which one service account may take. Ends in `connection`."""

    def __init__(
        self, name: str, spec: IdentitySpec, binding: IrsaBinding, *, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:aws:Irsa", name, {}, opts)
        trust = policy.federated_trust(binding.provider_arn, binding.issuer, spec.namespace, spec.service_account)
        role, rights = _role(name, spec, trust, self)
        self.connection = WorkloadIdentity(
            service_account_annotations={"eks.amazonaws.com/role-arn": role.arn},
            pod_labels={},
            endpoints=(),
            ready=(rights,),
        )
        self.register_outputs({"roleArn": role.arn})


def workload_identity(name: str, spec: IdentitySpec, *, opts: pulumi.ResourceOptions) -> WorkloadIdentity:
    """The identity of a service account; none, and nothing made, for one that needs no rights or cannot have any."""
    if not spec.rights:
        return NO_IDENTITY
    match spec.binding:
        case PodIdentityBinding() as binding:
            return PodIdentity(name, spec, binding, opts=opts).connection
        case IrsaBinding() as binding:
            return Irsa(name, spec, binding, opts=opts).connection
        case NoBinding():
            return NO_IDENTITY


def _role(
    name: str, spec: IdentitySpec, trust: pulumi.Output[str], parent: pulumi.Resource
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    child = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        f"{name}-role",
        name=names.role(name),
        description=f"Pods of {spec.namespace}/{spec.service_account}",
        assume_role_policy=trust,
        opts=child,
    )
    rights = aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=policy.permissions(spec.rights), opts=child)
    return role, rights
