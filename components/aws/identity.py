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

from components.aws import iam_policy
from components.aws.roles import new_role
from components.aws.site import Site
from components.connections import NO_IDENTITY, ServiceAccount, WorkloadIdentity

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


class PodRole(pulumi.ComponentResource):
    """A role with exactly these rights, for one service account. Ends in `connection`."""

    def __init__(
        self,
        name: str,
        *,
        binding: PodIdentityBinding | IrsaBinding,
        account: ServiceAccount,
        rights: Sequence[iam_policy.Allow],
        site: Site,
        opts: pulumi.ResourceOptions,
    ) -> None:
        match binding:
            case PodIdentityBinding(account=number):
                token, trust = "rasa:aws:PodIdentity", iam_policy.trust("pods.eks.amazonaws.com", number)
            case IrsaBinding(provider_arn=provider, issuer=issuer):
                token = "rasa:aws:Irsa"
                trust = iam_policy.federated_trust(provider, issuer, account.namespace, account.name)
        super().__init__(token, name, {}, opts)
        child, description = pulumi.ResourceOptions(parent=self), f"Pods of {account}"
        role = new_role(f"{name}-role", name=name, trust=trust, site=site, description=description, opts=child)
        ready: list[pulumi.Resource] = [
            aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=iam_policy.permissions(rights), opts=child)
        ]
        annotations: dict[str, pulumi.Input[str]] = {"eks.amazonaws.com/role-arn": role.arn}
        if isinstance(binding, PodIdentityBinding):
            annotations = {}
            association = aws.eks.PodIdentityAssociation(
                f"{name}-association",
                cluster_name=binding.cluster_name,
                namespace=account.namespace,
                service_account=account.name,
                role_arn=role.arn,
                opts=child,
            )
            ready.append(association)
        self.connection = WorkloadIdentity(
            service_account_annotations=annotations,
            pod_labels={},
            endpoints=() if annotations else (AGENT,),
            ready=tuple(ready),
        )
        self.register_outputs({"roleArn": role.arn})


def workload_identity(
    name: str,
    *,
    binding: Binding,
    account: ServiceAccount,
    rights: Sequence[iam_policy.Allow],
    site: Site,
    opts: pulumi.ResourceOptions,
) -> WorkloadIdentity:
    """Creates the identity of a service account; creates nothing if the cluster gives its pods no AWS identities."""
    if isinstance(binding, NoBinding):
        return NO_IDENTITY
    return PodRole(name, binding=binding, account=account, rights=rights, site=site, opts=opts).connection
