"""Any value at any place of a stack file is accepted, or refused in the words of a stack file, at its own key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from components.rasa.files import contents
from components.rasa.network import rasa_egress
from components.rasa.values import values as chart_values
from settings import Problem, SettingsError, parse
from tests.components.rasa import wirings
from tests.settings.existing import SECRETS
from tests.settings.full import FULL
from tools.daily import ALL, draws
from tools.stacks import changed

SECRET = "hunter2-must-not-be-shown"
JARGON = re.compile(r"\b(None|True|False|tuple|dict|dictionary|str|int|bool|input|pydantic|valid|ctx|\w+_type)\b")
FORM = re.compile(r"rasa:\S.*?: \S.* \S.*; \S.*")
CONFIDENTIAL = re.compile(r"^secrets\b|secretEnv|\.(env|endpoints|credentials|integrations|values)\b")

# What people write, right or wrong, besides values at random.
_WORDS = st.sampled_from(
    (
        "", SECRET, f"Bearer {SECRET}", "${OPENAI_API_KEY}", "${}", "${A:-b}", "$OPENAI_API_KEY", "none", "create",
        "existing", "vault", "true", "5432", "10.0.0.0/8", "0.0.0.0/0", "::/0", "http://", "http://[", "http://llm:0/v1",
        "http://llm:99999", "https://u:p@llm.example.com", "http://${OPENAI_API_KEY}:80", "bolt://x", "rasa", "license",
        "2026-11-30 00:00:00 +0000 UTC", "1.40", "endpoints.yml", "/", "..", "\x00", "\ud7ff", "ß", "{{ x }}", "%s{}",
    )
)  # fmt: skip
_KEYS = st.sampled_from(
    (
        "kind", "name", "url", "host", "port", "ports", "models", "id", "provider", "type", "rasa", "cidr", "env",
        "nlg", "rest", "model_groups", "action_endpoint", "mcp_servers", "vector_store", "tracing", "event_broker",
        "facebook", "client_id",
    )
)  # fmt: skip
_NUMBERS = st.sampled_from([0, -1, 1, 22, 5432, 5432.0, 65536, 70000, 2**53 + 1, 1e308, 0.5, 3.17])
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _NUMBERS
_VALUES = st.recursive(
    _SCALARS | _WORDS | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


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


_PLACES = st.sampled_from([(name, path) for name, stack_file in FULL.items() for path in paths(stack_file)])


def touches(problem: Problem, path: str) -> bool:
    """Whether a problem is about the value at a path: its key is above, at or below the path."""
    # A kind decides which keys its mapping has.
    path = path.removesuffix(".kind")
    return any(
        f"{key}.".startswith((f"{path}.", f"{path}[")) or path.startswith(key) for key in (problem.key, *problem.others)
    )


def problems(stack_file: Mapping[str, Any]) -> list[Problem]:
    """The problems of a stack file. Builds what depends on its assistants' files, if it has none."""
    try:
        accepted, warnings = parse(stack_file)
    except SettingsError as error:
        return list(error.problems)
    for assistant in accepted.assistants:
        wiring = wirings.wiring(assistant)
        contents(wiring)
        chart_values(wiring, "1")
        rasa_egress(wiring, ("10.0.0.0/19",))
    return warnings


def check(path: str, value: Any, found: list[Problem]) -> None:
    for problem in found:
        assert FORM.fullmatch(str(problem)), str(problem)
        assert touches(problem, path), str(problem)
        told = (problem.got + problem.expected + problem.fix).replace("\n", "")
        assert not JARGON.search(told) or JARGON.search(json.dumps(value)), told
        assert SECRET not in str(problem) or not CONFIDENTIAL.search(problem.key)
        assert not any(secret in str(problem) for secret in SECRETS.values())


@seed(draws("fuzz").random())
@settings(
    max_examples=20_000 if ALL else 300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(place=_PLACES, value=_VALUES)
def test_any_value_is_accepted_or_refused_in_plain_words_at_its_key(place: tuple[str, str], value: Any):
    name, path = place
    check(path, value, problems(changed(FULL[name], **{path: value})))
