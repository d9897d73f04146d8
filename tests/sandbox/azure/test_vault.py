"""Azure: what keeps keys and secrets: vaults, roles of one's own, the encryption of disks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from catalogue.entry import Refused
from catalogue.wire import Properties
from tests.sandbox.azure.world import CRYPTO_USER, READER, AzureWorld

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
ROLE = "12345678-1234-4234-a234-123456789012"
ADD = "Microsoft.KeyVault/vaults/secrets/setSecret/action"
VAULT = "azure-native:keyvault:Vault"
DEFINITION = "azure-native:authorization:RoleDefinition"


@pytest.fixture
def world(tmp_path: Path) -> AzureWorld:
    return AzureWorld(tmp_path)


def group(world: AzureWorld) -> str:
    return f"/subscriptions/{world.subscription}/resourceGroups/rasa"


def definition(world: AzureWorld, **more: Any) -> tuple[str, Properties]:
    inputs: Properties = {
        "scope": group(world),
        "roleDefinitionId": ROLE,
        "roleName": "rasa-adds-secrets",
        "permissions": [{"actions": [], "dataActions": [ADD]}],
        "assignableScopes": [group(world)],
        **more,
    }
    return world.make_azure("authorization:RoleDefinition", "role", inputs)


def kept(world: AzureWorld) -> list[str]:
    with world.store.transaction() as transaction:
        return transaction.kept("dev")


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        (["10.1.0.0/16"], "only public addresses"),
        (["192.168.7.1"], "only public addresses"),
        (["office"], "not an IPv4 address or CIDR range"),
        (["203.0.113.0/24", "198.51.100.7/32"], ""),
    ],
)
def test_the_firewall_of_a_vault(rules: list[str], error: str, world: AzureWorld) -> None:
    firewall = {"defaultAction": "Deny", "ipRules": [{"value": rule} for rule in rules]}
    if not error:
        world.key(networkAcls=firewall)
        return
    with pytest.raises(Refused, match=error):
        world.key(networkAcls=firewall)


@pytest.mark.parametrize(
    ("trigger", "attributes", "error"),
    [
        ({"timeAfterCreate": "P1Y"}, {}, ""),
        ({"timeAfterCreate": "P7D"}, {}, ""),
        ({"timeBeforeExpiry": "P30D"}, {"expiryTime": "P1Y"}, ""),
        ({"timeAfterCreate": "P6D"}, {}, "7 days or more"),
        ({"timeAfterCreate": "1 year"}, {}, "not a duration"),
        ({"timeBeforeExpiry": "P30D"}, {}, "needs an expiryTime"),
        ({}, {}, "one trigger"),
    ],
)
def test_the_rotation_of_a_key(trigger: Properties, attributes: Properties, error: str, world: AzureWorld) -> None:
    world.key()
    policy = {"lifetimeActions": [{"action": {"type": "rotate"}, "trigger": trigger}], "attributes": attributes}
    key = {"vaultName": "rasa-a1b2c3", "keyName": "seal", "properties": {"kty": "RSA", "rotationPolicy": policy}}
    if not error:
        world.make_azure("keyvault:Key", "seal", key)
        return
    with pytest.raises(Refused, match=error):
        world.make_azure("keyvault:Key", "seal", key)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"enablePurgeProtection": True, "softDeleteRetentionInDays": 90}, r"90 days .* \(cannot be purged\)"),
        ({"softDeleteRetentionInDays": 7}, r"7 days .* \(can be purged\)"),
    ],
)
def test_a_deleted_vault_is_kept_with_all_that_is_in_it(properties: Properties, words: str, world: AzureWorld) -> None:
    vault, _ = world.key(**properties)
    assert kept(world) == []
    world.delete(VAULT, "vault", vault)
    (sentence,) = kept(world)
    assert re.search(words, sentence)
    assert "keys and secrets" in sentence
    with pytest.raises(Refused, match="a deleted vault still has it"):
        world.key()


def test_a_role_of_ones_own(world: AzureWorld) -> None:
    id, outputs = definition(world)
    assert id == f"/subscriptions/{world.subscription}/providers/Microsoft.Authorization/roleDefinitions/{ROLE}"
    assert outputs["name"] == ROLE


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"roleDefinitionId": "adds-secrets"}, "not a GUID"),
        ({"roleName": None}, "needs a name"),
        ({"assignableScopes": []}, "where it can be assigned"),
        ({"permissions": [{"dataActions": ["vaults/secrets/set"]}]}, "does not match any of the actions"),
        ({"permissions": [{"actions": ["Microsoft.KeyVault/vaults/secrets"]}]}, "does not match any of the actions"),
        ({"scope": "/subscriptions/{}/resourceGroups/none"}, "ResourceNotFound"),
    ],
)
def test_what_is_no_role(more: Properties, error: str, world: AzureWorld) -> None:
    if "scope" in more:
        more = {"scope": more["scope"].format(world.subscription)}
    with pytest.raises(Refused, match=error):
        definition(world, **more)


def test_a_role_has_a_name_of_its_own_in_the_tenant(world: AzureWorld, tmp_path: Path) -> None:
    definition(world)
    other = AzureWorld(tmp_path, "other")
    assert other.subscription != world.subscription
    with pytest.raises(Refused, match="RoleDefinitionWithSameNameExists"):
        definition(other)
    definition(other, roleName="rasa-adds-secrets-too")


def test_a_right_to_a_secret_can_be_given_before_the_secret_is_there(world: AzureWorld) -> None:
    vault, _ = world.key()
    definition(world)
    _, identity = world.identity()
    scope = f"{vault}/secrets/recovery-keys"
    id, _ = world.grant(ROLE, scope, identity["principalId"])
    assert re.fullmatch(rf"{re.escape(scope)}/providers/Microsoft\.Authorization/roleAssignments/{GUID}", id)
    for wrong in (f"{vault}-other/secrets/recovery-keys", f"{vault}/keys/recovery-keys"):
        with pytest.raises(Refused, match="ResourceNotFound"):
            world.grant(READER, wrong, identity["principalId"])


def test_only_roles_that_are_there_are_given_and_only_where_they_may(world: AzureWorld) -> None:
    vault, _ = world.key()
    _, identity = world.identity()
    with pytest.raises(Refused, match="RoleDefinitionDoesNotExist"):
        world.grant(ROLE, vault, identity["principalId"])
    world.make_azure("resources:ResourceGroup", "elsewhere", {"resourceGroupName": "elsewhere"})
    elsewhere = f"/subscriptions/{world.subscription}/resourceGroups/elsewhere"
    definition(world, assignableScopes=[elsewhere])
    with pytest.raises(Refused, match="not assignable at scope"):
        world.grant(ROLE, vault, identity["principalId"])


def test_a_role_that_is_given_cannot_be_deleted(world: AzureWorld) -> None:
    vault, _ = world.key()
    role, _ = definition(world)
    _, identity = world.identity()
    grant, _ = world.grant(ROLE, vault, identity["principalId"])
    with pytest.raises(Refused, match="RoleDefinitionHasAssignments"):
        world.delete(DEFINITION, "role", role)
    world.delete("azure-native:authorization:RoleAssignment", f"grant-{ROLE}-{vault[-6:]}", grant)
    world.delete(DEFINITION, "role", role)


@pytest.mark.parametrize(
    ("vault", "is_granted", "version", "error"),
    [
        ({}, True, "", "has no purge protection"),
        ({"enablePurgeProtection": True}, False, "", "depend on its role assignment"),
        ({"enablePurgeProtection": True}, True, "none", "no key version"),
        ({"enablePurgeProtection": True}, True, "", ""),
    ],
)
def test_a_key_that_disks_may_be_encrypted_with(
    vault: Properties, is_granted: bool, version: str, error: str, world: AzureWorld
) -> None:
    vault_id, key = world.key(**vault)
    identity, outputs = world.identity()
    if is_granted:
        world.grant(CRYPTO_USER, vault_id, outputs["principalId"])
    own = {
        "encryptionType": "EncryptionAtRestWithCustomerKey",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [identity]},
        "activeKey": {"keyUrl": key["keyUri"] if version == "none" else key["keyUriWithVersion"]},
    }
    if error:
        with pytest.raises(Refused, match=error):
            world.make_azure("compute:DiskEncryptionSet", "disks", own)
        return
    id, made = world.make_azure("compute:DiskEncryptionSet", "disks", own)
    assert re.fullmatch(
        rf"{re.escape(group(world))}/providers/Microsoft\.Compute/diskEncryptionSets/disks[0-9a-f]{{8}}", id
    )
    assert list(made["identity"]["userAssignedIdentities"]) == [identity]
