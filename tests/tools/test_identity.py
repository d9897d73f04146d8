"""The program keeps the identities that users' state depends on; the failure names the loss and the alias."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest

from sandbox.recorder import run_program
from sandbox.recording import Recording
from tests.program.stacks import SHIPPED, STACKS, each, recording
from tools import identity

STACK = "dev"
DATABASE = "rasa-dev-tracker-store-instance"
CONVERSATIONS = "the PostgreSQL with all conversations"
Registered = dict[str, Any]


@cache
def recorded(stack: str) -> dict[str, str]:
    return identity.read()[stack]


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_each_recorded_resource_keeps_its_identity(stack: str):
    wrong = identity.problems(recorded(stack), recording(stack), stack)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_each_resource_that_a_user_cannot_lose_is_recorded(stack: str):
    missing = identity.identities(recording(stack)).keys() - recorded(stack).keys()
    assert not missing, f"run `python -m tools.identity --write`: {sorted(missing)}"


def renamed_type(given: Registered) -> None:
    if given["t"] == "rasa:aws:RdsTrackerStore":
        given["t"] = "rasa:aws:PostgresTrackerStore"


def renamed_resource(given: Registered) -> None:
    if given["name"] == DATABASE:
        given["name"] = "rasa-dev-tracker-store-server"


def moved_resource(given: Registered) -> None:
    if given["name"] == DATABASE:
        given["opts"].parent = given["opts"].parent.above


CHANGES: dict[Callable[[Registered], None], str] = {
    renamed_type: "rasa-dev-tracker-store",
    renamed_resource: DATABASE,
    moved_resource: DATABASE,
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recording]:
    """Runs the program of the stack with a change to what it registers, and an alias for what was changed."""
    register = pulumi.Resource.__init__

    def with_change(change: Callable[[Registered], None], alias: str = "") -> Recording:
        def changed(self: Any, t: str, name: str, custom: bool, props: Any, opts: Any, *rest: Any, **more: Any) -> None:
            given: Registered = {"t": t, "name": name, "opts": pulumi.ResourceOptions.merge(None, opts)}
            self.above = given["opts"].parent
            change(given)
            if alias and (given["t"], given["name"], given["opts"].parent) != (t, name, self.above):
                given["opts"].aliases = [eval(alias)]  # noqa: S307 - the code that the message proposes
            register(self, given["t"], given["name"], custom, props, given["opts"], *rest, **more)

        monkeypatch.setattr(pulumi.Resource, "__init__", changed)
        return run_program(STACKS[STACK], stack=STACK)

    return with_change


@pytest.mark.xdist_group(STACK)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_lost_identity_is_reported_with_the_loss_and_the_alias_that_keeps_it(
    change: Callable[[Registered], None], run: Callable[..., Recording]
):
    (message,) = identity.problems(recorded(STACK), run(change), STACK)
    assert f"`{CHANGES[change]}` is gone" in message
    assert CONVERSATIONS in message
    proposed = re.search(r"`aliases=\[(.+?)\]`", message)
    assert proposed
    assert identity.problems(recorded(STACK), run(change, alias=proposed[1]), STACK) == []


@pytest.mark.xdist_group(STACK)
def test_a_deleted_resource_has_no_successor():
    kept = {urn: one for urn, one in recording(STACK).resources.items() if one.name != DATABASE}
    (message,) = identity.problems(recorded(STACK), replace(recording(STACK), resources=kept), STACK)
    assert "Nothing seems to take its place" in message


@pytest.mark.xdist_group(STACK)
def test_write_adds_what_is_new_and_drops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    record = tmp_path / "identity.json"
    monkeypatch.setattr(identity, "RECORD", record)
    monkeypatch.setattr(identity, "SHIPPED", (STACK,))
    known = dict(recorded(STACK))
    new = {known.popitem()[0]}
    record.write_text(json.dumps({STACK: {**known, "rasa:aws:Gone::gone": "something"}}))
    before = record.read_text()
    assert identity.main(["--write"]) == 1
    assert record.read_text() == before
    record.write_text(json.dumps({STACK: known}))
    assert identity.main(["--write"]) == 0
    assert json.loads(record.read_text())[STACK].keys() - known.keys() == new
