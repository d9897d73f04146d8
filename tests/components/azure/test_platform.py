"""The platform as a whole: who waits for whom, what is protected and encrypted, what the profiles change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from catalogue.sdk import resource_shape
from tests.components.azure.conftest import PROD
from tests.components.azure.recorded import (
    ACCOUNT,
    ADDRESS,
    AKS,
    CONTAINER,
    DISK_KEY,
    ENDPOINT,
    GROUP,
    HUB,
    HUB_RULE,
    KEY,
    LOCK,
    NAMESPACE,
    NAMESPACE_RULE,
    NAT,
    PARAMETER,
    POOL,
    POSTGRES,
    REDIS,
    REDIS_DATABASE,
    ROLE,
    SUBNET,
    VAULT,
    VNET,
    ZONE_LINK,
    Built,
    build,
)
from tests.recorder import Registration
from tests.settings.stack_files import AZURE, changed

SERVICES = (POSTGRES, REDIS, NAMESPACE, ACCOUNT)
# And the ground that it stands on.
DATA = (*SERVICES, REDIS_DATABASE, HUB, CONTAINER, AKS, VAULT, KEY, GROUP, VNET, SUBNET)


def is_chain(built: Built, links: Sequence[Registration]) -> bool:
    """Whether each waits for all before it."""
    return all(
        {before.urn for before in links[:index]} <= built.recording.reached_from(link.urn)
        for index, link in enumerate(links)
    )


@pytest.mark.parametrize("profile", ["dev", "prod"])
@pytest.mark.parametrize("service", SERVICES)
def test_data_services_wait_for_subnets_and_key_only(
    profile: str, service: str, request: pytest.FixtureRequest
) -> None:
    built: Built = request.getfixturevalue(profile)
    slow = {f"azure-native:{kind}" for kind in (*SERVICES, AKS, POOL, NAT, ADDRESS)}
    assert built.waits_for(built.one(service)) & slow == set()


@pytest.mark.parametrize("kind", [ENDPOINT, PARAMETER, HUB, HUB_RULE])
def test_nor_does_what_belongs_to_them(kind: str, prod: Built) -> None:
    assert prod.all(kind)
    for resource in prod.all(kind):
        assert prod.waits_for(resource) & {f"azure-native:{each}" for each in (AKS, POOL, NAT)} == set()


def test_the_cluster_does_wait(dev: Built) -> None:
    """The control of the tests above: the same walk finds what is there."""
    waits_for = dev.waits_for(dev.one(AKS))
    assert {f"azure-native:{kind}" for kind in (NAT, SUBNET, ROLE)} <= waits_for
    assert f"azure-native:{AKS}" in dev.waits_for(dev.one(POOL))


def test_one_subnet_is_changed_after_the_other(prod: Built) -> None:
    subnets = [prod.one(SUBNET, name) for name in ("-database", "-endpoints", "-cluster")]
    assert is_chain(prod, subnets)
    assert not is_chain(prod, subnets[::-1])


def test_the_database_is_changed_one_step_at_a_time(prod: Built, dev: Built) -> None:
    for built, count in ((prod, 4), (dev, 2)):
        parameters = built.all(PARAMETER)
        assert len(parameters) == count
        assert is_chain(built, [built.one(POSTGRES), *parameters])


def test_a_namespace_is_changed_one_step_at_a_time(shared: Built) -> None:
    parts = [
        shared.one("eventhub:NamespaceNetworkRuleSet"),
        shared.one(NAMESPACE_RULE),
        *[
            each
            for each in shared.recording.resources.values()
            if each.type in (f"azure-native:{HUB}", f"azure-native:{HUB_RULE}")
        ],
    ]
    assert len(parts) == 7
    assert is_chain(shared, [shared.one(NAMESPACE), *parts])


def test_a_name_is_found_before_anybody_asks_for_it(prod: Built) -> None:
    links = {link.name: link for link in prod.all(ZONE_LINK)}
    (database,) = [link for name, link in links.items() if "tracker-store" in name]
    assert database.urn in prod.recording.reached_from(prod.one(POSTGRES).urn)
    for group in prod.all("network:PrivateDnsZoneGroup"):
        assert any(link.urn in prod.recording.reached_from(group.urn) for link in links.values())


def test_nobody_uses_the_key_before_its_identity_may(prod: Built) -> None:
    uses = prod.grants("e147488a-f6f5-4113-8e2d-b22465e65bf6")
    (granted,) = (each for each in uses if prod.source(each, "scope") == "rasa-prod-data-vault")
    for service in (*SERVICES, DISK_KEY):
        assert granted.urn in prod.recording.reached_from(prod.one(service).urn), service


def test_prod_protects_the_data_and_its_keys(prod: Built, dev: Built) -> None:
    for kind in DATA:
        assert prod.all(kind), kind
        assert all(resource.protect for resource in prod.all(kind)), kind
    assert {each.type for each in prod.recording.resources.values() if each.protect} == {
        f"azure-native:{each}" for each in DATA
    }
    assert not any(resource.protect for resource in dev.recording.resources.values())


def test_prod_locks_every_data_service_and_every_vault(prod: Built, dev: Built) -> None:
    locked = {prod.source(each, "scope") for each in prod.all(LOCK)}
    assert locked == {each.name for kind in (*SERVICES, VAULT) for each in prod.all(kind)}
    assert {each.inputs["level"] for each in prod.all(LOCK)} == {"CanNotDelete"}
    assert dev.all(LOCK) == []


def test_allow_destroy_lifts_protection_and_locks() -> None:
    built = build(changed(PROD, allowDestroy=True), stack="prod")
    assert not any(resource.protect for resource in built.recording.resources.values())
    assert built.all(LOCK) == []
    assert {each.inputs["properties"]["enablePurgeProtection"] for each in built.all(VAULT)} == {True}


def test_prod_encrypts_everything_with_its_own_key(prod: Built) -> None:
    url = prod.one(POSTGRES).inputs["dataEncryption"]["primaryKeyURI"]
    assert url.startswith("https://rasa-prod-data-")
    assert len(url.split("/")) == 6  # with a version
    redis = prod.one(REDIS).inputs["encryption"]["customerManagedKeyEncryption"]
    assert redis["keyEncryptionKeyUrl"] == url
    (events,) = prod.one(NAMESPACE).inputs["encryption"]["keyVaultProperties"]
    models = prod.one(ACCOUNT).inputs["encryption"]["keyVaultProperties"]
    assert (events["keyName"], models["keyName"]) == ("data", "data")
    assert url.startswith(models["keyVaultUri"])
    assert prod.one(ACCOUNT).inputs["encryption"]["requireInfrastructureEncryption"] is True


def test_dev_makes_no_vault_that_could_not_be_deleted(dev: Built) -> None:
    assert dev.all(VAULT)
    for vault in dev.all(VAULT):
        assert "enablePurgeProtection" not in vault.inputs["properties"]
        assert vault.inputs["properties"]["softDeleteRetentionInDays"] == 7
    for service in SERVICES:
        assert not {"encryption", "dataEncryption", "identity"} & set(dev.one(service).inputs)


def test_an_own_key_is_used_in_dev_too() -> None:
    url = "https://acme.vault.azure.net/keys/rasa/0123456789abcdef0123456789abcdef"
    identity = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/keys/providers/Microsoft.ManagedIdentity/userAssignedIdentities/data"  # noqa: E501
    built = build(changed(AZURE, encryption={"kind": "existing", "key": url, "identity": identity}))
    assert {each.name for each in built.all(KEY)} == {"rasa-dev-vault-seal-key"}
    assert built.one(POSTGRES).inputs["dataEncryption"]["primaryKeyURI"] == url
    assert built.one(POSTGRES).inputs["identity"]["userAssignedIdentities"] == {identity: {}}


def test_every_vault_is_closed_and_keeps_what_was_deleted(prod: Built) -> None:
    names = {each.name for each in prod.all(VAULT)}
    assert names == {"rasa-prod-data-vault", "rasa-prod-vault-seal-vault", "rasa-prod-vault-recovery-vault"}
    for vault in prod.all(VAULT):
        properties = vault.inputs["properties"]
        assert properties["publicNetworkAccess"] == "Disabled"
        assert properties["networkAcls"] == {"bypass": "AzureServices", "defaultAction": "Deny"}
        assert (properties["enableRbacAuthorization"], properties["enablePurgeProtection"]) == (True, True)
        assert properties["softDeleteRetentionInDays"] == 90


def test_the_profiles_differ_in_redundancy(dev: Built, prod: Built) -> None:
    assert dev.one(POSTGRES).inputs["highAvailability"] == {"mode": "Disabled"}
    ha = prod.one(POSTGRES).inputs["highAvailability"]
    assert (ha["mode"], ha["standbyAvailabilityZone"]) == ("ZoneRedundant", "2")
    assert prod.one(POSTGRES).inputs["availabilityZone"] == "1"
    assert (dev.one(REDIS).inputs["highAvailability"], prod.one(REDIS).inputs["highAvailability"]) == (
        "Disabled",
        "Enabled",
    )
    assert (dev.one(ACCOUNT).inputs["sku"]["name"], prod.one(ACCOUNT).inputs["sku"]["name"]) == (
        "Standard_LRS",
        "Standard_ZRS",
    )
    assert (dev.one(NAMESPACE).inputs["sku"]["name"], prod.one(NAMESPACE).inputs["sku"]["name"]) == (
        "Standard",
        "Premium",
    )
    assert (dev.one(AKS).inputs["sku"]["tier"], prod.one(AKS).inputs["sku"]["tier"]) == ("Free", "Standard")
    assert prod.one(POOL).inputs["availabilityZones"] == ["1", "2", "3"]


def test_what_azure_changes_by_itself_is_left_alone(prod: Built, dev: Built) -> None:
    def ignored(built: Built, kind: str) -> list[str]:
        return built.ignored.get(f"azure-native:{kind}::{built.one(kind).name}", [])

    assert "storage.storageSizeGB" in ignored(prod, POSTGRES)
    assert ignored(dev, POSTGRES) == []
    assert ignored(dev, POOL) == ["count"]
    assert ignored(dev, "network:VirtualNetwork") == ["subnets"]


def test_every_resource_that_can_have_tags_has_them() -> None:
    built = build(changed(PROD, tags={"owner": "platform-team"}), stack="prod")
    leaves = [each for each in built.recording.resources.values() if each.package == "azure-native"]
    taggable = [each for each in leaves if "tags" in resource_shape(each.type).types]
    assert len(taggable) > 20
    for resource in taggable:
        assert resource.inputs.get("tags") == {"project": "rasa", "stack": "prod", "owner": "platform-team"}, (
            resource.name
        )


def test_prod_logs_what_every_service_does(prod: Built, dev: Built) -> None:
    logged = prod.all("monitor:DiagnosticSetting")
    assert len(logged) == 8
    assert all(each.inputs["workspaceId"] for each in logged)
    assert dev.all("monitor:DiagnosticSetting") == []


def test_everything_lies_in_the_one_resource_group(prod: Built) -> None:
    groups = {
        each.inputs["resourceGroupName"]
        for each in prod.recording.resources.values()
        if "resourceGroupName" in each.inputs
    }
    assert groups == {"rasa-prod"}


def test_what_is_not_wanted_is_not_made() -> None:
    none = {f"{layer}.kind": "none" for layer in ("lockStore", "eventQueue", "modelStorage")}
    none["secretsManager.kind"] = "kubernetes"
    built = build(changed(AZURE, **none, assistants=[{"name": "rasa"}]))
    kinds = _types(built.recording.resources.values())
    assert not {REDIS, NAMESPACE, ACCOUNT, ENDPOINT} & kinds
    assert POSTGRES in kinds
    rasa = built.platform.assistants["rasa"]
    assert (rasa.lock_store, rasa.event_queue, rasa.model_storage) == (None, None, None)


def _types(resources: Iterable[Registration]) -> set[str]:
    return {each.type.removeprefix("azure-native:") for each in resources}
