"""Problems of a stack file: each has a key, the value that it got, what is expected, and a fix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

NAMESPACE: Final = "rasa"

# The tag of a list in a union of a list and a word.
LIST: Final = "<list>"

# Values below these keys can be secret, or could be secrets at the wrong place: they are never shown.
_CONFIDENTIAL: Final = frozenset({"secrets", "secretEnv", "env", "endpoints", "credentials", "integrations", "values"})

# Settings of earlier releases, and what replaces them.
_MOVED: Final = {
    "channels": "move its content below credentials",
    "modelGroups": "move its content to endpoints, section model_groups",
    "nlg": "move its content to endpoints, section nlg",
}

# The messages for a value of the wrong type: the rest of the sentence, and the fix.
_WRONG_TYPE: Final = {
    "string_type": ("is not text", "put it in quotes"),
    "int_type": ("is not a whole number", "write a whole number, without quotes"),
    "bool_type": ("is not true or false", "write true or false, without quotes"),
    "tuple_type": ("is not a list", "write it like [one, two]"),
    "dict_type": ("is not a mapping", "write keys and values below it"),
    "model_type": ("is not a mapping", "write keys and values below it"),
    "model_attributes_type": ("is not a mapping", "write keys and values below it"),
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of a stack file. Reads as one line: `rasa:<key>: <got> <expected>; <fix>`.

    `others` are the other keys that it is about: if one of these is wrong, it may be a mere consequence.
    """

    key: str
    got: str
    expected: str
    fix: str
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        line = f"{NAMESPACE}:{self.key}: {self.got} {self.expected}; {self.fix}"
        # A name may have a line break or a control character, which would spoil the list of problems.
        return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in line)


class SettingsError(ValueError):
    """Every problem of a stack file at once, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__(f"the stack file has {count}; nothing was created:\n{lines}")


def fault(expected: str, fix: str, *, got: str | None = None) -> PydanticCustomError:
    """Returns the error of a field validator: `expected` continues the sentence after the value, or after `got`."""
    return PydanticCustomError("fault", "{expected}; {fix}", {"expected": expected, "fix": fix, "got": got})


def shown(value: object) -> str:
    """Returns a value as a message shows it: as in a stack file, and short."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str() if "PRIVATE KEY" in value:
            return "a private key"
        case str():
            text = repr(value) if value else "an empty text"
            return text if len(text) <= 80 else text[:77] + "...'"
        case dict():
            return "a mapping" if value else "an empty mapping"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return str(value)


