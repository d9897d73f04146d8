"""The smoke test's own script: passes where all is well, else says in one sentence what is broken and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from settings import Cloud
from tests.e2e import breaks, clouds
from tests.e2e.breaks import Break, authority, redis_user, section, told, variable
from tests.e2e.conftest import Worlds, on
from tests.e2e.pods import Pod, release_pod
from tests.e2e.world import World, tunnel

pytestmark = pytest.mark.e2e

MODELS, VAULT = "model storage (aws)", "secrets manager at"
TRACKER, LOCKS, EVENTS = "tracker store at", "lock store at", "event broker at"
PASSWORD_FIX = "use a user and a password that the service accepts"
AUTHORITY_FIX = "trust the authority that signed its certificate: `ca` in the stack file"
REACH_FIX = "check that it runs with TLS on this port"


def case(name: str, broken: Break, service: str, *words: str, cloud: Cloud = Cloud.AWS) -> ParameterSet:
    """A break, and what the sentence about it must say: the service, what is wrong, the fix."""
    group = pytest.mark.xdist_group(f"e2e {cloud}")
    return pytest.param(cloud, broken, service, words, id=f"{cloud}-{name}", marks=group)


def elsewhere(name: str, key: str = "port") -> Break:
    """A section leads to where nothing listens."""

    def change(world: World) -> Pod:
        address = breaks.nobody(world)
        return section(world, name, **{key: address if key == "url" else int(address.rpartition(":")[2])})

    return told(change)


CASES: Sequence[ParameterSet] = [
    case("database-down", elsewhere("tracker_store"), TRACKER, "Connection refused", REACH_FIX),
    case(
        "database-password",
        variable("DB_PASSWORD", lambda _: "wrong"),
        TRACKER,
        'password authentication failed for user "rasa"',
        PASSWORD_FIX,
    ),
    case("database-authority", authority("postgres-ca.pem"), TRACKER, "certificate verify failed", AUTHORITY_FIX),
    case(
        "database-name-in-certificate",
        told(lambda world: section(world, "tracker_store", url="127.0.0.1")),
        TRACKER,
        "does not match host name",
        "use a host name that is in its certificate",
    ),
    case(
        "database-missing",
        told(lambda world: section(world, "tracker_store", db="never_made")),
        TRACKER,
        'database "never_made" does not exist',
        "create the database, owned by this user",
    ),
    case(
        "database-right",
        breaks.no_right_to_make_tables,
        TRACKER,
        "permission denied for schema public",
        "grant it CREATE on the schema public",
    ),
    case("database-without-tls", variable("SQL_TRACKER_STORE_SSL_MODE", lambda _: "disable"), TRACKER, "no encryption"),
    case("redis-down", elsewhere("lock_store"), LOCKS, "Connection refused", REACH_FIX),
    case(
        "redis-password",
        variable("REDIS_PASSWORD", lambda _: "wrong"),
        LOCKS,
        "invalid username-password pair",
        PASSWORD_FIX,
    ),
    case("redis-authority", authority("redis-ca.pem"), LOCKS, "certificate verify failed", AUTHORITY_FIX),
    case(
        "redis-keys",
        redis_user("resetkeys", "~other:*"),
        LOCKS,
        "no permissions to access one of the keys",
        "on keys with its prefix",
    ),
    case(
        "redis-command",
        redis_user("-keys"),
        LOCKS,
        "no permissions to run the 'keys' command",
        "allow the user the commands for locks and timers",
    ),
    case("kafka-down", elsewhere("event_broker", "url"), EVENTS, "Connection refused", REACH_FIX),
    case(
        "kafka-password",
        variable("KAFKA_PASSWORD", lambda _: "wrong"),
        EVENTS,
        "invalid credentials with SASL mechanism SCRAM-SHA-512",
        PASSWORD_FIX,
    ),
    case("kafka-authority", authority("kafka-ca.pem"), EVENTS, "certificate verify failed", AUTHORITY_FIX),
    case(
        "kafka-topic",
        told(lambda world: section(world, "event_broker", topic="never-made")),
        EVENTS,
        "topic never-made",
        "create the topic",
    ),
    case(
        "kafka-right",
        breaks.no_right_to_write,
        EVENTS,
        "authorization failed",
        "describe the topic and write",
        cloud=Cloud.AZURE,
    ),
    case(
        "kafka-password",
        variable("KAFKA_PASSWORD", lambda _: "wrong"),
        EVENTS,
        "Authentication failed",
        PASSWORD_FIX,
        cloud=Cloud.AZURE,
    ),
    case(
        "models-down",
        variable("AWS_ENDPOINT_URL", lambda world: f"https://{breaks.nobody(world)}"),
        MODELS,
        "Could not connect to the endpoint",
        REACH_FIX,
    ),
    case(
        "models-key",
        variable("AWS_SECRET_ACCESS_KEY", lambda _: "wrong"),
        MODELS,
        "is forbidden",
        "allow the pod's identity to list the bucket",
    ),
    case(
        "models-authority",
        variable("AWS_CA_BUNDLE", lambda world: str(world.foreign.file)),
        MODELS,
        "certificate verify failed",
    ),
    case("models-bucket", breaks.no_bucket, MODELS, "'never-made' does not exist", "create the bucket first"),
    case("models-missing", breaks.no_model, MODELS, "the model rasa/model.tar.gz does not exist", "aws s3 cp"),
    case("models-other", breaks.no_archive, MODELS, "is not a trained model", "aws s3 cp model.tar.gz s3://"),
    case(
        "models-list-right",
        breaks.models_policy("s3:GetObject"),
        MODELS,
        "is forbidden",
        "allow the pod's identity to list the bucket",
    ),
    case(
        "models-read-right",
        breaks.models_policy("s3:ListBucket"),
        MODELS,
        "cannot be read",
        "the right to get (and decrypt) the object",
    ),
]


def lines(world: World, pod: Pod, name: str) -> tuple[int, list[str]]:
    """The smoke test's status, and its sentences."""
    finished = world.run(pod, name)
    found = [line for line in finished.output.splitlines() if line.startswith(("ok: ", "FAILED: "))]
    assert found, finished.output
    return finished.status, found


