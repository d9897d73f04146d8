"""Services of Google and Confluent: APIs, certificate authorities, names of brokers, rights, deletion."""

from __future__ import annotations

import pytest

from components.connections import MissingTopics
from components.gcp.apis import SERVICES
from components.gcp.event_queue import bootstrap_of
from policy import kinds as k
from settings import Cloud
from tests.components.built import PROD, Built, build, known, password, value
from tests.components.rights import rights
from tests.settings.existing import EXISTING, existing
from tests.settings.stack_files import GCP
from tools.stacks import changed

API, CONNECTION = "gcp:projects/service:Service", "gcp:servicenetworking/connection:Connection"
ACL = "confluentcloud:index/kafkaAcl:KafkaAcl"
PROFILES = pytest.mark.parametrize("profile", ["dev", "prod"])


def pem(certificates: list[dict[str, str]]) -> str:
    return "".join(each["cert"] for each in certificates)


@PROFILES
def test_everything_of_google_waits_for_the_apis(built: Built) -> None:
    apis = {each.urn for each in built.all(API)}
    assert len(apis) == len(SERVICES)
    others = [each for each in built.recording.resources.values() if each.package == "gcp" and each.urn not in apis]
    assert len(others) > 15
    for resource in others:
        assert apis <= built.recording.reached_from(resource.urn), resource.name


def test_nothing_blocks_a_destroy(dev: Built) -> None:
    assert {each.inputs["disableOnDestroy"] for each in dev.all(API)} == {False}
    # A network with a peering cannot be deleted.
    assert dev.inputs(CONNECTION)["deletionPolicy"] == "REMOVE_PEERING"
    # PostgreSQL does not drop a role that owns an object.
    assert dev.inputs("gcp:sql/user:User")["deletionPolicy"] == "ABANDON"


def test_resources_wait_for_what_they_do_not_name(dev: Built, prod: Built) -> None:
    for kind in (k.CLOUD_SQL, k.MEMORYSTORE):
        assert CONNECTION in dev.waits_for(dev.one(kind))
    # The cluster creates the pool of identities.
    assert dev.all(k.BUCKET_MEMBER)
    assert all(k.GKE in dev.waits_for(member) for member in dev.all(k.BUCKET_MEMBER))
    for key in prod.all(k.CONFLUENT_KEY):
        mine = {role.urn for role in prod.all(k.CONFLUENT_ROLE) if role.parent == key.parent}
        assert mine
        assert mine <= set(key.dependencies)


def test_names_that_stay_taken_end_randomly(prod: Built) -> None:
    ends: list[str] = []
    ring = "gcp:kms/keyRing:KeyRing"
    for kind, key in ((k.CLOUD_SQL, "name"), (k.GCS, "name"), (ring, "name"), (k.GCP_SECRET, "secretId")):
        assert prod.all(kind)
        for resource in prod.all(kind):
            (urn,) = resource.property_dependencies[key]
            assert prod.recording.resources[urn].type == "random:index/randomId:RandomId"
            assert resource.inputs[key].endswith(f"-{prod.recording.resources[urn].outputs['hex']}")
            ends.append(urn)
    # The secret and the ring of its key share their end.
    assert len(set(ends)) == len(ends) - 1


def test_the_database_is_verified_by_its_own_authorities(dev: Built) -> None:
    postgres = dev.postgres
    assert postgres.ssl_mode == "verify-ca"
    assert value(postgres.ca_pem) == pem(dev.answer("getCaCerts")["certs"])
    assert known(postgres.host) == dev.one(k.CLOUD_SQL).outputs["privateIpAddress"]


@PROFILES
def test_the_lock_store_is_verified_by_its_own_authorities(built: Built) -> None:
    assert value(built.redis().ca_pem) == pem(built.one(k.MEMORYSTORE).outputs["serverCaCerts"])
    assert built.redis().networks == ("10.0.240.0/20",)


def test_brokers_are_those_of_the_access_point(dev: Built, prod: Built) -> None:
    assert known(dev.kafka().bootstrap).startswith("pkc-")
    assert known(prod.kafka().bootstrap).startswith("lkc-")
    with pytest.raises(LookupError, match="ap-1"):
        bootstrap_of([], "ap-1")


def test_a_public_kafka_gets_rules_for_each_thing_that_is_allowed(shared: Built) -> None:
    rules = {
        (rule.name.split("event-queue-")[1].split("-topic-")[0].split("-group-")[0], rule.inputs["resourceName"])
        for rule in shared.all(ACL)
        if rule.inputs["operation"] in ("WRITE", "READ")
    }
    assert rules == {
        ("sales", "sales-core-events"),
        ("sales-analytics", "sales-core-events"),
        ("sales-analytics", "sales-analytics"),
        ("sales-analytics", "sales-analytics-dlq"),
        ("support", "support-core-events"),
    }
    assert {rule.inputs["patternType"] for rule in shared.all(ACL)} == {"LITERAL"}
    # Only larger types of cluster have roles on topics.
    assert {role.inputs["roleName"] for role in shared.all(k.CONFLUENT_ROLE)} == {"CloudClusterAdmin"}
    assert shared.kafka("sales").missing_topics is None
    # Each user has its own key.
    assert password(shared.kafka("sales").producer) != password(shared.kafka("support").producer)


