"""What Vault gets of Azure: a key, a place for one secret, rights that reach no further; and disks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.connections import VaultSeal, VolumeClass
from settings import Cloud
from tests.components.azure.conftest import PROD
from tests.components.azure.recorded import (
    AKS,
    CREDENTIAL,
    DISK_KEY,
    ENDPOINT,
    IDENTITY,
    KEY,
    LOCK,
    NAMESPACE,
    POSTGRES,
    REDIS,
    ROLE,
    ROLE_DEFINITION,
    VAULT,
    ZONE_GROUP,
    ZONE_LINK,
    Built,
    build,
)
from tests.components.built import is_secret, known
from tests.settings.existing import EXISTING, LAYERS, existing
from tests.settings.stack_files import AZURE
from tools.stacks import changed

CRYPTO_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SERVER, INIT = "system:serviceaccount:vault:vault", "system:serviceaccount:vault:vault-init"
ZONE = "privatelink.vaultcore.azure.net"
PROFILES = pytest.mark.parametrize("profile", ["dev", "prod"])


@pytest.fixture
def built(profile: str, request: pytest.FixtureRequest) -> Built:
    return request.getfixturevalue(profile)


@pytest.fixture(scope="module")
def runbook() -> Built:
    return build(changed(PROD, **{"secretsManager.init": "runbook"}), stack="prod")


def seal_of(built: Built) -> VaultSeal:
    assert built.platform.vault_seal
    return built.platform.vault_seal


def volumes_of(built: Built) -> VolumeClass:
    assert built.platform.cluster.volumes
    return built.platform.cluster.volumes


def texts(values: Mapping[str, pulumi.Input[str]] | None) -> dict[str, Any]:
    """Values that are known or become so."""
    assert values is not None
    return {name: known(value) if isinstance(value, pulumi.Output) else value for name, value in values.items()}


def vault_id(built: Built, purpose: str) -> str:
    """The resource id of one of the vaults, as the endpoint that leads to it names it."""
    (connection,) = built.one(ENDPOINT, f"-vault-{purpose}-endpoint-nic").inputs["privateLinkServiceConnections"]
    return connection["privateLinkServiceId"]


def vault_name(built: Built, purpose: str) -> str:
    return built.one(VAULT, f"-vault-{purpose}-vault").inputs["vaultName"]


def rights(built: Built) -> set[tuple[str, str, str]]:
    """Everybody's: (principal, scope, role)."""
    return {
        (each.inputs["principalId"], each.inputs["scope"], each.inputs["roleDefinitionId"].rpartition("/")[2])
        for each in built.all(ROLE)
    }


def rights_of(built: Built, subject: str) -> set[tuple[str, str]]:
    """Those of a service account, through the identity that its credential stands for."""
    (credential,) = (each for each in built.all(CREDENTIAL) if each.inputs["subject"] == subject)
    (identity,) = (each for each in built.all(IDENTITY) if each.outputs["name"] == credential.inputs["resourceName"])
    return {(scope, role) for who, scope, role in rights(built) if who == identity.outputs["principalId"]}


# Rights


@PROFILES
def test_vault_may_use_the_key_of_its_seal_and_nothing_else(built: Built) -> None:
    assert rights_of(built, SERVER) == {(f"{vault_id(built, 'seal')}/keys/seal", CRYPTO_USER)}
    (granted,) = (each for each in built.all(ROLE) if each.inputs["scope"].endswith("/keys/seal"))
    assert built.source(granted, "scope").endswith("-vault-seal-key")


@PROFILES
def test_the_job_may_add_to_one_secret_and_not_read_it(built: Built) -> None:
    definition = built.one(ROLE_DEFINITION)
    secret = f"{vault_id(built, 'recovery')}/secrets/recovery-keys"
    assert rights_of(built, INIT) == {(secret, definition.inputs["roleDefinitionId"])}
    action = "Microsoft.KeyVault/vaults/secrets/setSecret/action"
    assert definition.inputs["permissions"] == [{"actions": [], "dataActions": [action]}]


