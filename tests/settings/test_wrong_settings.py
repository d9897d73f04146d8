"""Every wrong setting is refused with a message of its own: key, got, expected, fix."""

from __future__ import annotations

from typing import Any

import pytest

from settings import SettingsError, parse
from tests.settings.stack_files import DEV, PROD, changed
from tests.settings.wrong_settings import IN_DEV, IN_PROD, TOGETHER


def problems(stack_file: dict[str, Any]) -> list[str]:
    """What `parse` has to say against a stack file."""
    try:
        parse(stack_file)
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("stack_file", [DEV, PROD])
def test_the_stack_files_that_are_spoilt_below_are_valid(stack_file: dict[str, Any]):
    assert problems(stack_file) == []


@pytest.mark.parametrize(("changes", "message"), IN_DEV, ids=[message.split(" ")[0] for _, message in IN_DEV])
def test_a_wrong_setting_has_exactly_its_own_message(changes: dict[str, Any], message: str):
    assert problems(changed(DEV, **changes)) == [message]


@pytest.mark.parametrize(("changes", "message"), IN_PROD, ids=[message.split(" ")[0] for _, message in IN_PROD])
def test_what_dev_allows_prod_refuses(changes: dict[str, Any], message: str):
    assert problems(changed(PROD, **changes)) == [message]


def test_no_two_wrong_settings_have_the_same_message():
    messages = [message for _, message in IN_DEV + IN_PROD]
    assert [message for message in messages if messages.count(message) > 1] == [
        message for message in messages if message.startswith("rasa:cluster.apiAccess: nothing is set")
    ]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"cluster.apiAccess": ["0.0.0.0/0"]}, "cluster.apiAccess"),
        ({"trackerStore.backupDays": 0}, "trackerStore.backupDays"),
        ({"assistants[0].image": "rasa:latest"}, "assistants[0].image"),
    ],
)
def test_what_endangers_a_dev_stack_is_one_warning(changes: dict[str, Any], key: str):
    _, warnings = parse(changed(DEV, **changes))
    assert [warning.key for warning in warnings] == [key]


def test_what_makes_a_dev_stack_cheap_is_no_warning():
    _, warnings = parse(changed(DEV, **{"network.zones": ["eu-central-1a", "eu-central-1b"], "eventQueue.brokers": 2}))
    assert warnings == []


@pytest.mark.parametrize(("changes", "keys"), TOGETHER, ids=[" ".join(keys) for _, keys in TOGETHER])
def test_all_problems_are_told_at_once_and_no_mere_consequence(changes: dict[str, Any], keys: list[str]):
    assert [message.split(": ")[0].removeprefix("rasa:") for message in problems(changed(DEV, **changes))] == keys
