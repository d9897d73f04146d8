"""What the platform tells those who use it."""

from __future__ import annotations

import json

import pytest

from components.connections import MissingTopics, PasswordAuth, PasswordRoles
from components.gcp.cluster import kubeconfig
from components.gcp.event_queue import bootstrap_of
from tests.components.gcp.recorded import (
    ACL,
    BUCKET_MEMBER,
    GKE,
    KAFKA,
    NAT,
    NODES,
    REDIS,
    ROLE,
    SQL,
    TOPIC,
    Built,
    build,
    is_secret,
    known,
    plain,
    sources,
)
from tests.program.invariants import generated
from tests.settings.stack_files import GCP
from tools.stacks import changed


def pem(certificates: list[dict[str, str]]) -> str:
    return "".join(each["cert"] for each in certificates)


def test_secrets_are_secret(dev: Built, prod: Built) -> None:
    for built in (dev, prod):
        rasa = built.platform.assistants["rasa"]
        assert rasa.lock_store
        assert rasa.event_queue
        auths = [built.postgres.admin, rasa.lock_store.auth, rasa.event_queue.producer, rasa.event_queue.consumer]
        if rasa.event_queue.missing_topics:
            auths.append(rasa.event_queue.missing_topics.maker)
        for auth in auths:
            assert isinstance(auth, PasswordAuth)
            assert is_secret(auth.password)
            assert known(auth.password) in generated(built.recording)
            assert known(auth.password) not in repr(auth)


def test_the_database_is_verified_by_its_own_authorities(dev: Built) -> None:
    postgres = dev.postgres
    assert (postgres.ssl_mode, postgres.port) == ("verify-ca", 5432)
    assert isinstance(postgres.ca_pem, type(postgres.host))
    assert known(postgres.ca_pem) == pem(dev.answer("getCaCerts")["certs"])
    assert not is_secret(postgres.ca_pem)
    assert isinstance(postgres.roles, PasswordRoles)
    assert known(postgres.host) == dev.one(SQL).outputs["privateIpAddress"]