@PROFILES
def test_that_role_can_be_given_in_the_resource_group_only(built: Built, profile: str) -> None:
    inputs = built.one(ROLE_DEFINITION).inputs
    group = f"/subscriptions/{built.answer('getClientConfig')['subscriptionId']}/resourceGroups/rasa-{profile}"
    assert (inputs["scope"], inputs["assignableScopes"]) == (group, [group])
    # One name in the whole tenant, where other subscriptions may have a stack of the same name.
    assert inputs["roleName"].endswith(inputs["roleDefinitionId"])


@PROFILES
def test_nobody_else_has_a_right_in_their_vaults(built: Built) -> None:
    vaults = [vault_id(built, purpose) for purpose in ("seal", "recovery")]
    # Above them are the resource group and what is above that.
    places = {
        scope
        for _, scope, _ in rights(built)
        if any(scope.startswith(vault) or vault.startswith(scope) for vault in vaults)
    }
    assert places == {f"{vaults[0]}/keys/seal", f"{vaults[1]}/secrets/recovery-keys"}
    assert len([scope for _, scope, _ in rights(built) if scope in places]) == 2


@PROFILES
def test_each_is_an_identity_of_its_own_and_ready_with_its_right(built: Built) -> None:
    seal = seal_of(built)
    assert seal.recovery
    clients: set[str] = set()
    for identity in (seal.server, seal.recovery.identity):
        clients |= set(texts(identity.service_account_annotations).values())
        assert identity.pod_labels == {"azure.workload.identity/use": "true"}
        assert built.types(identity.ready) == {f"azure-native:{kind}" for kind in (CREDENTIAL, ROLE)}
    assert len(clients) == 2


# The key


@PROFILES
def test_the_seal_names_its_key(built: Built) -> None:
    seal = seal_of(built)
    assert seal.kind == "azurekeyvault"
    assert texts(seal.options) == {
        "tenant_id": built.answer("getClientConfig")["tenantId"],
        "vault_name": vault_name(built, "seal"),
        "key_name": "seal",
    }


@PROFILES
def test_its_key_is_not_that_of_the_data_and_is_rotated(built: Built, profile: str) -> None:
    keys = {each.inputs["vaultName"]: each for each in built.all(KEY)}
    assert len(keys) == (2 if profile == "prod" else 1)
    key = keys[vault_name(built, "seal")]
    assert key.protect == (profile == "prod")
    properties = key.inputs["properties"]
    assert (properties["kty"], properties["keySize"]) == ("RSA", 3072)
    assert properties["keyOps"] == ["wrapKey", "unwrapKey"]
    policy = properties["rotationPolicy"]
    assert policy["lifetimeActions"] == [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}]
    # What was wrapped with an old version has to be unwrapped years later.
    assert "attributes" not in policy
    assert "attributes" not in properties


@PROFILES
def test_there_are_two_vaults(built: Built, profile: str) -> None:
    names = {vault_name(built, purpose) for purpose in ("seal", "recovery")}
    assert len(names) == 2
    for purpose in ("seal", "recovery"):
        assert re.fullmatch(rf"[a-z-]+-{purpose}-[0-9a-f]{{6}}", vault_name(built, purpose))
        assert built.one(VAULT, f"-vault-{purpose}-vault").protect == (profile == "prod")


def test_prod_locks_and_logs_both(prod: Built) -> None:
    vaults = {"rasa-prod-vault-seal-vault", "rasa-prod-vault-recovery-vault"}
    assert vaults <= {prod.source(each, "scope") for each in prod.all(LOCK)}
    assert vaults <= {prod.source(each, "resourceUri") for each in prod.all("monitor:DiagnosticSetting")}


# The place of the recovery keys


@PROFILES
def test_no_secret_is_made(built: Built) -> None:
    assert built.all("keyvault:Secret") == []


@PROFILES
def test_the_job_is_told_where_the_secret_is_and_people_how_to_read_it(built: Built, profile: str) -> None:
    seal, name = seal_of(built), vault_name(built, "recovery")
    assert seal.recovery
    assert texts(seal.recovery.place) == {
        "vault_url": f"https://{name}.vault.azure.net",
        "secret": "recovery-keys",
    }
    assert not is_secret(seal.recovery.command)
    command, _, comment = known(seal.recovery.command).partition("  # ")
    words = command.split()
    assert words[:4] == ["az", "keyvault", "secret", "show"]
    assert words[words.index("--vault-name") + 1] == name
    assert words[words.index("--name") + 1] == "recovery-keys"
    assert comment == ("from inside the network" if profile == "prod" else "")


