"""Identity: a managed identity for a service account of an assistant, through Entra Workload ID.

The service components define the rights of the identity as `RoleGrant`s. The cluster's webhook gives a pod its token
when the pod starts, if the pod has the label and its account has the annotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure.roles import Role, grant
from components.azure.site import Site
from components.connections import ServiceAccount, WorkloadIdentity

AUDIENCE: Final = "api://AzureADTokenExchange"


@dataclass(frozen=True, kw_only=True)
class RoleGrant:
    """A role, built-in or by its id, over a resource, by its id.

    `key` distinguishes it from other grants of the identity.
    """

    key: str
    role: Role | pulumi.Output[str]
    scope: pulumi.Output[str]


class ManagedIdentity(pulumi.ComponentResource):
    """An identity with exactly these rights, for one service account. Ends in `connection`.

    It has only one federated credential: Entra refuses to add two to an identity at the same time.
    """

    def __init__(
        self,
        name: str,
        *,
        site: Site,
        issuer: pulumi.Input[str],
        account: ServiceAccount,
        rights: Sequence[RoleGrant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:ManagedIdentity", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        identity = azure.managedidentity.UserAssignedIdentity(
            f"{name}-identity", resource_group_name=site.resource_group, tags=site.tags, opts=child
        )
        credential = azure.managedidentity.FederatedIdentityCredential(
            f"{name}-credential",
            resource_group_name=site.resource_group,
            resource_name_=identity.name,
            federated_identity_credential_resource_name=account.name,
            issuer=issuer,
            subject=f"system:serviceaccount:{account.namespace}:{account.name}",
            audiences=[AUDIENCE],
            opts=child,
        )
        grants = [
            grant(
                f"{name}-{right.key}",
                right.role,
                scope=right.scope,
                principal_id=identity.principal_id,
                site=site,
                parent=self,
            )
            for right in rights
        ]
        self.connection = WorkloadIdentity(
            service_account_annotations={"azure.workload.identity/client-id": identity.client_id},
            pod_labels={"azure.workload.identity/use": "true"},
            endpoints=(),
            ready=(credential, *grants),
        )
        self.register_outputs({"clientId": identity.client_id})
