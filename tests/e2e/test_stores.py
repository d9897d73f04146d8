"""Rasa Pro's own stores, built from the generated `endpoints.yml` with only addresses replaced, on real services."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from settings import Cloud
from tests.e2e import clouds
from tests.e2e.conftest import Worlds, on
from tests.e2e.pods import CA_DIRECTORY, ENDPOINTS, Pod, analytics_environment, analytics_values
from tests.e2e.world import World
from tests.processes import server, wait_until

pytestmark = pytest.mark.e2e

EVERY_CLOUD = on(Cloud.AWS, Cloud.AZURE, Cloud.GCP)
SCRIPTS = Path(__file__).parent / "in_rasa"
RESULT = "result: "
TEXT = "Where is my order?"
ANSWER = f"You said: {TEXT}"


def stores(world: World, name: str, *arguments: str) -> tuple[Pod, list[str]]:
    """Rasa's pod with the script that uses its stores, and the script's arguments."""
    pod = replace(world.rasa, command=["python", str(SCRIPTS / "stores.py")])
    return pod, [f"{world.directory / name}{ENDPOINTS}", *arguments]


def result(world: World, name: str, *arguments: str) -> Any:
    """What a fresh process tells after it has used a store."""
    pod, given = stores(world, name, *arguments)
    finished = world.run(pod, name, *given)
    assert finished.status == 0, finished.output[-3000:]
    return results(finished.output)[-1]


def results(output: str) -> list[Any]:
    """What a process has told so far."""
    return [json.loads(line.removeprefix(RESULT)) for line in output.splitlines() if line.startswith(RESULT)]


def consumed(world: World, settings: Mapping[str, str], sender: str) -> list[dict[str, Any]]:
    """The events of a conversation, by a client of these settings."""
    pod = Pod(command=["python", str(SCRIPTS / "consume.py")], environment={}, files=world.rasa.files)
    told = {"settings": settings, "topic": "rasa-core-events", "sender": sender, "count": 2}
    finished = world.run(pod, "consumer", stdin=json.dumps(told))
    assert finished.status == 0, finished.output
    return json.loads(finished.output)


@EVERY_CLOUD
def test_a_conversation_outlives_its_process_and_its_events_arrive(worlds: Worlds, cloud: Cloud) -> None:
    world, sender = worlds(cloud), f"conversation-{time.time()}"
    assert result(world, "save", "save", sender, TEXT)
    assert result(world, "read", "read", sender) == [TEXT, ANSWER]
    stored = world.postgres.sql("SELECT sender_id, type_name FROM events ORDER BY id", "rasa").splitlines()
    assert {f"{sender}|user", f"{sender}|bot"} <= set(stored)
    events = consumed(world, consumer(world, cloud), sender)
    assert [(event["event"], event["text"]) for event in events] == [("user", TEXT), ("bot", ANSWER)]
    # In one partition, so that a conversation stays in order.
    assert {event["key"] for event in events} == {sender}
    assert len({event["partition"] for event in events}) == 1


def consumer(world: World, cloud: Cloud) -> dict[str, str]:
    """Analytics' way to the events, from its values; on Azure the tier's own, as a broker knows one password a user."""
    if cloud is Cloud.AZURE:
        return {"bootstrap.servers": f"localhost:{world.kafka.internal_port}", "group.id": "tier"}
    values = world.relocation.of(analytics_values(world.recording, clouds.ASSISTANT)["kafka"])
    variables = analytics_environment(world.recording, clouds.ASSISTANT)
    assert values["topic"] == "rasa-core-events"
    return {
        "bootstrap.servers": values["brokerAddress"],
        "group.id": values["consumerId"],
        "security.protocol": values["securityProtocol"],
        "sasl.mechanism": variables["KAFKA_SASL_MECHANISM"],
        "sasl.username": variables["KAFKA_SASL_USERNAME"],
        "sasl.password": variables["KAFKA_SASL_PASSWORD"],
        "ssl.ca.location": values["sslCaLocation"].replace(CA_DIRECTORY, f"{world.directory}/consumer{CA_DIRECTORY}"),
    }


@EVERY_CLOUD
def test_two_processes_cannot_hold_the_lock_of_a_conversation(worlds: Worlds, cloud: Cloud, tmp_path: Path) -> None:
    world, sender = worlds(cloud), f"lock-{time.time()}"

    def holder(name: str) -> tuple[Any, Path, Path]:
        released, log = tmp_path / f"{name}-released", tmp_path / f"{name}.log"
        pod, given = stores(world, name, "lock", sender, str(released))
        command, environment, _ = world.placed(pod, name)
        asking = server([*command, *given], log, lambda: "asking" in results(log.read_text()), environment=environment)
        return asking, released, log

    def holds(log: Path) -> bool:
        return "held" in results(log.read_text())

    first, first_released, first_log = holder("first")
    second, second_released, second_log = holder("second")
    with first:
        wait_until(lambda: holds(first_log), "the first process has the lock", 30)
        with second:
            time.sleep(2)
            assert not holds(second_log)
            first_released.touch()
            wait_until(lambda: holds(second_log), "the second process has the lock", 30)
            second_released.touch()


@EVERY_CLOUD
def test_a_timer_fires_once_in_another_process(worlds: Worlds, cloud: Cloud) -> None:
    world, sender = worlds(cloud), f"timer-{time.time()}"
    assert result(world, "timer", "timer", sender)
    assert result(world, "fires", "fires", sender) is True
    assert result(world, "fires-again", "fires", sender) is False


@on(Cloud.AWS)
def test_rasa_fetches_its_model(worlds: Worlds, cloud: Cloud, model: Path) -> None:
    world = worlds(cloud)
    arguments = world.recording.outputs["values"][clouds.ASSISTANT]["rasa"]["additionalArgs"]
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert set(given) == {"--remote-storage", "--model"}
    fetched = result(world, "model", "model", given["--remote-storage"], given["--model"])
    assert fetched == hashlib.sha256(model.read_bytes()).hexdigest()


@EVERY_CLOUD
def test_analytics_opens_its_own_database(worlds: Worlds, cloud: Cloud) -> None:
    world = worlds(cloud)
    url = world.relocation.of(analytics_values(world.recording, clouds.ASSISTANT)["database"])
    script = "import psycopg2, sys; c = psycopg2.connect(sys.argv[1]).cursor(); "
    script += "c.execute('SELECT current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'); "
    script += "print(*c.fetchone())"
    pod = Pod(command=["python", "-c", script], environment={}, files=world.rasa.files)
    url = url.replace(CA_DIRECTORY, f"{world.directory}/analytics{CA_DIRECTORY}")
    finished = world.run(pod, "analytics", url)
    assert finished.output.split() == ["rasa_analytics", "True"]
