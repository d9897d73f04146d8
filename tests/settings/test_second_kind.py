"""A second created kind for one layer and cloud: its class alone gives defaults, limits, messages, schema and page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import Field

from settings import Cloud, GcpSettings, Problem, parse
from settings.defaults import MODELS
from settings.event_queue import CreateConfluent, CreateEventQueue, ExistingEventQueue, NoEventQueue
from settings.schema import stack_file_schema
from settings.setting import Effect, kind_of, setting
from settings.stack import Stack
from tests.settings.stack_files import GCP
from tests.settings.test_wrong_settings import refused
from tools.stacks import changed
from tools.write_reference import reference


class CreateManagedKafka(CreateEventQueue):
    """A managed Kafka of the test."""

    kind: Literal["managedKafka"] = kind_of("managedKafka")
    cpus: int = setting("CPUs of all brokers.", Effect.IN_PLACE, dev=3, prod=6, minimum=(3, "the smallest cluster"))
    size: str = setting("Memory in GiB, in quotes.", dev="12", prod="24")
    partitions: int = setting(maximum=(50, "the limit of the test"))

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if int(self.size) < self.cpus:
            yield self.wrong("size", "is below 1 GiB for each CPU", f"set '{self.cpus}' or more")


class WithManagedKafka(GcpSettings):
    """GCP with two created kinds of event queue."""

    event_queue: Annotated[  # pyright: ignore[reportIncompatibleVariableOverride]
        CreateConfluent | CreateManagedKafka | ExistingEventQueue | NoEventQueue, Field(discriminator="kind")
    ] = setting()


# No secret of Confluent is needed beside it.
STACK_FILE: dict[str, Any] = {**GCP, "secrets": {"license": "x"}, "eventQueue": {"kind": "managedKafka"}}


@pytest.fixture(autouse=True)
def second_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, Cloud.GCP, WithManagedKafka)


@pytest.mark.parametrize(("profile", "cpus", "size", "hours"), [("dev", 3, "12", 72), ("prod", 6, "24", 168)])
def test_it_has_defaults_of_its_own_and_those_of_the_layer(profile: str, cpus: int, size: str, hours: int):
    queue = parse({**STACK_FILE, "profile": profile})[0].event_queue
    assert isinstance(queue, CreateManagedKafka)
    assert (queue.cpus, queue.size, queue.partitions, queue.retention_hours) == (cpus, size, 6, hours)


def test_the_first_kind_stays_the_default():
    assert isinstance(parse(GCP)[0].event_queue, CreateConfluent)


@pytest.mark.parametrize(
    ("changes", "key", "fix"),
    [
        ({"eventQueue.partitions": 51}, "eventQueue.partitions", "set 50 or less"),
        ({"eventQueue.cpus": 2}, "eventQueue.cpus", "set 3 or more"),
        ({"eventQueue.size": "2"}, "eventQueue.size", "set '3' or more"),
        ({"eventQueue.kind": "managedkafka"}, "eventQueue.kind", "did you mean managedKafka?"),
        ({"eventQueue.cpu": 4}, "eventQueue.cpu", "did you mean cpus?"),
        ({"eventQueue.apiKey": "x"}, "eventQueue.apiKey", "remove it"),
    ],
    ids=["limit", "limit of its own", "rule", "kind", "key", "key of the first kind"],
)
def test_its_limits_and_rules_hold(changes: dict[str, Any], key: str, fix: str):
    assert [(problem.key, problem.fix) for problem in refused(changed(STACK_FILE, **changes))] == [(key, fix)]


@pytest.mark.parametrize(
    ("event_queue", "fits"),
    [
        ({"kind": "managedKafka"}, True),
        ({"kind": "managedKafka", "cpus": 4}, True),
        ({"kind": "managedKafka", "cpus": 2}, False),
        ({"kind": "managedKafka", "apiKey": "x"}, False),
        ({"cpus": 4}, False),
        ({"apiKey": "x"}, True),
    ],
    ids=str,
)
def test_the_schema_knows_it(event_queue: dict[str, Any], fits: bool):
    config = {f"rasa:{key}": value for key, value in STACK_FILE.items() if key != "secrets"}
    validator = jsonschema.Draft202012Validator(stack_file_schema())
    assert validator.is_valid({"config": {**config, "rasa:eventQueue": event_queue}}) is fits


def test_the_page_describes_it_where_it_is():
    page = reference()
    own = page[page.index("## Only on GCP") :]
    assert "A managed Kafka of the test." in own
    assert "| `eventQueue.cpus` | whole number | `3` | `6` | CPUs of all brokers. | in place |" in own
    assert "managedKafka" in page[page.index("## `rasa:eventQueue`") : page.index("## `rasa:modelStorage`")]