def without_consequences(problems: Iterable[Problem], causes: Iterable[Problem]) -> list[Problem]:
    """Returns the problems that are no mere consequence of `causes`: none of their keys contains a wrong key.

    A block inside a layer (an identity, a login) with a wrong part is ignored, so it has no other problems.
    """
    faulty = {key for cause in causes for key in (re.sub(r"\[\d+\]$", "", cause.key), *cause.others)}

    def follows(key: str, bad: str) -> bool:
        holds = "." in key and bad.startswith(f"{key}.")
        return holds or f"{key}.".startswith((f"{bad}.", f"{bad}["))

    return [
        problem
        for problem in problems
        if not any(follows(key, bad) for key in (problem.key, *problem.others) for bad in faulty)
    ]


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Returns pydantic's errors in the stack file's words: camelCase keys, no union tags, the nearest valid key."""
    schema = _schema_of(model)
    found = [(detail["type"], _problem(detail, schema)) for detail in error.errors()]
    # A misspelt key is not reported as missing too, a list whose only item is wrong is not reported as empty too, and
    # the settings of an unknown `kind` cannot be checked.
    misspelt = {key for kind, problem in found if kind == "extra_forbidden" for key in problem.others}
    lists = {re.sub(r"\[\d+\]$", "", problem.key) for _, problem in found if problem.key.endswith("]")}
    unjudged = tuple(problem.key.removesuffix("kind") for _, problem in found if problem.key.endswith(".kind"))
    return [
        problem
        for kind, problem in found
        if not (kind == "missing" and problem.key in misspelt)
        and not (kind == "too_short" and problem.key in lists)
        and not (problem.key.startswith(unjudged) and not problem.key.endswith(".kind"))
    ]


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _problem(detail: ErrorDetails, schema: dict[str, Any]) -> Problem:
    key, siblings = _walk(detail["loc"], schema)
    value = detail["input"]
    got = "the value" if _CONFIDENTIAL & set(re.split(r"[.\[]", key)) else shown(value)
    if detail["loc"][-1:] == ("[key]",):
        got = shown(detail["loc"][-2])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "fault":
            hidden = None if detail["loc"][-1:] == ("[key]",) else context["got"]
            return Problem(key=key, got=hidden or got, expected=context["expected"], fix=context["fix"])
        case "missing":
            return _missing(key)
        case "union_tag_not_found":
            return _missing(f"{key}.kind")
        case "extra_forbidden":
            return _unknown(key, str(detail["loc"][-1]), siblings)
        case "literal_error" | "enum":
            return no_choice(key, got, value, re.findall(r"'([^']*)'", context["expected"]))
        case "union_tag_invalid":
            kind = value["kind"]
            if kind is None:
                return _empty(f"{key}.kind")
            return no_choice(f"{key}.kind", shown(kind), kind, re.findall(r"'([^']*)'", context["expected_tags"]))
        case "string_too_short" | "too_short":
            return Problem(key=key, got=got, expected="is no value", fix="give it a value or remove the key")
        case wrong_type if wrong_type in _WRONG_TYPE and value is None:
            return _empty(key)
        case wrong_type if wrong_type in _WRONG_TYPE:
            expected, fix = _WRONG_TYPE[wrong_type]
            return Problem(key=key, got=got, expected=expected, fix=fix)
        case other:
            return Problem(
                key=key, got=got, expected=f"is not what belongs here ({other})", fix="see docs/configuration.md"
            )


def _missing(key: str) -> Problem:
    return Problem(key=key, got="nothing", expected="is set, but it is required", fix=f"add {NAMESPACE}:{key}")


def _empty(key: str) -> Problem:
    fix = "give it a value or remove the key"
    return Problem(key=key, got="nothing", expected="is set, but the key is there", fix=fix)


def _unknown(key: str, name: str, siblings: list[str]) -> Problem:
    if name in _MOVED and "credentials" in siblings:
        expected = "is no setting any more: an assistant takes Rasa's own files"
        return Problem(key=key, got=repr(name), expected=expected, fix=_MOVED[name])
    near = get_close_matches(name, siblings, n=1, cutoff=0.5)
    return Problem(
        key=key,
        got=repr(name),
        expected=f"is not a setting here (known: {', '.join(siblings)})",
        fix=f"did you mean {near[0]}?" if near else "remove it",
        others=tuple(key.removesuffix(name) + sibling for sibling in near),
    )


def no_choice(key: str, got: str, value: object, choices: Sequence[str]) -> Problem:
    """Returns the problem of a value that is none of the words that the key accepts."""
    near = [one for one in choices if str(value).startswith(one)] or get_close_matches(str(value), choices, n=1)
    if len(choices) == 1:
        return Problem(key=key, got=got, expected=f"is not {choices[0]}, the only choice", fix=f"set {choices[0]}")
    fix = f"did you mean {near[0]}?" if near else "choose one of them"
    return Problem(key=key, got=got, expected=f"is not one of {', '.join(choices)}", fix=fix)


def _walk(location: tuple[int | str, ...], schema: dict[str, Any]) -> tuple[str, list[str]]:
    """Returns the dotted key of a pydantic location, and the valid keys of the mapping that contains it.

    A location has the tag of a union as if it were a key; following it through the schema drops the tags.
    """
    node: dict[str, Any] = schema
    key = ""
    siblings: list[str] = []
    for part in location:
        node = _resolve(node, schema)
        if isinstance(part, int):
            key += f"[{part}]"
            node = node.get("items", {})
        elif part in node.get("discriminator", {}).get("mapping", {}):
            node = {"$ref": node["discriminator"]["mapping"][part]}
        elif part not in ("[key]", LIST):
            siblings = sorted(node.get("properties", {}))
            key += _step(part) if key else part
            node = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
    return key, siblings


def key_of(path: Sequence[int | str]) -> str:
    """Returns the key at a path: `assistants[0].name`."""
    first, *rest = path
    return str(first) + "".join(f"[{step}]" if isinstance(step, int) else _step(step) for step in rest)


def _step(part: str) -> str:
    """Returns one more key of a path, quoted as `pulumi config set --path` needs it."""
    return f".{part}" if re.fullmatch(r"[\w-]+", part) else f'["{part}"]'


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follows `$ref`, and the first alternative of an optional field or of a list that may be a word."""
    while "discriminator" not in node and not {"$ref", "anyOf", "oneOf"}.isdisjoint(node):
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        else:
            node = (node.get("anyOf") or node["oneOf"])[0]
    return node
