"""The platform as a whole: who waits for whom, what is protected and encrypted, what the profiles change."""

from __future__ import annotations

import json

import pytest

from components.gcp.apis import SERVICES
from sandbox.recorder import Registration
from settings import Cloud
from tests.components.gcp.conftest import PROD
from tests.components.gcp.recorded import (
    API,
    API_KEY,
    BUCKET,
    BUCKET_MEMBER,
    CONNECTION,
    GKE,
    KAFKA,
    KEY,
    KEY_MEMBER,
    NAT,
    NODES,
    REDIS,
    RING,
    ROLE,
    SECRET,
    SQL,
    TOPIC,
    Built,
    build,
)
from tests.settings.existing import EXISTING
from tests.settings.stack_files import GCP
from tools.stacks import changed

KAFKA_TYPE = f"confluentcloud:index/{KAFKA}"
SLOW = {f"gcp:{kind}" for kind in (SQL, REDIS, GKE, NODES, NAT)} | {KAFKA_TYPE}


def data_services(built: Built) -> list[Registration]:
    return [built.one(SQL), built.one(REDIS), built.kafka]


def of(profile: str, request: pytest.FixtureRequest) -> Built:
    return request.getfixturevalue(profile)


# Order


@pytest.mark.parametrize("profile", ["dev", "prod"])
def test_everything_of_google_waits_for_the_apis(profile: str, request: pytest.FixtureRequest) -> None:
    built = of(profile, request)
    apis = {each.urn for each in built.all(API)}
    assert len(apis) == len(SERVICES)
    others = [each for each in built.recording.resources.values() if each.package == "gcp" and each.urn not in apis]
    assert len(others) > 15
    for resource in others:
        assert apis <= built.recording.reached_from(resource.urn), resource.name


def test_apis_stay_on(dev: Built) -> None:
    for api in dev.all(API):
        assert api.inputs["disableOnDestroy"] is False
        assert api.inputs["disableDependentServices"] is False


@pytest.mark.parametrize("profile", ["dev", "prod"])
def test_data_services_wait_neither_for_the_cluster_nor_for_one_another(
    profile: str, request: pytest.FixtureRequest
) -> None:
    built = of(profile, request)
    for service in data_services(built):
        assert built.waits_for(service) & SLOW == set(), service.name


def test_the_same_walk_finds_what_does_wait(dev: Built, prod: Built) -> None:
    """The control of the test above."""
    assert {f"gcp:{GKE}", f"gcp:{NAT}"} <= dev.waits_for(dev.one(NODES))
    assert all(KAFKA_TYPE in dev.waits_for(topic) for topic in dev.confluent(TOPIC))
    assert f"gcp:{NAT}" not in dev.waits_for(dev.one(GKE))
    assert "gcp:compute/forwardingRule:ForwardingRule" in prod.waits_for(prod.kafka)


@pytest.mark.parametrize("kind", [SQL, REDIS])
def test_the_connection_is_there_before_what_stands_in_it(kind: str, dev: Built) -> None:
    assert f"gcp:{CONNECTION}" in dev.waits_for(dev.one(kind))


def test_the_connection_leaves_no_peering_that_keeps_the_network(dev: Built) -> None:
    assert dev.one(CONNECTION).inputs["deletionPolicy"] == "REMOVE_PEERING"


@pytest.mark.parametrize("kind", [SQL, REDIS, BUCKET, GKE, NODES])
def test_the_right_to_use_the_key_is_there_before_it_is_used(kind: str, prod: Built, dev: Built) -> None:
    assert f"gcp:{KEY_MEMBER}" in prod.waits_for(prod.one(kind))
    assert f"gcp:{KEY_MEMBER}" not in dev.waits_for(dev.one(kind))


def test_rights_on_the_bucket_wait_for_the_clusters_identities(dev: Built) -> None:
    assert dev.all(BUCKET_MEMBER)
    assert all(f"gcp:{GKE}" in dev.waits_for(member) for member in dev.all(BUCKET_MEMBER))
    assert f"gcp:{GKE}" not in dev.waits_for(dev.one(BUCKET))


def test_one_operation_at_a_time_on_the_database(dev: Built) -> None:
    waiting = [
        each
        for each in dev.recording.resources.values()
        if each.type.startswith("gcp:sql/") and each is not dev.one(SQL)
    ]
    assert [each.type for each in waiting] == ["gcp:sql/user:User"]
    assert dev.one(SQL).urn in dev.recording.reached_from(waiting[0].urn)


