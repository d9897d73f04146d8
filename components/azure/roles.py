"""Azure's built-in roles that the program assigns, and how it assigns built-in and custom roles."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import pulumi
import pulumi_azure_native as azure

from components.azure.site import Site


class Role(StrEnum):
    """A built-in role, by its id."""

    KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
    READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    STORAGE_BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    KUBERNETES_CLUSTER_ADMIN = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
    KUBERNETES_CLUSTER_USER = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"


def grant(
    name: str,
    role: Role | pulumi.Output[str],
    *,
    scope: pulumi.Input[str],
    principal_id: pulumi.Input[str],
    principal_type: Literal["ServicePrincipal", "Group"] | None = "ServicePrincipal",
    site: Site,
    parent: pulumi.Resource,
) -> azure.authorization.RoleAssignment:
    """Assigns a role, built-in or by its id, over a resource and everything in it; it takes effect within minutes.

    Without the type Azure looks the principal up, and does not find one that was just created.
    """
    # The SDK treats None as a person, but a pipeline is no person; an output of None stays None.
    type_ = principal_type if principal_type is not None else pulumi.Output[str | None].from_input(None)
    return azure.authorization.RoleAssignment(
        name,
        scope=scope,
        role_definition_id=pulumi.Output.format(
            "/subscriptions/{0}/providers/Microsoft.Authorization/roleDefinitions/{1}", site.subscription, role
        ),
        principal_id=principal_id,
        principal_type=type_,
        opts=pulumi.ResourceOptions(
            parent=parent,
            # Azure may not know a new custom role everywhere yet.
            hooks=None if isinstance(role, Role) else site.patience,
        ),
    )
