"""An exception spares the rule and resource that it names, until its last day, and only with a reason."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any, Final

import pytest

from policy import kinds
from policy.context import Context, from_config
from policy.exceptions import NAME, relaxations
from tests.policy.cases_data import CASES
from tests.policy.changes import apply
from tests.program.stacks import recording
from tools.mutations.judged import TODAY, Violation, context_of, judge
from tools.stacks import settings_of

pytestmark = pytest.mark.xdist_group("prod")

RULE: Final = "no-public-database"
DATABASE: Final = "rasa-prod-tracker-store-instance"
COMPLETE: Final = {"rule": RULE, "resource": DATABASE, "reason": "moves next month", "until": TODAY.isoformat()}

PROD: Final = settings_of("prod")


def judged(*exceptions: dict[str, Any], today: date = TODAY) -> list[Violation]:
    """What the pack says of a prod stack with a public database and these exceptions."""
    changed = apply(CASES[RULE][kinds.RDS], recording("prod"), kinds.RDS)
    assert changed is not None
    resource, recorded = changed
    return judge(recorded, context_of(PROD, relaxations=relaxations(list(exceptions)), today=today), only=resource)


def broken(*exceptions: dict[str, Any], today: date = TODAY) -> set[str]:
    """The rules that are broken then."""
    return {one.rule for one in judged(*exceptions, today=today)}


def test_it_spares_what_it_names_until_its_last_day():
    assert broken() == {RULE}
    assert broken(COMPLETE) == set()
    assert broken({key: value for key, value in COMPLETE.items() if key != "resource"}) == set()


@pytest.mark.parametrize("other", [{"rule": "no-public-redis"}, {"resource": "rasa-dev-tracker-store-instance"}])
def test_it_spares_nothing_else(other: dict[str, Any]):
    assert broken({**COMPLETE, **other}) == {RULE}


@pytest.mark.parametrize(
    ("missing", "fault"),
    [
        ({"reason": ""}, "it has no reason"),
        ({"reason": " "}, "it has no reason"),
        ({"until": None}, "it has no end date"),
        ({"until": "soon"}, "its end date 'soon' is not a date such as 2027-01-31"),
    ],
)
def test_without_reason_or_end_date_it_does_not_count_and_says_so_at_both(missing: dict[str, Any], fault: str):
    told = {one.rule: one.message for one in judged({**COMPLETE, **missing})}
    assert told[RULE].endswith(f"The exception for it is not valid: {fault}.")
    whole = {one.rule: one.message for one in judge(recording("prod"), _with({**COMPLETE, **missing}))}
    assert whole == {NAME: f"rasa:policyExceptions: the exception for {RULE} is not valid: {fault}."}


def test_one_that_has_ended_does_not_count_and_says_so_where_its_rule_is_broken_only():
    tomorrow = TODAY + timedelta(days=1)
    (found,) = judged(COMPLETE, today=tomorrow)
    assert found.message.endswith(f"The exception for it is not valid: it ended on {TODAY}.")
    assert judge(recording("prod"), context_of(PROD, relaxations=relaxations([COMPLETE]), today=tomorrow)) == []


def test_one_that_names_no_rule_is_told():
    (found,) = judge(recording("prod"), _with({**COMPLETE, "rule": "no-public-databse"}))
    assert (found.rule, found.resource) == (NAME, "")
    assert found.message.endswith("which is not a rule of this pack; did you mean no-public-database?")


def test_the_context_comes_from_the_stacks_configuration():
    told = {"rasa:profile": "dev", "rasa:allowDestroy": "true", "rasa:policyExceptions": json.dumps([COMPLETE])}
    told["rasa:registries"] = json.dumps({"images": "mirror.example.com"})
    context = from_config(told)
    assert (context.profile, context.allow_destroy) == ("dev", True)
    assert context.relaxations == relaxations([COMPLETE])
    assert context.mirror == "mirror.example.com"
    # Who says nothing is judged by all rules.
    assert (from_config({}).profile, from_config({}).allow_destroy, from_config({}).relaxations) == ("prod", False, ())


def _with(*exceptions: dict[str, Any]) -> Context:
    return context_of(PROD, relaxations=relaxations(list(exceptions)))
