"""Harmless drift is only what is known to be."""

from __future__ import annotations

import pytest

from tests.tools.pulls.events import DATABASE, NODES, RULE, ended, outcome, said, step
from tools.pulls.drift import has_drift, report, why_dangerous


def drifted(type_: str, *paths: str):
    found = outcome(step("update", type_, "it", {}, {}, dict.fromkeys(paths, "update"), "resOutputsEvent"), ended())
    return found.changes[0]


@pytest.mark.parametrize(
    ("type_", "paths"),
    [
        (DATABASE, ["tags", "tagsAll.owner"]),
        (DATABASE, ['tags.["team name"]']),
        (NODES, ["scalingConfig.desiredSize"]),
        ("azure-native:containerservice:AgentPool", ["count"]),
        ("kubernetes:core/v1:Namespace", ["metadata.labels.team", "status.phase", "metadata.resourceVersion"]),
    ],
)
def test_harmless(type_: str, paths: list[str]):
    assert why_dangerous(drifted(type_, *paths)) == ""


@pytest.mark.parametrize(
    ("type_", "paths", "why"),
    [
        (DATABASE, ["backupRetentionPeriod"], "the PostgreSQL with all conversations"),
        (DATABASE, ["tags", "publiclyAccessible"], "the PostgreSQL with all conversations"),
        (RULE, ["cidrIpv4"], "who may reach or use it"),
        ("aws:iam/rolePolicy:RolePolicy", ["policy"], "who may reach or use it"),
        ("azure-native:authorization:RoleAssignment", ["principalId"], "who may reach or use it"),
        ("gcp:compute/firewall:Firewall", ["sourceRanges"], "who may reach or use it"),
        (NODES, ["scalingConfig.maxSize"], "a setting"),
        (NODES, ["neverHeardOf"], "a setting"),
        (NODES, ["tagsPolicy"], "a setting"),
        (NODES, [], "a setting"),
    ],
)
def test_dangerous(type_: str, paths: list[str], why: str):
    assert why_dangerous(drifted(type_, *paths)) == why


def test_what_is_gone_is_dangerous_and_comes_first():
    found = outcome(
        step("update", NODES, "nodes", {}, {}, {"maxSize": "update"}, "resOutputsEvent"),
        step("update", NODES, "more-nodes", {}, {}, {"tags": "update"}, "resOutputsEvent"),
        step("delete", DATABASE, "db", kind="resOutputsEvent"),
        ended(),
    )
    text = report(found)
    assert "2 dangerous changes" in text
    assert "**gone: the PostgreSQL with all conversations**" in text
    assert text.index("`db`") < text.index("`nodes`") < text.index("Harmless: 1") < text.index("`more-nodes`")


def test_only_harmless_drift_raises_no_alarm():
    found = outcome(step("update", NODES, "nodes", {}, {}, {"tags": "update"}, "resOutputsEvent"), ended())
    assert "CAUTION" not in report(found)
    assert has_drift(found)


def test_a_look_that_failed_is_not_taken_for_a_stack_without_drift():
    found = outcome(said("error", "no credentials"), ended("failed"))
    assert has_drift(found)
    assert "no credentials" in report(found)
    assert not has_drift(outcome(step("same", DATABASE, "db"), ended()))
