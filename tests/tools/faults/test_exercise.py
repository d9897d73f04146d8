"""The judge of the exercises notices what it has to notice. No engine: cloud and state are written here."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import MARK
from sandbox.store import Store
from tools.faults.exercise import Exercise, told
from tools.workplace import Workplace

VPC = "aws:ec2/vpc:Vpc"
PASSWORD = "random:index/randomPassword:RandomPassword"


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::rasa::{token}::{name}"


class Stack:
    """A stack whose cloud and state can be written."""

    def __init__(self, directory: Path):
        workplace = Workplace(directory, "dev")
        (directory / "Pulumi.yaml").write_text("name: rasa\n")
        self.exercise = Exercise(workplace, random.Random(1))  # noqa: S311 - nothing secret
        self._state: list[dict[str, Any]] = []
        self._file = directory / ".sandbox" / "backend" / ".pulumi" / "stacks" / "rasa" / "dev.json"
        self._file.parent.mkdir(parents=True)

    def in_the_cloud(self, name: str, id: str, seed: str = "1") -> int:
        with Store(self.exercise.cloud).transaction() as cloud:
            given: dict[str, Any] = {"seed": seed, "inputs": {}, "outputs": {}}
            return cloud.insert(token=VPC, scope="r", id=id, urn=urn(VPC, name), **given)

    def gone_from_the_cloud(self, key: int) -> None:
        with Store(self.exercise.cloud).transaction() as cloud:
            cloud.delete(key)

    def in_the_state(self, token: str, name: str, id: str, created: str = "2026-01-01") -> None:
        self._state = [one for one in self._state if one["urn"] != urn(token, name)]
        self._state.append({"urn": urn(token, name), "id": id, "created": created})
        self._file.write_text(json.dumps({"checkpoint": {"latest": {"resources": self._state}}}))


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


def test_what_stays_as_it_was_is_well(stack: Stack):
    stack.in_the_cloud("network", "vpc-1")
    stack.in_the_state(VPC, "network", "vpc-1")
    stack.in_the_state(PASSWORD, "password", "none")
    stack.exercise.nothing_is_lost()
    stack.in_the_cloud("other", "vpc-2")
    stack.exercise.nothing_is_lost()


def test_what_only_the_cloud_has_is_an_orphan(stack: Stack):
    stack.in_the_cloud("network", "vpc-1")
    stack.in_the_cloud("other", "vpc-2")
    stack.in_the_state(VPC, "network", "vpc-1")
    stack.in_the_state(VPC, "other", "vpc-3")
    assert [record.id for record in stack.exercise.orphans()] == ["vpc-2"]


def test_what_is_there_twice_was_made_twice(stack: Stack):
    stack.in_the_cloud("network", "vpc-1")
    stack.in_the_cloud("network", "vpc-2")
    with pytest.raises(AssertionError, match="made twice"):
        stack.exercise.nothing_is_lost()


def test_what_is_gone_is_lost(stack: Stack):
    key = stack.in_the_cloud("network", "vpc-1")
    stack.exercise.nothing_is_lost()
    stack.gone_from_the_cloud(key)
    with pytest.raises(AssertionError):
        stack.exercise.nothing_is_lost()
    stack.exercise.forget([urn(VPC, "network")])
    stack.exercise.nothing_is_lost()


@pytest.mark.parametrize(("id", "seed"), [("vpc-2", "1"), ("vpc-1", "2")], ids=["another", "made again"])
def test_another_one_in_its_place_is_noticed(stack: Stack, id: str, seed: str):
    key = stack.in_the_cloud("network", "vpc-1", seed="1")
    stack.exercise.nothing_is_lost()
    stack.gone_from_the_cloud(key)
    stack.in_the_cloud("network", id, seed=seed)
    for check in (stack.exercise.nothing_is_lost, stack.exercise.nothing_is_new):
        with pytest.raises(AssertionError):
            check()


def test_while_it_goes_less_may_be_there_and_nothing_else(stack: Stack):
    key = stack.in_the_cloud("network", "vpc-1")
    stack.exercise.nothing_is_lost()
    stack.gone_from_the_cloud(key)
    stack.exercise.nothing_is_new()
    stack.in_the_cloud("other", "vpc-2")
    with pytest.raises(AssertionError):
        stack.exercise.nothing_is_new()


def test_of_whom_a_fault_is_told_is_who_has_it_in_the_diagnostics():
    output = f"""
    +  aws:ec2:Vpc network creating (0s) error: {MARK}
Diagnostics:
  pulumi:pulumi:Stack (rasa-dev):
    error: update failed

  aws:ec2:Vpc (network):
    error: InternalError ({MARK})

  aws:ec2:Subnet (network-a):
    error: another reason
"""
    assert told(output) == {"network"}


def test_a_password_that_was_drawn_again_is_noticed(stack: Stack):
    stack.in_the_state(PASSWORD, "password", "none", created="2026-01-01")
    stack.exercise.nothing_is_lost()
    stack.in_the_state(PASSWORD, "password", "none", created="2026-01-02")
    with pytest.raises(AssertionError):
        stack.exercise.nothing_is_lost()


@pytest.mark.parametrize("there", ["cloud", "state"])
def test_what_is_left_anywhere_is_not_gone(stack: Stack, there: str):
    stack.exercise.all_is_gone()
    if there == "cloud":
        stack.in_the_cloud("network", "vpc-1")
    else:
        stack.in_the_state(VPC, "network", "vpc-1")
    with pytest.raises(AssertionError):
        stack.exercise.all_is_gone()
