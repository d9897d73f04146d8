"""Vault's keys, its recovery keys and disks: what only Azure has."""

from __future__ import annotations

from typing import Any

import pytest

from policy import kinds as k
from settings import Cloud
from tests.components.built import Built, build, known, value, world
from tests.settings.existing import EXISTING, existing
from tests.settings.stack_files import AZURE
from tools.stacks import changed

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
ZONE = "privatelink.vaultcore.azure.net"
ENDPOINT, ZONE_GROUP = "azure-native:network:PrivateEndpoint", "azure-native:network:PrivateDnsZoneGroup"
PRIVATE_ZONE = "azure-native:privatedns:PrivateZone"
DISK_KEY = "azure-native:compute:DiskEncryptionSet"
PROFILES = pytest.mark.parametrize("profile", ["dev", "prod"])


def zones_of(built: Built) -> set[str]:
    """The zones that hold the addresses of Vault's endpoints."""
    groups = [each for each in built.all(ZONE_GROUP) if "-vault-" in each.name]
    return {config["privateDnsZoneId"] for each in groups for config in each.inputs["privateDnsZoneConfigs"]}


def test_the_jobs_role_can_be_assigned_in_the_resource_group_only(prod: Built) -> None:
    inputs = prod.inputs(k.ROLE_DEFINITION)
    group = f"/subscriptions/{prod.answer('getClientConfig')['subscriptionId']}/resourceGroups/rasa-prod"
    assert (inputs["scope"], inputs["assignableScopes"]) == (group, [group])
    # The name is unique in the tenant, and another subscription may have a stack of the same name.
    assert inputs["roleName"].endswith(inputs["roleDefinitionId"])


@PROFILES
def test_the_key_is_rotated_and_its_versions_never_expire(built: Built) -> None:
    properties = built.inputs(k.KEY_VAULT_KEY, "-vault-seal-key")["properties"]
    assert properties["keyOps"] == ["wrapKey", "unwrapKey"]
    policy = properties["rotationPolicy"]
    assert policy["lifetimeActions"] == [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}]
    # Vault may unwrap something years after an old version has wrapped it.
    assert "attributes" not in policy
    assert "attributes" not in properties


def test_vault_alone_uses_the_existing_cluster_and_network() -> None:
    built, given = world(Cloud.AZURE, "Vault alone"), EXISTING[Cloud.AZURE]
    assert {each.inputs["issuer"] for each in built.all(k.FEDERATED)} == {given["cluster"]["identity"]["issuer"]}
    subnets = {each.inputs["subnet"]["id"] for each in built.all(ENDPOINT)}
    assert subnets == {given["network"]["endpointSubnet"]["id"]}


@pytest.mark.parametrize(
    ("ranges", "access", "action", "rules"),
    [
        (["203.0.113.7/32", "10.0.0.0/8"], "Enabled", "Deny", [{"value": "203.0.113.7/32"}]),
        (["10.0.0.0/8"], "Disabled", "Deny", None),
        (["0.0.0.0/0"], "Enabled", "Allow", None),
    ],
    ids=["a public range", "private ranges only", "everyone"],
)
def test_in_dev_only_public_ranges_of_the_cluster_reach_the_recovery_keys(
    ranges: list[str], access: str, action: str, rules: Any
) -> None:
    found = build(changed(AZURE, **{"cluster.apiAccess": ranges}))
    recovery, seal = (found.inputs(k.KEY_VAULT, f"-vault-{each}-vault")["properties"] for each in ("recovery", "seal"))
    assert (recovery["publicNetworkAccess"], recovery["networkAcls"]["defaultAction"]) == (access, action)
    assert recovery["networkAcls"].get("ipRules") == rules
    assert (seal["publicNetworkAccess"], seal["networkAcls"]["defaultAction"]) == ("Disabled", "Deny")
    assert found.seal.recovery
    assert ("inside the network" in known(found.seal.recovery.command)) == (access == "Disabled")


def test_in_prod_the_recovery_keys_are_read_from_inside_the_network(prod: Built) -> None:
    assert prod.seal.recovery
    assert known(prod.seal.recovery.command).endswith("# from inside the network")


@PROFILES
def test_both_vaults_are_reached_from_inside_through_one_zone(built: Built) -> None:
    endpoints = [each for each in built.all(ENDPOINT) if "-vault-" in each.name]
    links = [connection for each in endpoints for connection in each.inputs["privateLinkServiceConnections"]]
    vaults = {built.one(k.KEY_VAULT, f"-vault-{purpose}-vault").id for purpose in ("seal", "recovery")}
    assert {link["privateLinkServiceId"] for link in links} == vaults
    assert {tuple(link["groupIds"]) for link in links} == {("vault",)}
    assert [each.inputs["privateZoneName"] for each in built.all(PRIVATE_ZONE)].count(ZONE) == 1
    assert len(zones_of(built)) == 1
    (link,) = (each for each in built.all("azure-native:privatedns:VirtualNetworkLink") if "-vault-" in each.name)
    groups = {group.urn for group in built.all(ZONE_GROUP) if "-vault-" in group.name}
    assert all(link.urn in built.recording.reached_from(group) for group in groups)
    assert {known(each.urn) for each in built.seal.ready} == groups


def test_an_existing_zone_is_used() -> None:
    zone = f"{EXISTING[Cloud.AZURE]['network']['vnetId'].split('/virtualNetworks')[0]}/privateDnsZones/{ZONE}"
    found = build(changed(existing(Cloud.AZURE, "network"), **{"network.dnsZones": {"keyVault": zone}}))
    assert ZONE not in {each.inputs["privateZoneName"] for each in found.all(PRIVATE_ZONE)}
    assert zones_of(found) == {zone}


def test_the_cluster_itself_may_use_the_key_of_disks(prod: Built, dev: Built) -> None:
    (granted,) = (each for each in prod.all(k.ROLE_ASSIGNMENT) if each.inputs["roleDefinitionId"].endswith(READER))
    assert value(prod.volumes.parameters)["diskEncryptionSetID"] == granted.inputs["scope"]
    assert prod.source(granted, "scope") == prod.one(DISK_KEY).name
    assert prod.source(granted, "principalId") == "rasa-prod-cluster-identity"
    assert {known(each.urn) for each in prod.volumes.ready} == {granted.urn}
    assert prod.inputs(DISK_KEY)["encryptionType"] == "EncryptionAtRestWithCustomerKey"
    # Azure deletes no encryption set that a disk uses, and deletes disks with the cluster only.
    assert prod.one(DISK_KEY).urn in prod.recording.reached_from(prod.one(k.AKS).urn)
    assert dev.all(DISK_KEY) == []


def test_an_existing_key_of_disks_is_used_by_its_identity() -> None:
    built = world(Cloud.AZURE, "existing key")
    identities = built.inputs(DISK_KEY)["identity"]["userAssignedIdentities"]
    assert list(identities) == [EXISTING[Cloud.AZURE]["encryption"]["identity"]]
