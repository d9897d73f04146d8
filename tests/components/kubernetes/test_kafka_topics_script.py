"""What the topics script does, told to a double of the Kafka client."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import components.kubernetes as package
from tests.scripts import loaded

PATH = Path(package.__path__[0]) / "scripts" / "kafka_topics.py"
ALREADY_EXISTS, NOT_ALLOWED = 36, 29
WEEK = str(7 * 24 * 3600 * 1000)


class KafkaException(Exception):
    """As the client's: its argument is an error with a code."""


class Admin:
    """Remembers what it is asked; knows topics with a number of partitions each."""

    def __init__(self, config: dict[str, str], topics: dict[str, int] | None = None, code: int | None = None) -> None:
        self.config, self.topics, self.code = config, topics or {}, code
        self.asked: list[tuple[str, Any]] = []

    def _answer(self, verb: str, items: list[Any], code: int | None = None) -> dict[Any, Any]:
        self.asked += [(verb, item) for item in items]

        def result(_timeout: float) -> None:
            if code is not None:
                raise KafkaException(SimpleNamespace(code=lambda: code, str=lambda: f"code {code}"))

        return {getattr(item, "topic", item): SimpleNamespace(result=result) for item in items}

    def create_topics(self, topics: list[Any]) -> dict[Any, Any]:
        return self._answer("create", topics, ALREADY_EXISTS if topics[0].topic in self.topics else self.code)

    def create_partitions(self, partitions: list[Any]) -> dict[Any, Any]:
        return self._answer("partitions", partitions)

    def incremental_alter_configs(self, resources: list[Any]) -> dict[Any, Any]:
        return self._answer("config", resources)

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(partitions=dict.fromkeys(range(self.topics[topic])))})


def named(**fixed: Any) -> Any:
    """A class whose instances remember their arguments."""

    class Named:
        def __init__(self, *positional: Any, **given: Any) -> None:
            self.__dict__.update(zip(fixed["order"], positional, strict=False), **given)

    return Named


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, the client replaced."""
    error = SimpleNamespace(TOPIC_ALREADY_EXISTS=ALREADY_EXISTS)
    admin = SimpleNamespace(
        AdminClient=Admin,
        AlterConfigOpType=SimpleNamespace(SET="set"),
        ConfigEntry=named(order=("name", "value")),
        ConfigResource=named(order=("type", "name")),
        NewPartitions=named(order=("topic", "count")),
        NewTopic=named(order=("topic",)),
        ResourceType=SimpleNamespace(TOPIC="topic"),
    )
    monkeypatch.setitem(
        sys.modules, "confluent_kafka", SimpleNamespace(KafkaError=error, KafkaException=KafkaException)
    )
    monkeypatch.setitem(sys.modules, "confluent_kafka.admin", admin)
    return loaded(PATH)


def test_a_new_topic_is_made_as_it_should_be(script: ModuleType) -> None:
    admin = Admin({})
    assert script.ensure_topic(admin, "events", 6, WEEK) == "created"
    ((verb, topic),) = admin.asked
    assert (verb, topic.topic, topic.num_partitions, topic.config) == ("create", "events", 6, {"retention.ms": WEEK})


def test_a_topic_that_is_there_gets_retention_and_more_partitions(script: ModuleType) -> None:
    admin = Admin({}, {"events": 3})
    assert script.ensure_topic(admin, "events", 6, WEEK) == "kept"
    assert [verb for verb, _ in admin.asked] == ["create", "partitions", "config"]
    assert admin.asked[1][1].count == 6
    (entry,) = admin.asked[2][1].incremental_configs
    assert (entry.name, entry.value) == ("retention.ms", WEEK)


def test_partitions_are_never_taken_away(script: ModuleType) -> None:
    admin = Admin({}, {"events": 12})
    script.ensure_topic(admin, "events", 6, WEEK)
    assert [verb for verb, _ in admin.asked] == ["create", "config"]


def test_a_refusal_is_not_hidden(script: ModuleType) -> None:
    with pytest.raises(KafkaException):
        script.ensure_topic(Admin({}, code=NOT_ALLOWED), "events", 6, WEEK)


def test_the_password_comes_from_the_environment_only(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "kafka.json"
    config.write_text(json.dumps({"sasl.username": "MAKER"}))
    made: list[Admin] = []

    def client(settings: dict[str, str]) -> Admin:
        made.append(Admin(settings))
        return made[0]

    monkeypatch.setattr(script, "CONFIG", config)
    monkeypatch.setattr(script, "AdminClient", client)
    script.main({"PASSWORD": "pass", "PARTITIONS": "6", "RETENTION_MS": WEEK, "TOPICS": '["events"]'})
    assert made[0].config == {"sasl.username": "MAKER", "sasl.password": "pass"}
    assert capsys.readouterr().out == "topic events: created\n"
