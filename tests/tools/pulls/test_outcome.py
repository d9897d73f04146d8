"""What is kept of the engine's events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.tools.pulls.events import DATABASE, SECRET_MARK, ended, outcome, said, step, urn
from tools.pulls.outcome import UNKNOWN, Outcome


def test_a_replacement_is_one_change_with_what_forces_it():
    diff = {"identifier": "update-replace", "size": "update"}
    found = outcome(
        step(
            "create-replacement", DATABASE, "db", {"identifier": "a", "size": 1}, {"identifier": "b", "size": 2}, diff
        ),
        step("replace", DATABASE, "db", {"identifier": "a", "size": 1}, {"identifier": "b", "size": 2}, diff),
        step("delete-replaced", DATABASE, "db"),
        ended(),
    )
    (change,) = found.changes
    assert (change.action, change.name, change.type) == ("replace", "db", DATABASE)
    assert [(one.path, one.old, one.new, one.forces) for one in change.properties] == [
        ("identifier", "a", "b", True),
        ("size", "1", "2", False),
    ]


@pytest.mark.parametrize(
    ("path", "inputs", "text"),
    [
        ("spec.containers[1].image", {"spec": {"containers": [{}, {"image": "a:1"}]}}, "a:1"),
        ('data.["a.json"]', {"data": {"a.json": "{}"}}, "{}"),
        ("password", {"password": SECRET_MARK}, "[secret]"),
        ("password.inner", {"password": SECRET_MARK}, "[secret]"),
        ("group", {"group": {"a": 1}}, ""),
        ("gone.deep", {}, ""),
        ("list[7]", {"list": []}, ""),
        ("flag", {"flag": False}, "false"),
        ("late", {"late": f"x-{UNKNOWN}"}, "known after up"),
        ("long", {"long": "x" * 61}, "x" * 60 + "..."),
    ],
)
def test_a_value_is_a_short_word_or_nothing(path: str, inputs: dict[str, Any], text: str):
    found = outcome(step("update", DATABASE, "db", {}, inputs, {path: "update"}))
    assert found.changes[0].properties[0].new == text


def test_components_and_providers_are_not_counted():
    found = outcome(
        step("create", "rasa:aws:Platform", "platform"),
        step("same", "pulumi:providers:aws", "aws"),
        step("same", DATABASE, "db"),
        ended(),
    )
    assert found.changes == ()
    assert found.unchanged == 1
    assert found.succeeded


def test_what_is_protected_is_a_refused_change_and_no_error():
    error = (
        f'unable to replace resource "{urn(DATABASE, "db")}"\n'
        "as it is currently marked for protection. To unprotect the resource, remove the `protect` flag"
    )
    found = outcome(
        step("replace", DATABASE, "db"), said("error", f"<{{%reset%}}>{error}<{{%reset%}}>\n"), ended("failed")
    )
    (change,) = found.changes
    assert (change.action, change.type, change.name, change.refused) == ("replace", DATABASE, "db", True)
    assert found.errors == ()
    assert not found.succeeded


def test_an_error_is_told_once_and_without_the_engines_echo_unless_there_is_no_other():
    found = outcome(
        said("error", "the stack file has 1 problem\n"),
        said("error", "the stack file has 1 problem\n"),
        said("error", "an unhandled error occurred: program exited with non-zero exit code: 1\n"),
        said("debug", "registering"),
        ended("failed"),
    )
    assert found.errors == ("the stack file has 1 problem",)
    assert outcome(said("error", "preview failed")).errors == ("preview failed",)


def test_the_policy_packs_words_are_kept():
    event = {
        "policyName": "encrypted",
        "resourceUrn": urn(DATABASE, "db"),
        "message": "<{%reset%}>not encrypted; set storageEncrypted<{%reset%}>",
        "enforcementLevel": "mandatory",
    }
    said_so = outcome({"policyEvent": event}, said("error", "preview failed"), ended("failed"))
    assert said_so.errors == ()
    (found,) = said_so.violations
    assert (found.policy, found.resource, found.mandatory) == ("encrypted", "db", True)
    assert found.message == "not encrypted; set storageEncrypted"


def test_it_survives_being_written_and_read():
    found = outcome(
        step("update", DATABASE, "db", {"a": 1}, {"a": 2}, {"a": "update"}), said("warning", "careful"), ended()
    )
    assert Outcome.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"stack": "../x", "where": "cloud"}',
        '{"stack": "dev", "where": "elsewhere"}',
        json.dumps({"stack": "dev", "where": "cloud", "succeeded": True, "changes": [{"action": "format the disk"}]}),
    ],
)
def test_what_is_no_outcome_is_not_taken_for_one(text: str):
    with pytest.raises((ValueError, KeyError, TypeError)):
        Outcome.from_json(text)
