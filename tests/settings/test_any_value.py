"""Whatever stands in a stack file, it is accepted or refused in the words of a stack file, at its own key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from settings import Cloud, Problem, parse
from tests.settings.full import FULL
from tests.settings.test_wrong_settings import refused
from tools.daily import drawn
from tools.stacks import changed

AWS = FULL[Cloud.AWS.value]
SECRET = "hunter2-must-not-be-shown"
VALUES: list[Any] = [None, "", SECRET, 7, -7, 2.5, True, [], [SECRET], [7], [None], {}, {SECRET: SECRET}, {"kind": 7}]
JARGON = re.compile(r"\b(None|True|False|tuple|dict|dictionary|str|int|bool|input|pydantic|valid|ctx|\w+_type)\b")
FORM = re.compile(r"rasa:\S+: \S.* \S.*; \S.*")
CONFIDENTIAL = re.compile(r"^secrets\b|secretEnv|\.(env|endpoints|credentials|integrations)\b")
# Where anything may stand, so that nothing is refused; or where a value is as good as another here.
FREE_FORM = tuple(f"assistants[0].{key}." for key in ("endpoints", "credentials", "integrations", "values"))
NEUTRAL = re.compile(r"^(assistants|tags|secrets|profile|allowDestroy|rotation|policyExceptions|secretsManager)\b")
# Layers that are the same on every cloud if they exist already.
SERVICES = re.compile(r"^(trackerStore|lockStore|eventQueue)\b")


def paths(value: Any, at: str = "") -> list[str]:
    """The path of every value inside a stack file."""
    match value:
        case dict():
            below = [(f"{at}.{key}" if at else key, item) for key, item in value.items()]
        case list():
            below = [(f"{at}[{index}]", item) for index, item in enumerate(value)]
        case _:
            below = []
    return [path for key, item in below for path in (key, *paths(item, key))]


def fields(model: BaseModel) -> Iterator[tuple[str, bool]]:
    """Yields every field of a model and of all that is in it, and whether it is set."""
    for field in type(model).model_fields:
        yield f"{type(model).__name__}.{field}", field in model.model_fields_set
    for value in vars(model).values():
        inner = value if isinstance(value, tuple) else value.values() if isinstance(value, dict) else (value,)
        for each in inner:
            if isinstance(each, BaseModel):
                yield from fields(each)


def test_the_full_stack_files_are_valid_and_use_every_setting():
    found = {field for stack_file in FULL.values() for field in fields(parse(stack_file)[0])}
    assert {name for name, _ in found} - {name for name, is_set in found if is_set} == set()


def touches(problem: Problem, path: str) -> bool:
    """Whether a problem speaks of what stands at a path: above, at or below it."""
    return any(
        f"{key}.".startswith((f"{path}.", f"{path}[")) or path.startswith(key) for key in (problem.key, *problem.others)
    )


@pytest.mark.parametrize(
    ("name", "path"),
    drawn(
        "paths in stack files",
        [
            (name, path)
            for name, stack_file in FULL.items()
            for path in paths(stack_file)
            # What is the same on every cloud is tried on one.
            if name == Cloud.AWS.value
            or not (NEUTRAL.match(path) or (SERVICES.match(path) and name in ("azure existing", "gcp existing")))
            or (name == "aws existing" and path.startswith("secretsManager"))
        ],
        180,
    ),
)
def test_whatever_is_refused_is_refused_in_plain_words_and_at_its_key(name: str, path: str):
    found = [problem for value in VALUES for problem in refused(changed(FULL[name], **{path: value}))]
    assert found or path.startswith(FREE_FORM)
    assert [str(problem) for problem in found if not FORM.fullmatch(str(problem))] == []
    assert [str(problem) for problem in found if JARGON.search(problem.got + problem.expected + problem.fix)] == []
    assert [str(problem) for problem in found if not touches(problem, path)] == []


@pytest.mark.parametrize("path", [path for path in paths(AWS) if CONFIDENTIAL.search(path)])
def test_no_value_that_may_be_secret_is_shown(path: str):
    values = (SECRET, [SECRET], {"x": SECRET}, {"x": {"y": [SECRET]}}, [{"token": SECRET}])
    found = [str(problem) for value in values for problem in refused(changed(AWS, **{path: value}))]
    assert found or path.startswith(FREE_FORM)
    assert [message for message in found if SECRET in message] == []