def test_a_private_kafka_gets_roles_and_leaves_the_topics_to_the_cluster(prod: Built) -> None:
    assert not prod.all(k.CONFLUENT_TOPIC)
    assert not prod.all(ACL)
    given = {
        (role.inputs["roleName"], role.inputs["crnPattern"].split("/kafka=")[1].partition("/")[2])
        for role in prod.all(k.CONFLUENT_ROLE)
    }
    assert given == {
        ("DeveloperManage", "topic=rasa-*"),
        ("DeveloperWrite", "topic=rasa-core-events"),
        ("DeveloperRead", "topic=rasa-core-events"),
        ("DeveloperRead", "group=rasa-analytics"),
        ("DeveloperWrite", "topic=rasa-analytics-dlq"),
    }
    topics = prod.kafka().missing_topics
    assert isinstance(topics, MissingTopics)
    assert (topics.partitions, topics.retention_hours) == (6, 168)
    assert prod.kafka().networks == ("10.0.16.0/24",)


def test_nobody_waits_for_a_private_kafka_to_answer(dev: Built, prod: Built) -> None:
    for built, private in ((dev, False), (prod, True)):
        assert {key.inputs["disableWaitForReady"] for key in built.all(k.CONFLUENT_KEY)} == {private}


def test_a_private_kafka_is_known_by_all_names_of_its_brokers(prod: Built) -> None:
    point = prod.one("confluentcloud:index/accessPoint:AccessPoint")
    domain = f"{point.outputs['gcpIngressPrivateServiceConnectEndpoint']['dnsDomain']}."
    zone, record = prod.inputs("gcp:dns/managedZone:ManagedZone"), prod.inputs("gcp:dns/recordSet:RecordSet")
    assert (zone["dnsName"], zone["visibility"]) == (domain, "private")
    address = prod.one("gcp:compute/address:Address").outputs["address"]
    assert (record["name"], record["type"], record["rrdatas"]) == (f"*.{domain}", "A", [address])
    connection = point.inputs["gcpIngressPrivateServiceConnectEndpoint"]["privateServiceConnectConnectionId"]
    # A text: as a number it would lose its last digits.
    assert connection == prod.one("gcp:compute/forwardingRule:ForwardingRule").outputs["pscConnectionId"]
    assert isinstance(connection, str)


def test_models_are_read_below_the_assistants_prefix_only(shared: Built) -> None:
    for name in ("sales", "support"):
        members = [each.inputs for each in shared.all(k.BUCKET_MEMBER) if f"-{name}-" in each.name]
        assert {each["role"]: each.get("condition", {}).get("expression") for each in members} == {
            "roles/storage.bucketViewer": None,
            "roles/storage.objectViewer": 'resource.name.startsWith("projects/_/buckets/'
            f'{members[0]["bucket"]}/objects/{name}/")',
        }
        assert {right.action for right in rights(shared, f"{name}:rasa")} == {each["role"] for each in members}


def test_pods_ask_their_node_for_a_token_if_they_read_models(dev: Built) -> None:
    rasa = dev.platform.assistants["rasa"]
    assert rasa.rasa.endpoints == (("169.254.169.254/32", 80), ("169.254.169.252/32", 988))
    assert not rasa.rasa.service_account_annotations
    assert not rasa.analytics.endpoints
    # The policy of an existing bucket lets them read.
    reads_existing = build(existing(Cloud.GCP, "modelStorage"))
    assert reads_existing.platform.assistants["rasa"].rasa.endpoints
    assert rights(reads_existing, "rasa:rasa") == set()


def test_an_existing_network_and_key_are_used() -> None:
    layers = {layer: EXISTING[Cloud.GCP][layer] for layer in ("network", "encryption")}
    built = build(changed(GCP, **PROD, **layers))
    assert {each.inputs["cryptoKeyId"].rpartition("/")[2] for each in built.all(k.KEY_MEMBER)} == {"seal", "recovery"}
    sql, redis = built.inputs(k.CLOUD_SQL), built.inputs(k.MEMORYSTORE)
    assert sql["encryptionKeyName"] == layers["encryption"]["key"]
    assert sql["settings"]["ipConfiguration"]["allocatedIpRange"] == "acme-services"
    assert redis["authorizedNetwork"].endswith("/global/networks/acme")
    assert built.postgres.networks == ("10.10.240.0/20",)
    apis = {each.urn for each in built.all(API)}
    for kind in (k.CLOUD_SQL, k.MEMORYSTORE, k.GKE):
        assert apis <= built.recording.reached_from(built.one(kind).urn)
