"""Identity: a role for a service account, through EKS Pod Identity or an OIDC provider (IRSA).

The service components define the rights of the role. A pod must start after its role is bound to its service account: a
pod that starts earlier has no credentials until it is restarted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.connections import NO_IDENTITY, WorkloadIdentity

AGENT: Final = ("169.254.170.23/32", 80)


@dataclass(frozen=True, kw_only=True)
class PodIdentityBinding:
    """The agent on the cluster's nodes gives pods the role that is associated with their service account."""

    cluster_name: pulumi.Output[str]
    account: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class IrsaBinding:
    """Pods exchange the token of their service account for the role in its annotation."""

    issuer: str
    provider_arn: str


@dataclass(frozen=True, kw_only=True)
class NoBinding:
    """The cluster gives its pods no AWS identity."""


Binding: TypeAlias = PodIdentityBinding | IrsaBinding | NoBinding


class PodIdentity(pulumi.ComponentResource):
    """A role with exactly these rights, associated with one service account. Ends in `connection`."""

    def __init__(
        self,
        name: str,
        *,
        binding: PodIdentityBinding,
        namespace: str,
        service_account: str,
        rights: Sequence[iam_policy.Allow],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:PodIdentity", name, {}, opts)
        trust = iam_policy.trust("pods.eks.amazonaws.com", binding.account)
        role, role_policy = _role(name, f"Pods of {namespace}/{service_account}", trust, rights, self)
        association = aws.eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=binding.cluster_name,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.connection = WorkloadIdentity(
            service_account_annotations={}, pod_labels={}, endpoints=(AGENT,), ready=(role_policy, association)
        )
        self.register_outputs({"roleArn": role.arn})


class Irsa(pulumi.ComponentResource):
    """A role with exactly these rights, which one service account may assume. Ends in `connection`."""

    def __init__(
        self,
        name: str,
        *,
        binding: IrsaBinding,
        namespace: str,
        service_account: str,
        rights: Sequence[iam_policy.Allow],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:Irsa", name, {}, opts)
        trust = iam_policy.federated_trust(binding.provider_arn, binding.issuer, namespace, service_account)
        role, role_policy = _role(name, f"Pods of {namespace}/{service_account}", trust, rights, self)
        self.connection = WorkloadIdentity(
            service_account_annotations={"eks.amazonaws.com/role-arn": role.arn},
            pod_labels={},
            endpoints=(),
            ready=(role_policy,),
        )
        self.register_outputs({"roleArn": role.arn})


def workload_identity(
    name: str,
    *,
    binding: Binding,
    namespace: str,
    service_account: str,
    rights: Sequence[iam_policy.Allow],
    opts: pulumi.ResourceOptions,
) -> WorkloadIdentity:
    """The identity of a service account. Creates nothing if the cluster gives its pods no AWS identities."""
    match binding:
        case PodIdentityBinding():
            return PodIdentity(
                name, binding=binding, namespace=namespace, service_account=service_account, rights=rights, opts=opts
            ).connection
        case IrsaBinding():
            return Irsa(
                name, binding=binding, namespace=namespace, service_account=service_account, rights=rights, opts=opts
            ).connection
        case NoBinding():
            return NO_IDENTITY


def _role(
    name: str, description: str, trust: pulumi.Output[str], rights: Sequence[iam_policy.Allow], parent: pulumi.Resource
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    child = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        f"{name}-role", name=names.role(name), description=description, assume_role_policy=trust, opts=child
    )
    role_policy = aws.iam.RolePolicy(
        f"{name}-policy", role=role.name, policy=iam_policy.permissions(rights), opts=child
    )
    return role, role_policy
