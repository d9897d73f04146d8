"""What every cloud promises with a connection: the same type, the same secrecy, the same TLS, addresses to open."""

from __future__ import annotations

import ast
import ipaddress
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest

from components.connections import (
    AssistantConnections,
    ClusterConnection,
    DownloadedModel,
    KafkaConnection,
    ModelStorageConnection,
    PasswordAuth,
    PasswordRoles,
    PostgresConnection,
    RedisConnection,
    WorkloadIdentity,
)
from sandbox.recorder import ROOT
from settings import Cloud
from tests.components.aws import recorded as aws
from tests.components.azure import recorded as azure
from tests.components.built import Built, is_secret, known
from tests.components.gcp import recorded as gcp
from tests.settings.stack_files import SMALL
from tools.stacks import changed

BUILD = {Cloud.AWS: aws.build, Cloud.AZURE: azure.build, Cloud.GCP: gcp.build}
PROFILES = {"dev": {}, "prod": {"assistants[0].replicas": 2}}
EACH = pytest.mark.parametrize(
    ("cloud", "profile"),
    [
        pytest.param(cloud, profile, marks=pytest.mark.xdist_group(f"contract-{cloud}"))
        for cloud in Cloud
        for profile in PROFILES
    ],
)


@cache
def build(cloud: Cloud, profile: str) -> Built:
    """The platform of a small stack with analytics; with passwords also where prod would have none."""
    changes = {"profile": profile, "assistants[0].analytics": True, **PROFILES[profile]}
    by_password = {"lockStore.auth": "password", "eventQueue.auth": "password"} if cloud is Cloud.AWS else {}
    return BUILD[cloud](changed(SMALL[cloud], **changes, **by_password), stack=profile)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The connections of one assistant, all there."""

    postgres: PostgresConnection
    redis: RedisConnection
    kafka: KafkaConnection
    models: ModelStorageConnection | DownloadedModel
    assistant: AssistantConnections


def services(cloud: Cloud, profile: str) -> Services:
    """The connections of the one assistant. Every service is created by default, on every cloud."""
    built = build(cloud, profile)
    assistant = built.platform.assistants["rasa"]
    assert isinstance(assistant.lock_store, RedisConnection)
    assert isinstance(assistant.event_queue, KafkaConnection)
    assert isinstance(assistant.model_storage, ModelStorageConnection | DownloadedModel)
    return Services(
        postgres=built.postgres,
        redis=assistant.lock_store,
        kafka=assistant.event_queue,
        models=assistant.model_storage,
        assistant=assistant,
    )


def value(given: Any) -> Any:
    """What an input turns out to be."""
    return known(cast("pulumi.Output[Any]", given)) if isinstance(given, pulumi.Output) else given


def passwords(connection: Any) -> Iterator[pulumi.Output[str]]:
    """Every password in a connection."""
    for field in fields(connection):
        inner = getattr(connection, field.name)
        if isinstance(inner, PasswordAuth):
            yield inner.password
        elif is_dataclass(inner):
            yield from passwords(inner)


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


@EACH
def test_the_database_is_verified_by_name_or_by_its_own_authority(cloud: Cloud, profile: str):
    postgres = services(cloud, profile).postgres
    assert postgres.ssl_mode == ("verify-ca" if cloud is Cloud.GCP else "verify-full")
    assert roots(value(postgres.ca_pem)) > 0
    assert postgres.port == 5432
    assert value(postgres.host)
    assert isinstance(postgres.roles, PasswordRoles)


@EACH
def test_redis_is_reached_by_tls_and_verified(cloud: Cloud, profile: str):
    redis = services(cloud, profile).redis
    assert roots(value(redis.ca_pem)) > 0
    assert isinstance(redis.auth, PasswordAuth)
    assert value(redis.host)
    assert redis.tunnel == (cloud is Cloud.GCP)


@EACH
def test_kafka_is_reached_by_tls_only_and_verified(cloud: Cloud, profile: str):
    """A `KafkaConnection` cannot say "no TLS"; what it says must not be an address without."""
    kafka = services(cloud, profile).kafka
    assert roots(value(kafka.ca_pem)) > 0
    assert kafka.mechanism in ("PLAIN", "SCRAM-SHA-512")
    brokers = value(kafka.bootstrap).split(",")
    assert {int(broker.rpartition(":")[2]) for broker in brokers} == set(kafka.ports)
    assert not {9094, 9090} & set(kafka.ports)
    assert not any("://" in broker for broker in brokers)
    assert (kafka.events_topic, kafka.dead_letter_topic) == ("rasa-core-events", "rasa-analytics-dlq")


@EACH
def test_every_password_is_secret_and_never_printed(cloud: Cloud, profile: str):
    used = services(cloud, profile)
    for connection in (used.postgres, used.redis, used.kafka):
        found = list(passwords(connection))
        assert found != []
        for password in found:
            assert is_secret(password)
            assert value(password) not in repr(connection)
    if isinstance(used.models, ModelStorageConnection):
        assert all(is_secret(key) for key in used.models.secret_environment.values())
    assert not any(is_secret(address) for address in build(cloud, profile).platform.services.values())


@EACH
def test_addresses_to_open_are_ranges(cloud: Cloud, profile: str):
    used = services(cloud, profile)
    for connection in (used.postgres, used.redis, used.kafka, build(cloud, profile).platform.cluster):
        assert faults_of_ranges(connection) == []
    for connection in (used.postgres, used.redis):
        assert all(ipaddress.ip_network(text).is_private for text in connection.networks)


@EACH
def test_what_no_output_names_is_waited_for(cloud: Cloud, profile: str):
    """Firewalls, grants, topics. For some services their address is all that has to be there."""
    used = services(cloud, profile)
    assert used.postgres.ready != () or cloud is Cloud.AZURE
    assert used.kafka.ready != () or used.kafka.missing_topics is not None
    for connection in (used.models, used.redis):
        assert connection.ready != () or cloud is Cloud.GCP
    needs_identity = isinstance(used.models, DownloadedModel) or cloud is not Cloud.AZURE
    assert (used.assistant.rasa.ready != ()) == needs_identity
    assert isinstance(used.assistant.analytics, WorkloadIdentity)


@EACH
def test_models_stand_below_the_assistants_name(cloud: Cloud, profile: str):
    models = services(cloud, profile).models
    assert models.prefix == "rasa/"
    assert "model.tar.gz" in value(models.upload_command)
    assert models.environment


@EACH
def test_a_cluster_has_an_identity_and_a_kubeconfig_without_a_token(cloud: Cloud, profile: str):
    cluster = build(cloud, profile).platform.cluster
    assert value(cluster.identifier)
    assert '"exec"' in value(cluster.kubeconfig) or "exec:" in value(cluster.kubeconfig)
    assert "token:" not in value(cluster.kubeconfig)
    assert '"token"' not in value(cluster.kubeconfig)


def test_weak_promises_would_be_seen():
    """The controls of the checks above."""
    assert roots("") == 0
    assert roots("-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n") == 0
    postgres = services(Cloud.AWS, "dev").postgres
    assert faults_of_ranges(replace(postgres, networks=())) == ["nothing"]
    assert faults_of_ranges(replace(postgres, networks=("0.0.0.0/1",))) == ["0.0.0.0/1"]
    with pytest.raises(ValueError, match="host bits"):
        faults_of_ranges(replace(postgres, networks=("10.0.0.1/16",)))
    assert not is_secret(pulumi.Output.from_input("generated"))


CLOUD_WORDS = {"aws", "azure", "azure-native", "gcp", "google", "confluent", "cloud", "Cloud", *(f"{c}" for c in Cloud)}


def uses_of_a_cloud(source: str) -> Iterator[str]:
    """Every import of a cloud's package or SDK, and every branch on the cloud."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str(module), names=names):
                modules = [module, *(f"{module}.{name.name}" for name in names)]
            case ast.If(test=condition) | ast.IfExp(test=condition):
                yield from branches_on(condition)
                continue
            case ast.Match(subject=subject, cases=cases):
                for part in (subject, *(case.pattern for case in cases)):
                    yield from branches_on(part)
                continue
            case _:
                continue
        for module in modules:
            if module.split(".")[0] in ("pulumi_aws", "pulumi_azure_native", "pulumi_gcp", "pulumi_confluentcloud"):
                yield f"imports {module}"
            if module.startswith(("components.aws", "components.azure", "components.gcp", "providers.")):
                yield f"imports {module}"
            if module.removeprefix("settings.").split(".")[0] in ("Cloud", *Cloud):
                yield f"imports {module}"


def branches_on(condition: ast.AST) -> Iterator[str]:
    """The words of a cloud in a condition or a pattern."""
    for node in ast.walk(condition):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.Constant(value=str(word)):
                if word in CLOUD_WORDS or re.fullmatch("(Aws|Azure|Gcp)Settings", word):
                    yield f"branches on {word}"
            case _:
                pass


NEUTRAL = sorted(path for name in ("rasa", "kubernetes") for path in (ROOT / "components" / name).rglob("*.py"))


@pytest.mark.parametrize("path", NEUTRAL, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_runs_on_any_cloud_asks_for_none(path: Path):
    assert list(uses_of_a_cloud(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pulumi_aws as aws",
        "from components.azure import names",
        "from settings import Cloud",
        "from settings.gcp import CreateGke",
        "if settings.cloud: pass",
        "x = 1 if provider == 'aws' else 2",
        "match settings:\n    case AwsSettings(): pass",
    ],
)
def test_a_use_of_a_cloud_is_recognised(source: str):
    assert list(uses_of_a_cloud(source)) != []


def test_there_is_something_to_look_at():
    assert len(NEUTRAL) > 15
