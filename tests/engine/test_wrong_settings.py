"""Wrong settings reach the user through the real command line, in seconds, before anything exists."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine-wrong")]


@pytest.fixture(scope="module")
def workplace(pulumi: None, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace.make(tmp_path_factory.mktemp("wrong") / "project", "dev")


@contextmanager
def cpu_seconds() -> Iterator[list[float]]:
    """Measures the processor time of commands, which other work on the machine does not change."""
    spent: list[float] = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield spent
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def told(output: str) -> list[str]:
    """The problems, as the command line prints them."""
    lines = [line.strip() for line in output.splitlines()]
    return list(dict.fromkeys(line for line in lines if re.match(r"rasa:[\w.<\[\]> ]+: ", line)))


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        (
            {"trackerStore": {"storageGb": 5}},
            ["rasa:trackerStore.storageGb: 5 is below 20, the RDS minimum; set 20 or more"],
        ),
        (
            {"clutser": {}, "network.cidr": "10.0.1.0/16", "eventQueue.brokers": 2, "assistants[0].replicas": "two"},
            [
                "rasa:network.cidr: '10.0.1.0/16' is an address inside a network, not the network; write 10.0.0.0/16",
                "rasa:assistants[0].replicas: 'two' is not a whole number; write a whole number, without quotes",
                "rasa:clutser: 'clutser' is not a setting here (known: allowDestroy, assistants, cloud, cluster, "
                "encryption, eventQueue, lockStore, modelStorage, network, policyExceptions, profile, provider, "
                "region, rotation, secrets, secretsManager, tags, trackerStore); did you mean cluster?",
                "rasa:eventQueue.brokers: 2 is not a multiple of the 3 zones, what MSK demands; set 3 or 6",
            ],
        ),
    ],
    ids=["one", "four at once"],
)
def test_they_are_told_in_seconds_and_nothing_is_made(
    workplace: Workplace, changes: dict[str, Any], messages: list[str]
):
    workplace.succeed("stack ls")  # makes the sandbox's own files, which only the first command has to
    with workplace.changed(**changes), cpu_seconds() as spent:
        finished = workplace.pulumi("up", "--yes", "--skip-preview")
    assert finished.status != 0
    assert told(finished.output) == messages
    assert f"the stack file has {len(messages)} problem" in finished.output
    assert "Traceback" not in finished.output
    assert [one["type"] for one in workplace.resources() if one["type"] != "pulumi:pulumi:Stack"] == []
    assert spent[0] < 5


def test_what_is_missing_is_told_by_the_program_and_not_by_the_engine(workplace: Workplace):
    before = workplace.stack_file.read_text()
    workplace.stack_file.write_text("config:\n  rasa:cloud: aws\n")
    finished = workplace.pulumi("preview")
    workplace.stack_file.write_text(before)
    assert [message.split(": ")[0] for message in told(finished.output)] == [
        "rasa:profile",
        "rasa:region",
        "rasa:cluster.apiAccess",
        "rasa:assistants",
    ]


def test_a_weak_dev_stack_is_warned_of_once(workplace: Workplace):
    with workplace.changed(**{"cluster.apiAccess": ["0.0.0.0/0"]}):
        finished = workplace.pulumi("preview")
    assert finished.status == 0, finished.output[-2000:]
    assert told(finished.output.replace("warning: ", "")) == [
        "rasa:cluster.apiAccess: 0.0.0.0/0 lets everyone reach the Kubernetes API; "
        "name the ranges of your offices and runners, such as 203.0.113.0/24"
    ]


def test_the_stack_name_is_checked(pulumi: None, tmp_path: Path):
    workplace = Workplace.make(tmp_path / "project", "production-of-the-world")
    workplace.stack_file.write_text((workplace.directory / "Pulumi.dev.yaml").read_text())
    assert told(workplace.pulumi("preview").output) == [
        "rasa:<stack name>: production-of-the-world is not a-z, 0-9 and -, letter first, 2 to 20 characters "
        "(it becomes part of resource names); run: pulumi stack rename"
    ]