def test_a_key_of_kafka_is_made_when_its_roles_are(prod: Built) -> None:
    for key in prod.confluent(API_KEY):
        mine = [role for role in prod.confluent(ROLE) if role.parent == key.parent]
        assert mine
        assert {role.urn for role in mine} <= set(key.dependencies)


# Safety


def test_prod_protects_the_data_and_its_keys(prod: Built, dev: Built) -> None:
    kept = {each.type for each in prod.recording.resources.values() if each.protect}
    network = ("compute/network:Network", "compute/subnetwork:Subnetwork", "compute/globalAddress:GlobalAddress")
    assert kept == {
        *(f"gcp:{kind}" for kind in (SQL, REDIS, GKE, BUCKET, KEY, SECRET, CONNECTION, *network)),
        KAFKA_TYPE,
        "confluentcloud:index/environment:Environment",
    }
    assert not [each.name for each in dev.recording.resources.values() if each.protect]


def test_topics_are_protected_where_they_are_made_here() -> None:
    basic = build(changed(GCP, **{"eventQueue.retentionHours": 1}))
    assert basic.confluent(TOPIC)
    assert not [topic for topic in basic.confluent(TOPIC) if topic.protect]


@pytest.mark.parametrize("protects", [True, False])
def test_locks_that_are_on_by_default_are_always_said(protects: bool, prod: Built, dev: Built) -> None:
    built = prod if protects else dev
    for resource in (built.one(SQL), built.one(REDIS), built.one(GKE), built.kafka):
        assert resource.inputs["deletionProtection"] is protects, resource.name
    assert built.one(SQL).inputs["settings"]["deletionProtectionEnabled"] is protects
    assert built.one(BUCKET).inputs["forceDestroy"] is not protects


def test_allow_destroy_lifts_the_protections_but_keeps_the_last_backup() -> None:
    built = build(changed(PROD, allowDestroy=True), stack="prod")
    assert not [each.name for each in built.recording.resources.values() if each.protect]
    assert not built.one(SQL).inputs["deletionProtection"]
    settings = built.one(SQL).inputs["settings"]
    assert not settings["deletionProtectionEnabled"]
    assert settings["finalBackupConfig"] == {"enabled": True, "retentionDays": 30}
    assert settings["retainBackupsOnDelete"] is True


def test_the_administrator_is_left_to_go_with_the_server(dev: Built) -> None:
    """PostgreSQL does not drop a role that owns something, and a destroy would end there."""
    assert dev.one("sql/user:User").inputs["deletionPolicy"] == "ABANDON"


def test_names_that_are_not_free_again_end_randomly(prod: Built) -> None:
    ends: list[str] = []
    for kind, key in ((SQL, "name"), (BUCKET, "name"), (RING, "name"), (SECRET, "secretId")):
        assert prod.all(kind)
        for resource in prod.all(kind):
            (urn,) = resource.property_dependencies[key]
            assert prod.recording.resources[urn].type == "random:index/randomId:RandomId"
            assert resource.inputs[key].endswith(f"-{prod.recording.resources[urn].outputs['hex']}")
            ends.append(urn)
    # That of the secret is also that of the ring of its key.
    assert len(set(ends)) == len(ends) - 1


def test_data_is_encrypted_with_the_own_key_in_prod(prod: Built, dev: Built) -> None:
    key = "/cryptoKeys/data"
    assert prod.one(SQL).inputs["encryptionKeyName"].endswith(key)
    assert prod.one(REDIS).inputs["customerManagedKey"].endswith(key)
    assert prod.one(BUCKET).inputs["encryption"]["defaultKmsKeyName"].endswith(key)
    assert prod.one(GKE).inputs["databaseEncryption"]["state"] == "ENCRYPTED"
    assert prod.one(GKE).inputs["databaseEncryption"]["keyName"].endswith(key)
    assert prod.one(NODES).inputs["nodeConfig"]["bootDiskKmsKey"].endswith(key)
    assert "data" in {each.inputs["name"] for each in prod.all(KEY)}
    assert "data" not in {each.inputs["name"] for each in dev.all(KEY)}


def test_clients_must_use_tls_in_both_profiles(dev: Built, prod: Built) -> None:
    for built in (dev, prod):
        addresses = built.one(SQL).inputs["settings"]["ipConfiguration"]
        assert (addresses["sslMode"], addresses["ipv4Enabled"]) == ("ENCRYPTED_ONLY", False)
        redis = built.one(REDIS).inputs
        assert (redis["transitEncryptionMode"], redis["authEnabled"]) == ("SERVER_AUTHENTICATION", True)


