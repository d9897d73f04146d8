"""The comment says in its first lines whether data is at risk."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue import holdings
from catalogue.packages import PACKAGES
from tests.tools.pulls.events import DATABASE, NODES, ended, outcome, said, step, urn
from tools.pulls.comment import comment, marker
from tools.pulls.markdown import LONGEST_TEXT
from tools.pulls.outcome import Change, Outcome, Violation


def first_lines(text: str) -> str:
    return "\n".join(text.splitlines()[:6])


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (step("same", DATABASE, "db"), "Nothing will change"),
        (step("update", DATABASE, "db"), "No data is at risk"),
        (step("replace", NODES, "nodes"), "No data is at risk"),
    ],
    ids=["same", "update of data", "replacement of no data"],
)
def test_it_begins_with_what_finds_it_again_and_with_the_risk(event: dict[str, Any], words: str):
    text = comment(outcome(event, ended()))
    assert text.startswith(marker("dev"))
    assert words in first_lines(text)


def test_a_changed_property_is_shown_with_both_values():
    text = comment(outcome(step("update", DATABASE, "db", {"size": 1}, {"size": 2}, {"size": "update"}), ended()))
    assert "`db` (`aws:rds:Instance`): `size` `1` → `2`" in text


@pytest.mark.parametrize("op", ["replace", "delete"])
def test_data_that_goes_is_said_first_and_in_bold(op: str):
    text = comment(outcome(step("update", NODES, "nodes"), step(op, DATABASE, "db"), ended()))
    assert "> [!CAUTION]\n> **Data is at risk:** the PostgreSQL" in first_lines(text)
    assert f"- **the PostgreSQL with all conversations will be {op}d**: `db`" in text
    assert text.index("`db`") < text.index("`nodes`")


def test_what_is_refused_is_said_to_be():
    error = f'unable to replace resource "{urn(DATABASE, "db")}" as it is currently marked for protection'
    text = comment(outcome(said("error", error), ended("failed")))
    assert "Refused, because protected data would be lost" in first_lines(text)
    assert "would be replaced" in text
    assert "docs/replace.md" in text


def test_a_failure_never_says_that_no_data_is_at_risk():
    text = comment(outcome(said("error", "rasa:region: missing"), ended("failed")))
    assert "The preview failed" in first_lines(text)
    assert "rasa:region: missing" in text
    assert "No data is at risk" not in text


def test_the_reason_of_a_replacement_comes_before_what_follows_from_another():
    diff = {"vpcId": "update-replace", "cidr": "update-replace", "tags": "update"}
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    text = comment(
        outcome(
            step("replace", NODES, "n", {"vpcId": "v", "cidr": "a"}, {"vpcId": unknown, "cidr": "b"}, diff), ended()
        )
    )
    assert text.index("`cidr`") < text.index("`vpcId`")
    assert "`tags`" not in text


def test_jobs_and_long_lists_are_folded_and_short_ones_are_not():
    def updates(count: int) -> str:
        return comment(outcome(*(step("update", NODES, f"n{number}") for number in range(count)), ended()))

    assert "**Updated: 2**" in updates(2)
    assert "<summary>Updated: 20</summary>" in updates(20)
    text = comment(outcome(step("replace", "kubernetes:batch/v1:Job", "smoke-test"), ended()))
    assert "<summary>Jobs that run again: 1</summary>" in text
    assert "Replaced" not in text


def test_the_policy_pack_is_heard():
    mandatory = Violation(policy="encrypted", resource="db", message="set it", mandatory=True)
    advice = Violation(policy="small", resource="db", message="smaller would do", mandatory=False)
    text = comment(Outcome(stack="dev", where="cloud", succeeded=False, violations=(mandatory, advice)))
    assert "The policy pack refuses this" in first_lines(text)
    assert "**Refused by the policy pack**\n\n- `encrypted` on `db`: `set it`" in text
    assert "<summary>Advice of the policy pack: 1</summary>" in text


def test_a_strangers_words_stay_words():
    name = "x` @everyone <script>\n# Title [link](http://evil)"
    change = Change(action="update", type=name, name=name)
    found = Outcome(
        stack="dev", where="sandbox", succeeded=False, changes=(change,), errors=("```\n@everyone\n# Title",)
    )
    outside, inside = [], False
    for line in comment(found).splitlines():
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            outside += line.split("`")[::2]
    assert not inside
    assert not any(word in part for part in outside for word in ("@everyone", "<script>", "Title", "evil"))


def test_it_is_never_longer_than_github_takes():
    many = tuple(Change(action="update", type="a:b:" + "c" * 500, name=f"{'n' * 500}{number}") for number in range(999))
    found = Outcome(stack="dev", where="cloud", succeeded=True, changes=many, errors=("e" * 5000,) * 40)
    assert len(comment(found)) < LONGEST_TEXT + 200


def test_every_kind_of_data_has_its_rank():
    held = {entry.holds for package in PACKAGES for entry in package.entries.values() if isinstance(entry.holds, str)}
    assert held - {""} <= set(holdings.GRAVEST_FIRST)
