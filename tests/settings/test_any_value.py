"""Whatever stands in a stack file, it is accepted or refused in the words of a stack file, at its own key."""

from __future__ import annotations

import re
from typing import Any

import pytest

from settings import Cloud, Problem, Profile, SettingsError, parse
from settings.defaults import with_defaults
from tests.settings.stack_files import DEV, changed

# One stack file that uses every setting there is.
FULL: dict[str, Any] = changed(
    with_defaults(DEV, Cloud.AWS, Profile.DEV),
    **{
        "tags": {"owner": "me"},
        "allowDestroy": True,
        "provider": {"roleArn": "arn:aws:iam::111122223333:role/deployer"},
        "secrets.openai": "dummy-key",
        "cluster.admins": ["arn:aws:iam::111122223333:role/operators"],
        "assistants[0]": {
            "name": "rasa",
            "rasaVersion": "3.17",
            "image": "rasa:3.17.1",
            "replicas": 1,
            "maxReplicas": 2,
            "resources": {"cpu": "1", "memory": "1Gi", "memoryLimit": "2Gi"},
            "model": "model.tar.gz",
            "channels": {"rest": {}},
            "modelGroups": [{"id": "gpt", "models": []}],
            "secretEnv": {"OPENAI_API_KEY": "openai"},
            "actionServer": {"image": "actions:1", "replicas": 1},
            "nlg": {"url": "https://nlg.example.com"},
            "analytics": True,
            "ingress": {"host": "rasa.example.com", "className": "nginx", "tlsSecret": "rasa-tls"},
        },
    },
)
SECRET = "hunter2-must-not-be-shown"
VALUES: list[Any] = [None, "", SECRET, 7, -7, 2.5, True, [], [SECRET], [7], [None], {}, {SECRET: SECRET}, {"kind": 7}]
JARGON = re.compile(r"\b(None|True|False|tuple|dict|dictionary|str|int|bool|input|pydantic|valid|ctx|\w+_type)\b")
FORM = re.compile(r"rasa:\S+: \S.* \S.*; \S.*")
CONFIDENTIAL = re.compile(r"^secrets\b|secretEnv|channels|modelGroups")
# Where anything may stand.
FREE_FORM = ("assistants[0].channels.rest", "assistants[0].modelGroups[0].models")


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


def test_the_full_stack_file_is_valid_and_uses_every_setting():
    settings, _ = parse(FULL)
    unset = {
        f"{type(model).__name__}.{field}"
        for model in (settings, *vars(settings).values(), *settings.assistants, *vars(settings.assistants[0]).values())
        if hasattr(model, "model_fields_set")
        for field in set(type(model).model_fields) - model.model_fields_set
    }
    assert unset == set()


def problems(stack_file: dict[str, Any]) -> list[Problem]:
    """What `parse` has to say against a stack file."""
    try:
        parse(stack_file)
    except SettingsError as error:
        return list(error.problems)
    return []


def touches(problem: Problem, path: str) -> bool:
    """Whether a problem speaks of what stands at a path: above, at or below it."""
    return any(
        f"{key}.".startswith((f"{path}.", f"{path}[")) or path.startswith(key) for key in (problem.key, *problem.others)
    )


@pytest.mark.parametrize("path", paths(FULL))
def test_whatever_is_refused_is_refused_in_plain_words_and_at_its_key(path: str):
    found = [problem for value in VALUES for problem in problems(changed(FULL, **{path: value}))]
    assert found or path in FREE_FORM
    assert [str(problem) for problem in found if not FORM.fullmatch(str(problem))] == []
    assert [str(problem) for problem in found if JARGON.search(problem.got + problem.expected + problem.fix)] == []
    assert [str(problem) for problem in found if not touches(problem, path)] == []


@pytest.mark.parametrize("path", [path for path in paths(FULL) if CONFIDENTIAL.search(path)])
def test_no_value_that_may_be_secret_is_shown(path: str):
    values = (SECRET, [SECRET], {"x": SECRET}, {"x": {"y": [SECRET]}}, [{"token": SECRET}])
    found = [str(problem) for value in values for problem in problems(changed(FULL, **{path: value}))]
    assert found or path in FREE_FORM
    assert [message for message in found if SECRET in message] == []
