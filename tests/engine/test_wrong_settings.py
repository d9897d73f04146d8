"""Wrong settings reach the user through the real command line, in seconds, before anything exists."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine-wrong")]


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


CHANGES = {"clutser": {}, "network.cidr": "10.0.1.0/16", "eventQueue.brokers": 2, "assistants[0].replicas": "two"}
MESSAGES = [
    "rasa:network.cidr: '10.0.1.0/16' is an address inside a network, not the network; write 10.0.0.0/16",
    "rasa:assistants[0].replicas: 'two' is not a whole number; write a whole number, without quotes",
    "rasa:clutser: 'clutser' is not a setting here (known: allowDestroy, assistants, ca, cloud, cluster, "
    "encryption, eventQueue, lockStore, modelStorage, network, policyExceptions, profile, provider, "
    "proxy, region, registries, rotation, secrets, secretsManager, tags, trackerStore); did you mean cluster?",
    "rasa:eventQueue.brokers: 2 is not a multiple of the 3 zones, what MSK demands; set 3 or 6",
]


def test_they_are_told_in_seconds_and_nothing_is_made(pulumi: None, tmp_path: Path):
    workplace = Workplace.make(tmp_path / "project", "dev")
    workplace.succeed("stack ls")  # makes the sandbox's own files, which only the first command has to
    with workplace.changed(**CHANGES), cpu_seconds() as spent:
        finished = workplace.pulumi("up", "--yes", "--skip-preview")
    assert finished.status != 0
    assert told(finished.output) == MESSAGES
    assert f"the stack file has {len(MESSAGES)} problem" in finished.output
    assert "Traceback" not in finished.output
    assert [one["type"] for one in workplace.resources() if one["type"] != "pulumi:pulumi:Stack"] == []
    assert spent[0] < 5