def test_in_dev_the_recovery_keys_can_be_read_from_where_the_cluster_is_reached(dev: Built) -> None:
    open_, closed = (dev.one(VAULT, f"-vault-{each}-vault").inputs["properties"] for each in ("recovery", "seal"))
    assert (open_["publicNetworkAccess"], closed["publicNetworkAccess"]) == ("Enabled", "Disabled")
    assert open_["networkAcls"] == {
        "bypass": "AzureServices",
        "defaultAction": "Deny",
        "ipRules": [{"value": "203.0.113.0/24"}],
    }
    assert closed["networkAcls"] == {"bypass": "AzureServices", "defaultAction": "Deny"}


@pytest.mark.parametrize(
    ("ranges", "access", "action", "rules"),
    [
        (["203.0.113.7/32", "10.0.0.0/8"], "Enabled", "Deny", [{"value": "203.0.113.7/32"}]),
        (["10.0.0.0/8"], "Disabled", "Deny", None),
        (["0.0.0.0/0"], "Enabled", "Allow", None),
    ],
)
def test_only_public_ranges_reach_it(ranges: list[str], access: str, action: str, rules: Any) -> None:
    found = build(changed(AZURE, **{"cluster.apiAccess": ranges}))
    properties = found.one(VAULT, "-vault-recovery-vault").inputs["properties"]
    assert (properties["publicNetworkAccess"], properties["networkAcls"]["defaultAction"]) == (access, action)
    assert properties["networkAcls"].get("ipRules") == rules
    recovery = seal_of(found).recovery
    command = recovery.command if recovery else None
    assert command
    assert ("inside the network" in known(command)) == (access == "Disabled")


def test_with_the_runbook_nothing_is_made_for_recovery_keys(runbook: Built) -> None:
    seal = seal_of(runbook)
    assert seal.recovery is None
    assert {each.name for each in runbook.all(VAULT)} == {"rasa-prod-data-vault", "rasa-prod-vault-seal-vault"}
    assert runbook.all(ROLE_DEFINITION) == []
    assert "vault:vault-init" not in runbook.identified
    assert seal.options
    assert seal.server.ready


# The way there


@PROFILES
def test_both_are_reached_from_inside_through_one_zone(built: Built) -> None:
    endpoints = [each for each in built.all(ENDPOINT) if "-vault-" in each.name]
    assert len({vault_id(built, purpose) for purpose in ("seal", "recovery")}) == len(endpoints) == 2
    for endpoint in endpoints:
        (connection,) = endpoint.inputs["privateLinkServiceConnections"]
        assert connection["groupIds"] == ["vault"]
    zones = [each for each in built.all("privatedns:PrivateZone") if each.inputs["privateZoneName"] == ZONE]
    assert len(zones) == 1
    groups = [each for each in built.all(ZONE_GROUP) if "-vault-" in each.name]
    assert len({config["privateDnsZoneId"] for each in groups for config in each.inputs["privateDnsZoneConfigs"]}) == 1
    (link,) = (each for each in built.all(ZONE_LINK) if "-vault-" in each.name)
    for group in groups:
        assert link.urn in built.recording.reached_from(group.urn)
    ready = {known(each.urn) for each in seal_of(built).ready}
    assert ready == {group.urn for group in groups}


def test_a_zone_of_somebody_else_is_used() -> None:
    zone = f"{EXISTING[Cloud.AZURE]['network']['vnetId'].split('/virtualNetworks')[0]}/privateDnsZones/{ZONE}"
    found = build(changed(existing(Cloud.AZURE, "network"), **{"network.dnsZones": {"keyVault": zone}}))
    assert ZONE not in {each.inputs["privateZoneName"] for each in found.all("privatedns:PrivateZone")}
    groups = [each for each in found.all(ZONE_GROUP) if "-vault-" in each.name]
    assert {config["privateDnsZoneId"] for each in groups for config in each.inputs["privateDnsZoneConfigs"]} == {zone}


# The rest of the platform