def test_the_edition_is_said(dev: Built, prod: Built) -> None:
    """From PostgreSQL 16 on the default is one that has none of our sizes."""
    assert {built.one(SQL).inputs["settings"]["edition"] for built in (dev, prod)} == {"ENTERPRISE"}


def test_a_full_lock_store_refuses_to_write(dev: Built) -> None:
    assert dev.one(REDIS).inputs["redisConfigs"] == {"maxmemory-policy": "noeviction"}


def test_the_bucket_is_private_and_keeps_old_versions(dev: Built) -> None:
    bucket = dev.one(BUCKET).inputs
    assert (bucket["publicAccessPrevention"], bucket["uniformBucketLevelAccess"]) == ("enforced", True)
    assert bucket["versioning"] == {"enabled": True}
    (rule,) = bucket["lifecycleRules"]
    assert rule["condition"] == {"withState": "ARCHIVED", "daysSinceNoncurrentTime": 7, "numNewerVersions": 5}


def test_the_profiles_differ_in_redundancy(dev: Built, prod: Built) -> None:
    assert [built.one(SQL).inputs["settings"]["availabilityType"] for built in (dev, prod)] == ["ZONAL", "REGIONAL"]
    assert [built.one(REDIS).inputs["tier"] for built in (dev, prod)] == ["BASIC", "STANDARD_HA"]
    assert [built.one(GKE).inputs["location"] for built in (dev, prod)] == ["europe-west1-b", "europe-west1"]
    assert [built.one(NODES).inputs["nodeConfig"]["spot"] for built in (dev, prod)] == [True, False]
    assert [built.kafka.inputs["availability"] for built in (dev, prod)] == ["SINGLE_ZONE", "HIGH"]
    redis = prod.one(REDIS).inputs
    assert redis["locationId"] != redis["alternativeLocationId"]


def test_what_changes_by_itself_is_not_put_back(dev: Built) -> None:
    assert dev.one(SQL).ignore_changes == ("settings.diskSize",)
    assert dev.one(GKE).ignore_changes == ("nodeConfig", "initialNodeCount")


# Without


def test_nothing_is_made_of_a_layer_that_is_not_wanted() -> None:
    none = {f"{layer}.kind": "none" for layer in ("lockStore", "eventQueue", "modelStorage")}
    built = build(changed(GCP, **none, assistants=[{"name": "rasa"}]))
    made = {each.package for each in built.recording.resources.values()}
    assert "confluentcloud" not in made
    assert not built.all(REDIS)
    assert not built.all(BUCKET)
    assert set(built.platform.services) == {"network", "cluster", "trackerStore"}


def test_an_existing_network_and_key_are_used_and_not_made() -> None:
    key = "projects/acme-prod/locations/europe-west1/keyRings/rasa/cryptoKeys/data"
    layers = {"network": EXISTING[Cloud.GCP]["network"], "encryption": {"kind": "existing", "key": key}}
    built = build(changed(PROD, **layers), stack="prod")
    made = {each.type for each in built.recording.resources.values()}
    assert not made & {"gcp:compute/network:Network", "gcp:compute/subnetwork:Subnetwork", f"gcp:{CONNECTION}"}
    # Vault has keys of its own.
    assert {each.inputs["name"] for each in built.all(KEY)} == {"seal", "recovery"}
    assert {each.inputs["cryptoKeyId"].rpartition("/")[2] for each in built.all(KEY_MEMBER)} == {"seal", "recovery"}
    assert built.one(SQL).inputs["encryptionKeyName"] == key
    assert built.one(SQL).inputs["settings"]["ipConfiguration"]["allocatedIpRange"] == "acme-services"
    assert (
        built.one(REDIS).inputs["authorizedNetwork"]
        == f"projects/{built.one(REDIS).outputs['project']}/global/networks/acme"
    )
    assert built.postgres.networks == ("10.10.240.0/20",)
    apis = {each.urn for each in built.all(API)}
    for service in (built.one(SQL), built.one(REDIS), built.one(GKE)):
        assert apis <= built.recording.reached_from(service.urn)


def test_a_second_run_asks_for_the_same(dev: Built) -> None:
    """Nothing is drawn by the program itself."""
    again = build(GCP)
    assert json.dumps(sorted(again.recording.resources)) == json.dumps(sorted(dev.recording.resources))