def tried(world: World) -> list[str]:
    """The services that there are."""
    models, credentials = [MODELS] if world.s3 else [], [VAULT] if world.vault else []
    return [*models, *credentials, TRACKER, LOCKS, EVENTS]


@on(Cloud.AWS, Cloud.AZURE, Cloud.GCP)
def test_it_passes_where_all_is_well(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    status, found = lines(world, world.smoke_test, "smoke-test")
    assert [line for line in found if not line.startswith("ok: ")] == []
    named = [any(line.startswith(f"ok: {service}") for line in found) for service in tried(world)]
    assert named == [True] * len(found)
    assert status == 0


@pytest.mark.parametrize(("cloud", "broken", "service", "words"), CASES)
def test_what_is_broken_is_told_with_its_fix(
    worlds: Worlds, cloud: Cloud, broken: Break, service: str, words: Sequence[str]
) -> None:
    world = worlds(cloud)
    with broken(world) as pod:
        status, found = lines(world, pod, "broken")
    # The last line, which `up` shows; the other services are tried all the same and are well.
    *others, sentence = found
    assert status == 1
    assert sentence.startswith(f"FAILED: {service}")
    assert [word for word in words if word not in sentence] == [], sentence
    assert [line for line in others if not line.startswith("ok: ")] == []
    assert len(others) == len(tried(world)) - 1


@on(Cloud.GCP)
def test_the_sidecar_takes_no_certificate_of_another_authority(worlds: Worlds, cloud: Cloud, tmp_path: Path) -> None:
    world = worlds(cloud)
    rasa = release_pod(world.recording, clouds.ASSISTANT)
    distrusting = world.relocation.also(authorities={"redis-ca.pem": world.foreign.pem})
    with tunnel(rasa, tmp_path, world.redis, distrusting) as elsewhere:
        moved = replace(world, relocation=elsewhere)
        status, found = lines(world, moved.smoke_test, "tunnel-authority")
    assert status == 1
    assert found[-1].startswith(f"FAILED: {LOCKS} 127.0.0.1")
    assert REACH_FIX in found[-1]


@on(Cloud.AZURE)
def test_it_ends_in_time_where_nothing_answers(worlds: Worlds, cloud: Cloud) -> None:
    """Services that take a connection and then say nothing, as behind some firewalls."""
    world = worlds(cloud)
    with breaks.silent(world) as pod:
        status, found = lines(world, pod, "silent")
    assert status == 1
    silent = [f"FAILED: {service.removesuffix(' at')}" for service in (TRACKER, LOCKS, EVENTS)]
    assert [line.split(" at ")[0] for line in found] == [f"ok: {VAULT.removesuffix(' at')}", *silent]
