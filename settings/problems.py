"""Problems: what is wrong with a stack file, told as key, got, expected and fix.

Owns the wording. Which rules there are is the business of the models (one field) and of `rules` (several fields).
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

NAMESPACE: Final = "rasa"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of a stack file. Reads as one line: `rasa:<key>: <got> <expected>; <fix>`."""

    key: str
    got: str
    expected: str
    fix: str

    def __str__(self) -> str:
        return f"{NAMESPACE}:{self.key}: {self.got} {self.expected}; {self.fix}"


class SettingsError(ValueError):
    """Every problem of a stack file at once, one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"the stack file has {len(problems)} problem(s); nothing was created:\n{lines}")


def fault(expected: str, fix: str) -> PydanticCustomError:
    """What a field validator raises: `expected` continues the sentence that starts with the value."""
    return PydanticCustomError("fault", "{expected}; {fix}", {"expected": expected, "fix": fix})


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Pydantic's errors in the words of the stack file: camelCase keys, no union tags, the nearest valid key."""
    schema = model.model_json_schema()
    return [_problem(detail, schema) for detail in error.errors()]


def _problem(detail: ErrorDetails, schema: dict[str, Any]) -> Problem:
    key, siblings = _walk(detail["loc"], schema)
    # The value of a secret is never shown, not even a wrong one.
    got = "the value" if key.startswith("secrets") else _show(detail["input"])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "fault":
            return Problem(key=key, got=got, expected=context["expected"], fix=context["fix"])
        case "missing":
            return Problem(key=key, got="nothing", expected="is set, but it is required", fix=f"add {key}")
        case "extra_forbidden":
            name = key.rsplit(".", 1)[-1]
            near = get_close_matches(name, siblings, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "remove it"
            return Problem(
                key=key, got=repr(name), expected=f"is not a setting here (known: {', '.join(siblings)})", fix=hint
            )
        case "literal_error" | "enum":
            choices = context["expected"]
            return Problem(key=key, got=got, expected=f"is not one of {choices}", fix="choose one of them")
        case "union_tag_invalid":
            choices = context["expected_tags"]
            tag = context["tag"]
            return Problem(
                key=f"{key}.kind", got=repr(tag), expected=f"is not one of {choices}", fix="choose one of them"
            )
        case _:
            expected = f"is wrong: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
            return Problem(key=key, got=got, expected=expected, fix="see docs/configuration.md")


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _walk(location: tuple[int | str, ...], schema: dict[str, Any]) -> tuple[str, list[str]]:
    """The dotted key of a pydantic location, and the valid keys beside its last part.

    A location names the tag of a union as if it were a key; following it through the schema drops the tags.
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
        else:
            siblings = sorted(node.get("properties", {}))
            key += f".{part}" if key else str(part)
            node = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
            node = node if isinstance(node, dict) else {}
    return key, siblings


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follows `$ref`, and the first alternative of an optional field."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        else:
            node = node["anyOf"][0]
    return node