@pytest.mark.parametrize("profile", ["dev", "prod"])
def test_the_lock_store_is_reached_through_the_tunnel(profile: str, request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(profile)
    redis = built.platform.assistants["rasa"].lock_store
    assert redis
    assert redis.tunnel
    assert redis.port == 6378
    assert isinstance(redis.ca_pem, type(redis.host))
    assert known(redis.ca_pem) == pem(built.one(REDIS).outputs["serverCaCerts"])
    assert redis.networks == ("10.0.240.0/20",)


def test_brokers_are_spelt_as_the_client_wants_them(dev: Built, prod: Built) -> None:
    for built, host in ((dev, "pkc-"), (prod, "lkc-")):
        kafka = built.platform.assistants["rasa"].event_queue
        assert kafka
        assert known(kafka.bootstrap).startswith(host)
        assert known(kafka.bootstrap).endswith(":9092")
        assert (kafka.mechanism, kafka.ports) == ("PLAIN", (9092,))
        assert isinstance(kafka.ca_pem, str)
        assert "BEGIN CERTIFICATE" in kafka.ca_pem


def test_brokers_at_another_access_point_are_not_taken() -> None:
    with pytest.raises(LookupError, match="ap-1"):
        bootstrap_of([], "ap-1")


def test_a_public_kafka_gets_topics_and_rules_for_each_thing_that_is_allowed(shared: Built) -> None:
    topics = {topic.inputs["topicName"] for topic in shared.confluent(TOPIC)}
    assert topics == {"sales-core-events", "sales-analytics-dlq", "support-core-events"}
    rules = {
        (rule.name.split("event-queue-")[1].split("-topic-")[0].split("-group-")[0], rule.inputs["resourceName"])
        for rule in shared.confluent(ACL)
        if rule.inputs["operation"] in ("WRITE", "READ")
    }
    assert rules == {
        ("sales", "sales-core-events"),
        ("sales-analytics", "sales-core-events"),
        ("sales-analytics", "sales-analytics"),
        ("sales-analytics", "sales-analytics-dlq"),
        ("support", "support-core-events"),
    }
    assert {rule.inputs["patternType"] for rule in shared.confluent(ACL)} == {"LITERAL"}
    # Roles on topics are for larger types of cluster.
    assert {role.inputs["roleName"] for role in shared.confluent(ROLE)} == {"CloudClusterAdmin"}
    kafka = shared.platform.assistants["sales"].event_queue
    assert kafka
    assert kafka.missing_topics is None


def test_a_private_kafka_gets_roles_and_leaves_the_topics_to_the_cluster(prod: Built) -> None:
    assert not prod.confluent(TOPIC)
    assert not prod.confluent(ACL)
    given = {
        (role.inputs["roleName"], role.inputs["crnPattern"].split("/kafka=")[1].partition("/")[2])
        for role in prod.confluent(ROLE)
    }
    assert given == {
        ("DeveloperManage", "topic=rasa-*"),
        ("DeveloperWrite", "topic=rasa-core-events"),
        ("DeveloperRead", "topic=rasa-core-events"),
        ("DeveloperRead", "group=rasa-analytics"),
        ("DeveloperWrite", "topic=rasa-analytics-dlq"),
    }
    kafka = prod.platform.assistants["rasa"].event_queue
    assert kafka
    assert isinstance(kafka.missing_topics, MissingTopics)
    assert (kafka.missing_topics.partitions, kafka.missing_topics.retention_hours) == (6, 168)
    assert kafka.networks == ("10.0.16.0/24",)


def test_nobody_waits_for_a_private_kafka_to_answer(dev: Built, prod: Built) -> None:
    for built, private in ((dev, False), (prod, True)):
        keys = built.confluent("apiKey:ApiKey")
        assert keys
        assert {key.inputs["disableWaitForReady"] for key in keys} == {private}


def test_a_private_kafka_is_known_by_all_names_of_its_brokers(prod: Built) -> None:
    (point,) = prod.confluent("accessPoint:AccessPoint")
    (forwarded,) = prod.all("compute/forwardingRule:ForwardingRule")
    domain = f"{point.outputs['gcpIngressPrivateServiceConnectEndpoint']['dnsDomain']}."
    zone = prod.one("dns/managedZone:ManagedZone").inputs
    assert (zone["dnsName"], zone["visibility"]) == (domain, "private")
    record = prod.one("dns/recordSet:RecordSet").inputs
    assert (record["name"], record["type"], record["rrdatas"]) == (
        f"*.{domain}",
        "A",
        [prod.one("compute/address:Address").outputs["address"]],
    )
    connection = point.inputs["gcpIngressPrivateServiceConnectEndpoint"]["privateServiceConnectConnectionId"]
    # A text: as a number it would lose its last digits.
    assert connection == forwarded.outputs["pscConnectionId"]
    assert isinstance(connection, str)


def test_each_user_of_kafka_has_a_key_of_its_own(shared: Built) -> None:
    users = [connection.event_queue for connection in shared.platform.assistants.values()]
    keys = {known(queue.producer.password) for queue in users if queue and isinstance(queue.producer, PasswordAuth)}
    assert len(keys) == 2


def test_the_confluent_provider_takes_its_key_from_the_secrets(dev: Built) -> None:
    (provider,) = dev.recording.of_type("pulumi:providers:confluentcloud")
    assert plain(provider.inputs["cloudApiKey"]) == "dummy-key"
    assert plain(provider.inputs["cloudApiSecret"]) == "dummy-secret"


def test_models_are_read_below_the_assistants_prefix_only(shared: Built) -> None:
    project = shared.answer("getProject")
    pool = f"principal://iam.googleapis.com/projects/{project['number']}/locations/global/workloadIdentityPools"
    for name in ("sales", "support"):
        members = [each.inputs for each in shared.all(BUCKET_MEMBER) if f"-{name}-" in each.name]
        assert {each["role"]: each.get("condition", {}).get("expression") for each in members} == {
            "roles/storage.bucketViewer": None,
            "roles/storage.objectViewer": 'resource.name.startsWith("projects/_/buckets/'
            f'{members[0]["bucket"]}/objects/{name}/")',
        }
        # By the project's number: with its id it is nobody.
        assert {each["member"] for each in members} == {
            f"{pool}/{project['projectId']}.svc.id.goog/subject/ns/{name}/sa/rasa"
        }


def test_pods_may_ask_their_node_for_a_token(dev: Built) -> None:
    identity = dev.platform.assistants["rasa"].rasa
    assert identity.endpoints == (("169.254.169.254/32", 80), ("169.254.169.252/32", 988))
    assert not identity.service_account_annotations
    assert dev.types(identity.ready) == {f"gcp:{BUCKET_MEMBER}"}
    assert not dev.platform.assistants["rasa"].analytics.endpoints


def test_pods_wait_for_nodes_and_their_way_out_but_the_kubeconfig_does_not(dev: Built) -> None:
    assert dev.types(dev.platform.cluster.ready) == {f"gcp:{NODES}"}
    assert f"gcp:{NAT}" in dev.waits_for(dev.one(NODES))
    assert dev.types(sources(dev.platform.cluster.kubeconfig)) == {f"gcp:{GKE}"}


def test_a_kubeconfig_holds_no_credential() -> None:
    config = json.loads(kubeconfig("rasa", "https://34.76.0.10", "Q0E="))
    (user,) = config["users"]
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert set(user["user"]) == {"exec"}
    assert config["clusters"][0]["cluster"] == {"server": "https://34.76.0.10", "certificate-authority-data": "Q0E="}


def test_services_are_told_without_secrets(prod: Built) -> None:
    services = {name: known(address) for name, address in prod.platform.services.items()}
    assert set(services) == {"network", "cluster", "trackerStore", "lockStore", "eventQueue", "modelStorage"}
    assert services["trackerStore"] == f"{prod.one(SQL).outputs['privateIpAddress']}:5432"
    assert services["lockStore"] == f"{prod.one(REDIS).outputs['host']}:6378"
    assert services["modelStorage"].startswith("gs://rasa-prod-model-storage-")
    assert not [name for name, address in prod.platform.services.items() if is_secret(address)]


def test_existing_data_services_need_nothing_of_google() -> None:
    existing = {
        "trackerStore": {
            "kind": "existing",
            "host": "db.example.com",
            "networks": ["10.50.0.0/24"],
            "logins": {"rasa": {"database": "rasa", "username": "rasa", "password": "dbPassword"}},
        },
        "lockStore": {
            "kind": "existing",
            "host": "redis.example.com",
            "password": "redisPassword",
            "networks": ["10.50.1.0/24"],
        },
        "eventQueue": {
            "kind": "existing",
            "bootstrap": "kafka.example.com:9093",
            "mechanism": "PLAIN",
            "username": "rasa",
            "password": "kafkaPassword",
            "networks": ["10.50.2.0/24"],
        },
        "modelStorage": {"kind": "existing", "bucket": "acme-models"},
    }
    secrets = {"license": "x", "dbPassword": "a", "redisPassword": "b", "kafkaPassword": "c"}
    built = build(changed(GCP, **existing, secrets=secrets))
    kinds = {each.type for each in built.recording.resources.values()}
    assert not [kind for kind in kinds if kind.startswith(("gcp:sql", "gcp:redis", "gcp:storage", "confluentcloud"))]
    rasa = built.platform.assistants["rasa"]
    assert rasa.model_storage
    assert rasa.rasa.endpoints  # it still signs in as its pod; the bucket's own policy lets it read
    assert KAFKA not in kinds
