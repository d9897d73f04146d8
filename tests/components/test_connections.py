"""What every cloud promises with a connection: the same type, the same secrecy, the same TLS, addresses to open."""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from components.connections import (
    ClusterConnection,
    DownloadedModel,
    KafkaConnection,
    ModelStorageConnection,
    PasswordRoles,
    PostgresConnection,
    RedisConnection,
)
from policy import kinds as k
from settings import Cloud
from tests.components.built import Built, is_secret, known, password, sources, value, world

EACH = pytest.mark.parametrize("profile", ["dev", "prod with passwords"])
CLOUDS = pytest.mark.parametrize("cloud", Cloud)
LAYERS: Final = ["network", "cluster", "trackerStore", "lockStore", "eventQueue", "modelStorage"]


def models_of(built: Built, assistant: str = "rasa") -> ModelStorageConnection | DownloadedModel:
    models = built.platform.assistants[assistant].model_storage
    assert models
    return models


def roots(pem: str) -> int:
    """How many certificates OpenSSL reads in a text to trust them; 0 where it refuses the text."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except (ValueError, ssl.SSLError):
        return 0
    return context.cert_store_stats()["x509"]


def faults_of_ranges(
    connection: PostgresConnection | RedisConnection | KafkaConnection | ClusterConnection,
) -> list[str]:
    """Address ranges that are none, or that open everything; and none at all."""
    wrong = [text for text in connection.networks if ipaddress.ip_network(text).prefixlen < 8 and text != "0.0.0.0/0"]
    return wrong or ([] if connection.networks else ["nothing"])


@CLOUDS
@EACH
def test_the_database_is_verified_by_name_or_by_its_own_authority(built: Built) -> None:
    postgres = built.postgres
    assert postgres.ssl_mode == ("verify-ca" if built.cloud is Cloud.GCP else "verify-full")
    assert roots(value(postgres.ca_pem)) > 0
    assert postgres.port == 5432
    assert value(postgres.host)
    assert isinstance(postgres.roles, PasswordRoles)


@CLOUDS
@EACH
def test_redis_is_reached_by_tls_and_verified(built: Built) -> None:
    redis = built.redis()
    assert roots(value(redis.ca_pem)) > 0
    assert redis.port == {Cloud.AWS: 6379, Cloud.AZURE: 10000, Cloud.GCP: 6378}[built.cloud]
    assert value(redis.host)
    assert redis.tunnel == (built.cloud is Cloud.GCP)


@CLOUDS
@EACH
def test_kafka_is_reached_by_tls_only_and_verified(built: Built) -> None:
    """A `KafkaConnection` cannot say "no TLS"; what it says must not be an address without."""
    kafka = built.kafka()
    assert roots(value(kafka.ca_pem)) > 0
    assert kafka.mechanism == ("SCRAM-SHA-512" if built.cloud is Cloud.AWS else "PLAIN")
    brokers = value(kafka.bootstrap).split(",")
    assert kafka.ports == ({Cloud.AWS: 9096, Cloud.AZURE: 9093, Cloud.GCP: 9092}[built.cloud],)
    assert {int(broker.rpartition(":")[2]) for broker in brokers} == set(kafka.ports)
    assert not any("://" in broker for broker in brokers)
    assert (kafka.events_topic, kafka.dead_letter_topic) == ("rasa-core-events", "rasa-analytics-dlq")


@CLOUDS
@EACH
def test_every_password_is_secret_and_never_printed(built: Built) -> None:
    kafka, models = built.kafka(), models_of(built)
    maker = [kafka.missing_topics.maker] if kafka.missing_topics else []
    for auth in (built.postgres.admin, built.redis().auth, kafka.producer, kafka.consumer, *maker):
        assert password(auth)
        assert password(auth) not in f"{built.postgres}{built.redis()}{kafka}"
    if isinstance(models, ModelStorageConnection):
        assert all(is_secret(key) for key in models.secret_environment.values())


@CLOUDS
@EACH
def test_addresses_to_open_are_ranges(built: Built) -> None:
    for connection in (built.postgres, built.redis(), built.kafka(), built.platform.cluster):
        assert faults_of_ranges(connection) == []
    for connection in (built.postgres, built.redis()):
        assert all(ipaddress.ip_network(text).is_private for text in connection.networks)


@CLOUDS
@EACH
def test_people_are_told_the_addresses_of_all_layers_and_no_secret(built: Built) -> None:
    services = built.platform.services
    assert list(services) == LAYERS
    assert not any(is_secret(address) for address in services.values())
    redis = built.redis()
    assert known(services["trackerStore"]) == f"{known(built.postgres.host)}:5432"
    assert known(services["lockStore"]) == f"{known(redis.host)}:{redis.port}"
    assert known(services["eventQueue"]) == known(built.kafka().bootstrap)


DNS = "azure-native:network:PrivateDnsZoneGroup"
SCRAM = "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation"
# Firewalls, grants, names, topics: of the database, Redis, Kafka, models, and the identity, in prod with passwords.
READY: Final[Mapping[Cloud, list[set[str]]]] = {
    Cloud.AWS: [
        {k.INGRESS},
        {k.INGRESS, k.ELASTICACHE_USER},
        {k.INGRESS, k.MSK_TOPIC, SCRAM},
        {k.S3_ENCRYPTION, k.S3_POLICY, k.S3_PRIVATE, k.S3_OWNERSHIP},
        {k.IAM_POLICY, k.POD_IDENTITY},
    ],
    Cloud.AZURE: [
        set(),
        {k.AZURE_REDIS_DATABASE, DNS},
        {k.EVENT_HUB, DNS},
        {k.BLOB_CONTAINER, DNS},
        {k.FEDERATED, k.ROLE_ASSIGNMENT},
    ],
    Cloud.GCP: [
        {"gcp:sql/user:User"},
        set(),
        {k.CONFLUENT_ROLE, "gcp:dns/recordSet:RecordSet", "confluentcloud:index/accessPoint:AccessPoint"},
        set(),
        {k.BUCKET_MEMBER},
    ],
}


@CLOUDS
@pytest.mark.parametrize("profile", ["prod with passwords"])
def test_ready_holds_what_no_output_names(built: Built) -> None:
    assistant = built.platform.assistants["rasa"]
    waited_for = (built.postgres, built.redis(), built.kafka(), models_of(built), assistant.rasa)
    assert [built.types(each.ready) for each in waited_for] == READY[built.cloud]


@CLOUDS
@EACH
def test_models_are_uploaded_below_the_assistants_name(built: Built) -> None:
    models = models_of(built)
    assert models.prefix == "rasa/"
    assert "model.tar.gz" in value(models.upload_command)
    assert "rasa/model.tar.gz" in value(models.upload_command)
    assert models.environment


SIGN_IN: Final = {Cloud.AWS: "aws", Cloud.AZURE: "kubelogin", Cloud.GCP: "gke-gcloud-auth-plugin"}
CONTROL_PLANES, NODES = {k.EKS, k.AKS, k.GKE}, {k.EKS_NODES, k.AKS_NODES, k.GKE_NODES, k.EKS_ADDON}


@CLOUDS
@EACH
def test_a_cluster_has_an_identity_and_a_kubeconfig_that_signs_in_without_a_token(built: Built) -> None:
    cluster = built.platform.cluster
    assert value(cluster.identifier)
    content: Any = json.loads(value(cluster.kubeconfig))
    (user,) = content["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == SIGN_IN[built.cloud]


@CLOUDS
def test_pods_wait_for_nodes_but_the_kubeconfig_does_not_change_with_them(dev: Built) -> None:
    """Otherwise new nodes would make every object in the cluster look changed."""
    cluster = dev.platform.cluster
    assert dev.types(cluster.ready) & NODES
    assert dev.types(sources(cluster.kubeconfig)) & CONTROL_PLANES
    assert not dev.types(sources(cluster.kubeconfig)) & NODES


def test_weak_promises_would_be_seen() -> None:
    """The controls of the checks above."""
    assert roots("") == 0
    assert roots("-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n") == 0
    postgres = world(Cloud.AWS, "dev").postgres
    assert faults_of_ranges(replace(postgres, networks=())) == ["nothing"]
    assert faults_of_ranges(replace(postgres, networks=("0.0.0.0/1",))) == ["0.0.0.0/1"]
    with pytest.raises(ValueError, match="host bits"):
        faults_of_ranges(replace(postgres, networks=("10.0.0.1/16",)))
    with pytest.raises(AssertionError):
        password(replace(postgres.admin, password=postgres.host))
