"""Only a stack that would suffer from a patch's fault hears of it: an error in prod, a warning in dev."""

from __future__ import annotations

from typing import Any

import pytest

from settings import parse
from settings.problems import SettingsError
from settings.rasa_faults import FAULTS
from settings.rasa_files import known_minors
from tests.settings.stack_files import DEV, PROD
from tools.stacks import changed

NONE: dict[str, Any] = {"lockStore": {"kind": "none"}}


def heard(stack_file: dict[str, Any], version: str, **changes: Any) -> str:
    """What is said about the version."""
    try:
        _, problems = parse(changed(stack_file, **{"assistants[0].rasaVersion": version, **changes}))
    except SettingsError as error:
        problems = error.problems
    return " ".join(f"{one.expected}; {one.fix}" for one in problems if one.key == "assistants[0].rasaVersion")


@pytest.mark.parametrize(
    ("version", "changes", "locks", "tokens"),
    [
        pytest.param("3.16.0", {"lockStore.auth": "iam"}, True, True, id="both"),
        pytest.param("3.16.0", {"lockStore.auth": "password"}, True, False, id="by password"),
        pytest.param("3.16.1", {"lockStore.auth": "iam"}, False, True, id="locks are mended"),
        pytest.param("3.16.14", {"lockStore.auth": "iam"}, False, False, id="both are mended"),
        pytest.param("3.14.9", {"lockStore.auth": "iam"}, True, True, id="9 is before 20"),
        pytest.param("3.14.0", NONE, False, False, id="no Redis"),
        pytest.param("3.17.0", {"lockStore.auth": "iam"}, False, False, id="a line without faults"),
    ],
)
def test_the_faults_of_a_patch_are_told_to_whom_they_concern(
    version: str, changes: dict[str, Any], locks: bool, tokens: bool
) -> None:
    said = heard(DEV, version, **changes)
    assert ("locks" in said, "token" in said) == (locks, tokens)


def test_one_fix_mends_all_faults() -> None:
    said = heard(PROD, "3.15.0")
    assert "write 3.15.28 or a later patch" in said
    assert "3.15.19" not in said


def test_each_fault_has_a_source_and_is_of_known_versions() -> None:
    for fault in FAULTS:
        assert fault.source.startswith("rasa/")
        assert set(fault.first_good) <= set(known_minors())
        assert all(good.startswith(f"{minor}.") for minor, good in fault.first_good.items())