@PROFILES
def test_keys_and_endpoints_do_not_wait_for_the_cluster_nor_data_for_them(built: Built) -> None:
    for resource in (*built.all(VAULT), *built.all(KEY), *built.all(ENDPOINT)):
        assert f"azure-native:{AKS}" not in built.waits_for(resource), resource.name
    for kind in (POSTGRES, REDIS, NAMESPACE):
        assert not [each.name for each in built.reached(built.one(kind)) if "-vault-" in each.name]
    # The control: an identity waits for the cluster that vouches for its pods.
    (credential,) = (each for each in built.all(CREDENTIAL) if each.inputs["subject"] == SERVER)
    assert f"azure-native:{AKS}" in built.waits_for(credential)


@pytest.mark.parametrize("manager", [{"kind": "kubernetes"}, EXISTING[Cloud.AZURE]["secretsManager"]])
def test_without_a_vault_to_be_made_nothing_is(manager: dict[str, Any]) -> None:
    found = build(existing(Cloud.AZURE) | {"secretsManager": manager})
    assert found.platform.vault_seal is None
    assert found.all(VAULT) == found.all(ROLE_DEFINITION) == found.all(CREDENTIAL) == []


def test_where_everything_else_exists_vault_needs_its_own_only() -> None:
    stack_file = existing(Cloud.AZURE, *(layer for layer in LAYERS if layer != "secretsManager"))
    found = build(changed(stack_file, profile="prod"), stack="prod")
    assert {each.name for each in found.all(KEY)} == {"rasa-prod-vault-seal-key"}
    assert {each.name for each in found.all(VAULT)} == {"rasa-prod-vault-seal-vault", "rasa-prod-vault-recovery-vault"}
    issuer = EXISTING[Cloud.AZURE]["cluster"]["identity"]["issuer"]
    assert {each.inputs["issuer"] for each in found.all(CREDENTIAL)} == {issuer}
    assert found.identified == {"vault:vault", "vault:vault-init"}
    subnets = {each.inputs["subnet"]["id"] for each in found.all(ENDPOINT)}
    assert subnets == {EXISTING[Cloud.AZURE]["network"]["endpointSubnet"]["id"]}
    assert found.platform.cluster.volumes is None
    assert found.all(DISK_KEY) == found.all("network:VirtualNetwork") == []


# Disks


def test_dev_has_cheap_disks(dev: Built) -> None:
    volumes = volumes_of(dev)
    assert (volumes.provisioner, texts(volumes.parameters)) == ("disk.csi.azure.com", {"skuName": "StandardSSD_LRS"})
    assert volumes.ready == ()
    assert dev.all(DISK_KEY) == []


def test_prod_encrypts_disks_with_the_key_for_data(prod: Built) -> None:
    volumes, key = volumes_of(prod), prod.one(DISK_KEY).inputs
    parameters = texts(volumes.parameters)
    assert (volumes.provisioner, parameters["skuName"]) == ("disk.csi.azure.com", "Premium_LRS")
    (granted,) = prod.grants(READER)
    assert parameters["diskEncryptionSetID"] == granted.inputs["scope"]
    assert prod.source(granted, "scope") == prod.one(DISK_KEY).name
    # Who makes the disks is the cluster itself.
    assert prod.source(granted, "principalId") == "rasa-prod-cluster-identity"
    assert {known(each.urn) for each in volumes.ready} == {granted.urn}
    assert key["encryptionType"] == "EncryptionAtRestWithCustomerKey"
    assert key["activeKey"]["keyUrl"] == prod.one(POSTGRES).inputs["dataEncryption"]["primaryKeyURI"]


def test_the_cluster_and_its_disks_go_before_the_key_of_the_disks(prod: Built) -> None:
    """Azure deletes no encryption set that a disk uses, and deletes disks with the cluster only."""
    assert prod.one(DISK_KEY).urn in prod.recording.reached_from(prod.one(AKS).urn)


def test_a_key_of_somebody_else_encrypts_disks_in_dev_too() -> None:
    found = build(existing(Cloud.AZURE, "encryption"))
    given = EXISTING[Cloud.AZURE]["encryption"]
    assert found.one(DISK_KEY).inputs["activeKey"]["keyUrl"] == given["key"]
    assert list(found.one(DISK_KEY).inputs["identity"]["userAssignedIdentities"]) == [given["identity"]]
    assert "diskEncryptionSetID" in volumes_of(found).parameters
