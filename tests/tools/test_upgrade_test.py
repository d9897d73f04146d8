"""What `python -m tools.upgrade_test` counts as a loss."""

from __future__ import annotations

import pytest

from tools import identity
from tools.pulls.outcome import Action, Change, Outcome, Property
from tools.upgrade_test import losses

DATABASE = ("aws:rds/instance:Instance", "rasa-prod-tracker-store-instance")


def outcome(*changes: Change, succeeded: bool = True, errors: tuple[str, ...] = ()) -> Outcome:
    return Outcome(stack="prod", where="sandbox", succeeded=succeeded, changes=changes, errors=errors)


def found(given: Outcome) -> list[str]:
    return list(losses(given, identity.read()["prod"]))


@pytest.mark.parametrize("action", ["replace", "delete"])
def test_a_replaced_or_deleted_database_is_a_loss(action: Action):
    because = Property(path="dbName", forces=True)
    change = Change(action=action, type=DATABASE[0], name=DATABASE[1], properties=(because,), refused=True)
    assert found(outcome(change)) == [
        f"{action} of {DATABASE[0]} {DATABASE[1]} because of dbName, which its protection refuses: "
        "the PostgreSQL with all conversations"
    ]


def test_a_job_that_runs_again_and_an_update_are_none():
    job = Change(action="replace", type="kubernetes:batch/v1:Job", name="rasa-smoke-test-job")
    assert found(outcome(job, Change(action="update", type=DATABASE[0], name=DATABASE[1]))) == []


def test_an_upgrade_that_fails_is_a_loss():
    assert found(outcome(succeeded=False, errors=("no such key",))) == ["no such key", "the update did not succeed"]
