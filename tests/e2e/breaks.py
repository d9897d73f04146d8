"""Ways to break one service, each as a pod finds it there: what the smoke test is told, or what the service does.

A break is a context: inside it the service is broken, after it whole again, for the next test.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from tests.e2e import clouds
from tests.e2e.kafka import Right
from tests.e2e.pods import CA_DIRECTORY, Pod
from tests.e2e.world import SMOKE_TEST, World
from tests.processes import free_port

Break = Callable[[World], AbstractContextManager[Pod]]


def told(change: Callable[[World], Pod]) -> Break:
    """A break that is only in what the pod is told."""

    @contextmanager
    def broken(world: World) -> Iterator[Pod]:
        yield change(world)

    return broken


def section(world: World, name: str, **changes: Any) -> Pod:
    """The smoke test's pod with a section of `endpoints.yml` changed."""
    pod = world.smoke_test
    config = pod.files[SMOKE_TEST]
    endpoints = config["endpoints"]
    changed = {**endpoints, name: {**endpoints[name], **changes}}
    return pod.with_file(SMOKE_TEST, {**config, "endpoints": changed})


def variable(name: str, value: Callable[[World], str]) -> Break:
    """Another value of an environment variable."""
    return told(lambda world: world.smoke_test.with_environment(**{name: value(world)}))


def authority(name: str) -> Break:
    """Certificates of that name are checked against an authority that has not signed them."""
    return told(lambda world: world.smoke_test.with_file(f"{CA_DIRECTORY}/{name}", world.foreign.pem))


def nobody(world: World) -> str:
    """An address where nothing listens."""
    return f"localhost:{free_port()}"


@contextmanager
def no_right_to_make_tables(world: World) -> Iterator[Pod]:
    """The schema is somebody else's."""
    world.postgres.sql("ALTER SCHEMA public OWNER TO postgres", "rasa")
    yield world.smoke_test
    world.postgres.sql("ALTER SCHEMA public OWNER TO pg_database_owner", "rasa")


def redis_user(*rules: str) -> Break:
    """The assistant's user may do less."""

    @contextmanager
    def broken(world: World) -> Iterator[Pod]:
        user = world.smoke_test.files[SMOKE_TEST]["endpoints"]["lock_store"]["username"]
        # Without the user, its first word, a line of the ACL is what makes the user again.
        users = clouds.cloud_services(world.cloud, world.recording).redis_users
        (whole,) = (line.split()[1:] for line in users if line.split()[0] == user)
        world.redis.command("ACL", "SETUSER", user, *rules)
        yield world.smoke_test
        world.redis.command("ACL", "SETUSER", user, "reset", *whole)

    return broken


@contextmanager
def no_right_to_write(world: World) -> Iterator[Pod]:
    """The producer may look at the topic and no more."""
    producer = world.smoke_test.environment["KAFKA_USERNAME"]
    topic = world.smoke_test.files[SMOKE_TEST]["endpoints"]["event_broker"]["topic"]
    write = Right(user=producer, kind="topic", name=topic, operations=("WRITE",))
    world.kafka.take(rights=[write])
    yield world.smoke_test
    world.kafka.make(rights=[write])


@contextmanager
def no_model(world: World) -> Iterator[Pod]:
    """Nobody has uploaded it."""
    with _model(world):
        world.models.delete(world.model_key)
        yield world.smoke_test


@contextmanager
def no_archive(world: World) -> Iterator[Pod]:
    """Something else stands in the model's place."""
    with _model(world) as file:
        other = Path(f"{file}-other")
        other.write_text("not an archive")
        world.models.upload(world.model_key, other)
        yield world.smoke_test


@contextmanager
def _model(world: World) -> Iterator[Path]:
    """The model as it is now, put back afterwards."""
    file = world.directory / "model-before"
    world.models.download(world.model_key, file)
    yield file
    world.models.upload(world.model_key, file)


def models_policy(*actions: str) -> Break:
    """The pod's role may do only this."""

    @contextmanager
    def broken(world: World) -> Iterator[Pod]:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        world.models.allow(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        yield world.smoke_test
        policy = clouds.cloud_services(world.cloud, world.recording).model_policy
        assert policy
        world.models.allow(policy)

    return broken


@contextmanager
def no_bucket(world: World) -> Iterator[Pod]:
    """The bucket that the pod is told of was never made. (Who may not ask for a bucket is not told that.)"""
    with models_policy("s3:*")(world) as pod:
        yield pod.with_environment(BUCKET_NAME="never-made")


@contextmanager
def silent(world: World) -> Iterator[Pod]:
    """Every data service takes connections and then says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        port = listener.getsockname()[1]
        pod = world.smoke_test
        config = pod.files[SMOKE_TEST]
        endpoints = {
            **config["endpoints"],
            "tracker_store": {**config["endpoints"]["tracker_store"], "port": port},
            "lock_store": {**config["endpoints"]["lock_store"], "port": port},
            "event_broker": {**config["endpoints"]["event_broker"], "url": f"localhost:{port}"},
        }
        yield pod.with_file(SMOKE_TEST, {**config, "endpoints": endpoints})
