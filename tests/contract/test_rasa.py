"""Rasa Pro's own code, of three versions, makes of the generated files what the connections say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import pulumi
import pytest

from components.connections import (
    CertificateAuth,
    DownloadedModel,
    KafkaIamAuth,
    ModelStorageConnection,
    PasswordAuth,
    PostgresIamAuth,
    RedisConnection,
    RedisIamAuth,
)
from components.rasa.outgoing import outgoing
from tests.components.built import known
from tests.contract.cases import CHOSEN, STACK_FILES
from tests.contract.judge.network import VAULT_LOGIN
from tests.contract.judged import VERSION, Judged, judged
from tools.rasa_pro import minor

pytestmark = pytest.mark.contract

VERSIONS: Final = pytest.mark.parametrize("version", VERSION)
STACKS: Final = pytest.mark.parametrize("stack", CHOSEN)
# What Rasa does without a service of its own.
IN_MEMORY: Final = {"InMemoryLockStore", "InMemorySessionTimerStore", "InMemoryTrackerStore"}
# They also have no settings that keep a connection alive, and their Redis client compares no host name.
BEFORE_TIMERS: Final = {"3.14", "3.15"}
# Rasa takes the variable VAULT_TOKEN, which it refers to, before it.
READ_ELSEWHERE: Final = {"secrets_manager.token"}
READ_BY_THE_DOWNLOAD: Final = {"AZURE_ACCOUNT_NAME", "AZURE_CONTAINER"}
AZURE_OPTIONS: Final = ("account-name", "container-name", "name")


def assistants(version: str, stack: str) -> Iterator[Judged]:
    """The judgement of that version on every assistant of the stack."""
    found = [one for one in judged(version).values() if one.case.stack == stack]
    assert found != []
    yield from found


def plain(value: Any) -> Any:
    """What an input turned out to be."""
    return known(value) if isinstance(value, pulumi.Output) else value


@STACKS
@VERSIONS
def test_conversations_go_to_the_database(version: str, stack: str) -> None:
    for one in assistants(version, stack):
        found, database = one.facts["tracker_store"], one.case.wiring.databases.rasa
        assert found["class"] == "SQLTrackerStore"
        assert found["driver"] == "postgresql"
        connect = found["connect"]
        assert (connect["host"], connect["port"]) == (plain(database.host), database.port)
        assert connect["dbname"] == database.database
        assert connect["sslmode"] == database.ssl_mode
        assert one.text_at(connect["sslrootcert"]) == plain(database.ca_pem)
        match database.auth:
            case PasswordAuth(username=username, password=password):
                assert (connect["user"], connect["password"]) == (plain(username), plain(password))
            case PostgresIamAuth(username=username, region=region):
                assert connect["user"] == username
                assert connect["password"] == {
                    "host": f"{plain(database.host)}:{database.port}",
                    "action": "connect",
                    "user": username,
                    "region": region,
                    "service": "rds-db",
                }
            case _:
                login = (VAULT_LOGIN["db_username"], VAULT_LOGIN["db_password"])
                assert (connect["user"], connect["password"]) == login


@STACKS
@VERSIONS
def test_credentials_are_asked_of_vault_alone(version: str, stack: str) -> None:
    for one in assistants(version, stack):
        asked = [each for each in one.facts["requests"] if each["token"] is not None]
        vault = one.case.wiring.vault
        if vault is None:
            assert asked == []
            assert "secrets_manager" not in one.case.endpoints
            continue
        paths = ("auth/token/lookup-self", f"{plain(vault.mount)}/data/{vault.path}")
        assert [each["url"] for each in asked] == [f"{plain(vault.url)}/v1/{path}" for path in paths]
        assert {each["token"] for each in asked} == {one.pod.environment["VAULT_TOKEN"]}
        assert {one.text_at(each["verify"]) for each in asked} == {plain(vault.ca_pem)}


@STACKS
@VERSIONS
def test_a_pod_takes_few_connections(version: str, stack: str) -> None:
    """By itself Rasa takes up to 150, and a rolling update doubles the pods; a small server has about a hundred."""
    for one in assistants(version, stack):
        assistant = one.case.wiring.assistant
        pods = max(assistant.replicas, assistant.max_replicas or 0) + 1
        assert sum(one.facts["tracker_store"]["pool"]) <= 20
        assert sum(one.facts["tracker_store"]["pool"]) * pods <= 150


@STACKS
@VERSIONS
@pytest.mark.parametrize(
    ("section", "class_", "prefix"),
    [
        pytest.param("lock_store", "ConcurrentRedisLockStore", "concurrent_lock:", id="lock_store"),
        pytest.param("timer_store", "RedisSessionTimerStore", "timer:", id="timer_store"),
    ],
)
def test_locks_and_timers_go_to_redis(version: str, stack: str, section: str, class_: str, prefix: str) -> None:
    for one in assistants(version, stack):
        found, redis = one.facts[section], one.case.wiring.connections.lock_store
        if section == "timer_store" and minor(version) in BEFORE_TIMERS:
            assert found is None
            assert section not in one.case.endpoints
        elif redis is None:
            assert found["class"] in IN_MEMORY
            assert section not in one.case.endpoints
        else:
            assert found["class"] == class_
            # Several assistants share one Redis.
            assert found["key_prefix"] == f"{one.case.wiring.assistant.name}:{prefix}"
            assert faults_of_redis(one, found["connection"], redis) == []


def faults_of_redis(one: Judged, found: dict[str, Any], redis: RedisConnection) -> list[str]:
    """Where a connection to Redis differs from what it should be."""
    faults = [] if found["db"] == 0 else ["not database 0, the only one that every service has"]
    match redis.auth:
        case PasswordAuth(username=username, password=password):
            if (found["username"], found["password"]) != (plain(username), plain(password)) or found["identity"]:
                faults.append("not the user and password")
        case RedisIamAuth(username=username, region=region, replication_group=group):
            token = {
                "host": plain(group),
                "action": "connect",
                "user": plain(username),
                "region": region,
                "service": "elasticache",
            }
            identity = {"class": "AWSElasticacheRedisIAMCredentialsProvider", "username": plain(username)}
            if found["identity"] != {**identity, "token": token} or found["password"]:
                faults.append("not the token of the pod's identity")
    if redis.tunnel:
        return [*faults, *faults_of_the_tunnel(one, found, redis)]
    if (found["host"], found["port"]) != (plain(redis.host), redis.port):
        faults.append("not its address")
    if (found["class"] == "SSLConnection") != (redis.ca_pem is not None):
        faults.append("TLS where there is none, or none where there is")
    elif redis.ca_pem is not None and (
        one.text_at(found["ca"]) != plain(redis.ca_pem) or found["verify"] not in ("2", "VerifyMode.CERT_REQUIRED")
    ):
        faults.append("its certificate is not verified by its authorities")
    return faults


def faults_of_the_tunnel(one: Judged, found: dict[str, Any], redis: RedisConnection) -> list[str]:
    """Rasa speaks to the sidecar in its pod, and the sidecar, by its own configuration, to the service."""
    (sidecar,) = (each for each in one.case.values["rasa"]["initContainers"] if each.get("restartPolicy") == "Always")
    configuration = one.text_at(sidecar["command"][-1])
    wanted = (
        rf"bind {found['host']}:{found['port']}\n",
        rf"server \S+ {plain(redis.host)}:{redis.port} ssl verify required ca-file (\S+)\n",
    )
    faults = [f"no {each!r}" for each in wanted if not re.search(each, configuration)]
    if not faults and one.text_at(re.findall(wanted[1], configuration)[0]) != plain(redis.ca_pem):
        faults.append("its certificate is not verified by its authorities")
    return faults if found["class"] == "Connection" else [*faults, "TLS inside the pod"]


@STACKS
@VERSIONS
def test_host_names_of_redis_are_compared_from_3_16_on(version: str, stack: str) -> None:
    """docs/compatibility.md says so."""
    for one in assistants(version, stack):
        connection = one.facts["lock_store"].get("connection", {})
        if connection.get("class") == "SSLConnection":
            assert connection["check_hostname"] == (minor(version) not in BEFORE_TIMERS)


@STACKS
@VERSIONS
def test_events_go_to_kafka(version: str, stack: str) -> None:
    for one in assistants(version, stack):
        found, kafka = one.facts["event_broker"], one.case.wiring.connections.event_queue
        if kafka is None:
            assert found is None
            continue
        assert found["class"] == "KafkaEventBroker"
        assert found["topic"] == kafka.events_topic
        # A conversation stays in order.
        assert found["partition_by_sender"] is True
        producer = found["producer"]
        assert producer["bootstrap.servers"] == plain(kafka.bootstrap)
        assert producer["client.id"] == one.case.wiring.assistant.name
        if not isinstance(kafka.producer, CertificateAuth):
            assert producer["security.protocol"] == "SASL_SSL"
            assert producer["sasl.mechanism"] == kafka.mechanism
        # Rasa leaves it out with a certificate; the Kafka client checks host names by default.
        assert producer.get("ssl.endpoint.identification.algorithm", "https") == "https"
        assert one.text_at(producer["ssl.ca.location"]) == plain(kafka.ca_pem)
        # Behind a cloud's load balancer an idle connection is cut off.
        assert producer.get("socket.keepalive.enable", False) == (minor(version) not in BEFORE_TIMERS)
        match kafka.producer:
            case PasswordAuth(username=username, password=password):
                user = (producer["sasl.username"], producer["sasl.password"])
                assert user == (plain(username), plain(password))
                assert found["identity"] is None
            case KafkaIamAuth(region=region):
                assert found["identity"]["class"] == "AWSMSKafkaIAMCredentialsProvider"
                token = found["identity"]["token"]
                assert (token["action"], token["region"]) == ("kafka-cluster:Connect", region)
                assert "sasl.password" not in producer
            case CertificateAuth(certificate=certificate, key=key):
                assert producer["security.protocol"] == "SSL"
                assert one.text_at(producer["ssl.certificate.location"]) == plain(certificate)
                assert one.text_at(producer["ssl.key.location"]) == plain(key)
                assert not any(name.startswith("sasl.") for name in producer)


@STACKS
@VERSIONS
def test_the_model_is_fetched_from_where_it_is_uploaded_to(version: str, stack: str) -> None:
    for one in assistants(version, stack):
        storage, server = one.case.wiring.connections.model_storage, one.facts["server"]
        asked = {each["url"]: each["signed_by"] for each in one.facts["requests"] if each["token"] is None}
        match storage:
            case ModelStorageConnection():
                assert server["remote_storage"] == storage.remote_storage
                wanted = addresses(plain(storage.upload_command), STACK_FILES[stack]["region"])
                assert set(wanted) <= set(asked)
                assert {asked[url] for url in wanted} == {signer(one, storage)}
            case DownloadedModel():
                assert server["remote_storage"] == "None"
                assert server["model_path"] in one.pod.files
                assert asked == {}
            case None:
                assert server["remote_storage"] == "None"
                assert any(path.startswith(f"/app/{server['model_path']}/") for path in one.pod.files)
                assert asked == {}


def signer(one: Judged, storage: ModelStorageConnection) -> str:
    """Rasa itself signs with an account's key; everywhere else the pod's identity does, which nobody has here."""
    key = "AZURE_ACCOUNT_KEY"
    if key not in storage.secret_environment:
        return ""
    return f"SharedKey {one.pod.environment['AZURE_ACCOUNT_NAME']}:{plain(storage.secret_environment[key])}"


def addresses(upload: str, region: str) -> tuple[str, str]:
    """Where Rasa has to ask for the bucket and for the model that the command uploads."""
    if found := re.search(r"s3://([^/]+)/(\S+)", upload):
        bucket = f"https://{found[1]}.s3.{region}.amazonaws.com/"
        return bucket, bucket + found[2]
    if found := re.search(r"gs://([^/]+)/(\S+)", upload):
        api = f"https://storage.googleapis.com/%sstorage/v1/b/{found[1]}%s"
        return api % ("", "?projection=noAcl&prettyPrint=false"), api % (
            "download/",
            f"/o/{quote(found[2], safe='')}?alt=media",
        )
    account, container, model = (re.findall(rf"--{name} (\S+)", upload)[0] for name in AZURE_OPTIONS)
    container = f"https://{account}.blob.core.windows.net/{container}"
    return f"{container}?restype=container", f"{container}/{model}"


@STACKS
@VERSIONS
def test_the_server_is_what_the_chart_and_the_probes_expect(version: str, stack: str) -> None:
    for one in assistants(version, stack):
        server, held = one.facts["server"], one.case.secrets["rasa-secrets"]
        assert server["enable_api"] is True  # else there is no /status
        assert server["port"] == one.case.values["rasa"]["settings"]["port"]
        assert (server["auth_token"], server["jwt_secret"]) == (held["authToken"], held["jwtSecret"])
        assert server["auth_token"] != ""
        assert len(server["jwt_secret"]) >= 32
        jwt = one.case.wiring.assistant.jwt
        # Without both keys the server refuses a method with a key pair.
        assert server["jwt_method"] == ("HS256" if jwt is None else jwt.method)
        assert server["jwt_private_key"] == (None if jwt is None else jwt.public_key)
        assert one.facts["licence"] == held["rasaProLicense"]
        assert one.facts["environment"] in (None, one.case.values["rasa"]["settings"]["environment"])


@STACKS
@VERSIONS
def test_channels_and_servers_of_ones_own_are_the_settings(version: str, stack: str) -> None:
    for one in assistants(version, stack):
        assistant = one.case.wiring.assistant
        given = {} if assistant.endpoints is None else assistant.endpoints.content
        assert list(assistant.credentials.content) == ["rest"]
        assert one.facts["channels"] == ["RestInput"]
        assert one.facts["nlg"]["url"] == given.get("nlg", {}).get("url")
        assert (one.facts["action_endpoint"] is None) == (assistant.action_server is None)
        # As they were written: a language model's client resolves `${NAME}` itself.
        assert one.facts["model_groups"] == given.get("model_groups")


@STACKS
@VERSIONS
def test_every_key_and_variable_is_read(version: str, stack: str) -> None:
    for one in assistants(version, stack):
        # The clients of HTTP read these when they send the first request.
        allowed = READ_ELSEWHERE | outgoing(one.case.wiring).keys()
        allowed |= READ_BY_THE_DOWNLOAD if downloads(one) else set()
        assert set(one.unread) - allowed == set()


def downloads(one: Judged) -> bool:
    """Whether a script fetches the model in Rasa's place; it is the one that reads the variables of the storage."""
    return isinstance(one.case.wiring.connections.model_storage, DownloadedModel)
