"""A role that takes effect late, on the engine: what was refused at first is made in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.matrix, pytest.mark.xdist_group("engine-patience")]

# The account knows its key, but not that its identity has to be given the right to use it, which happens too late.
PROGRAM = """
import asyncio

import pulumi
import pulumi_azure_native as azure

from components.azure import patience

patience.SECONDS = 3
provider = azure.Provider("azure", location="westeurope")
opts = pulumi.ResourceOptions(provider=provider)
me = azure.authorization.get_client_config_output(opts=pulumi.InvokeOutputOptions(provider=provider))
group = azure.resources.ResourceGroup("group", opts=opts).name
vault = azure.keyvault.Vault(
    "vault",
    resource_group_name=group,
    vault_name="late-role",
    properties={
        "tenant_id": me.tenant_id,
        "sku": {"family": "A", "name": azure.keyvault.SkuName.STANDARD},
        "enable_rbac_authorization": True,
        "enable_purge_protection": True,
    },
    opts=opts,
)
key = azure.keyvault.Key(
    "key", resource_group_name=group, vault_name=vault.name, key_name="data", properties={"kty": "RSA"}, opts=opts
)
identity = azure.managedidentity.UserAssignedIdentity("identity", resource_group_name=group, opts=opts)
azure.storage.StorageAccount(
    "account",
    account_name="laterole",
    resource_group_name=group,
    kind="StorageV2",
    sku={"name": "Standard_LRS"},
    identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]},
    encryption={
        "key_source": "Microsoft.Keyvault",
        "key_vault_properties": {"key_name": key.name, "key_vault_uri": vault.properties.vault_uri},
        "encryption_identity": {"encryption_user_assigned_identity": identity.id},
    },
    opts=pulumi.ResourceOptions(provider=provider, hooks=patience.patience("patience")),
)


async def late(principal):
    await asyncio.sleep(8)
    return principal


role = "/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"
azure.authorization.RoleAssignment(
    "role",
    scope=vault.id,
    role_definition_id=pulumi.Output.concat("/subscriptions/", me.subscription_id, role),
    principal_id=identity.principal_id.apply(late),
    principal_type="ServicePrincipal",
    opts=opts,
)
"""


def test_a_role_that_takes_effect_late_is_waited_for(pulumi: None, tmp_path: Path) -> None:
    workplace = Workplace.make(tmp_path / "project", "dev")
    (workplace.directory / "__main__.py").unlink()
    (workplace.directory / "__main__.py").write_text(PROGRAM)
    up = workplace.up()
    assert "a role has not taken effect yet" in up
    assert "+ 8 created" in up
    assert "8 unchanged" in workplace.succeed("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")
    assert "- 8 deleted" in workplace.succeed("destroy", "--yes", "--skip-preview")
