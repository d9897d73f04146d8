"""Numbers as they are written in the stack file, which Pulumi hands over as numbers only.

`version: 1.30` reaches the program as 1.3, and `7.0` as 7. If a setting takes a text, the written form is the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import yaml
from pydantic import ValidationError

from settings.problems import NAMESPACE, Problem, key_of
from settings.setting import Json

Steps: TypeAlias = tuple[int | str, ...]

# Pulumi reads such a number as octal, Rasa as decimal, and people mean a text. Helm reads it as Pulumi does.
_OCTAL: Final = re.compile(r"[-+]?0[0-7_]+")
_FOR_HELM: Final = re.compile(r"assistants\[\d+\]\.values\b")


def written_numbers(stack_file: Path) -> dict[Steps, str]:
    """Returns every unquoted number of a stack file by its path; nothing if there is no such file."""
    try:
        whole: yaml.Node | None = yaml.SafeLoader(stack_file.read_text(encoding="utf-8")).get_single_node()
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    start = f"{NAMESPACE}:"
    return {
        (str(path[1]).removeprefix(start), *path[2:]): text
        for path, text in _numbers(whole, ())
        if path[0] == "config" and str(path[1]).startswith(start)
    }


def _numbers(node: yaml.Node | None, path: Steps) -> Iterator[tuple[Steps, str]]:
    match node:
        case yaml.MappingNode():
            for key, item in node.value:
                yield from _numbers(item, (*path, str(key.value)))
        case yaml.SequenceNode():
            for index, item in enumerate(node.value):
                yield from _numbers(item, (*path, index))
        case yaml.ScalarNode() if node.style is None and len(path) > 1 and re.match(r"[-+.]?\d", node.value):
            yield path, node.value
        case _:
            pass


def octal_numbers(numbers: Mapping[Steps, str]) -> list[Problem]:
    """Returns a problem for each number that Pulumi and Rasa read differently."""
    keys = {key_of(path): text for path, text in numbers.items()}
    got, expected = "a number with a leading zero", "is octal for Pulumi and decimal for Rasa"
    return [
        Problem(key=key, got=got, expected=expected, fix="put it in quotes, or write it without the zero")
        for key, text in keys.items()
        if _OCTAL.fullmatch(text) and not _FOR_HELM.match(key)
    ]


def texts_for_numbers(full: Json, error: ValidationError, written: Mapping[Steps, str]) -> Json:
    """Returns the stack file with a text for each number that stands where a text is wanted, if its form is certain."""
    for detail in error.errors():
        number = detail["input"]
        if detail["type"] == "string_type" and isinstance(number, int | float) and not isinstance(number, bool):
            full = _with_text(full, detail["loc"], (), number, written)
    return full


def _with_text(value: Json, location: Steps, path: Steps, number: float, written: Mapping[Steps, str]) -> Json:
    """Replaces a number at a location of pydantic, in which the tag of a union is a step of its own."""
    match value, location:
        case dict(), (str(step), *rest) if step in value:
            return {**value, step: _with_text(value[step], tuple(rest), (*path, step), number, written)}
        case list(), (int(step), *rest):
            changed = _with_text(value[step], tuple(rest), (*path, step), number, written)
            return [*value[:step], changed, *value[step + 1 :]]
        case dict() | list(), (_, *rest):
            return _with_text(value, tuple(rest), path, number, written)
        case int() | float(), ():
            return _text(number, written.get(path)) or value
        case _:
            return value


def _text(number: float, written: str | None) -> str | None:
    """Returns the text for a number, or None if it may have been written in another way."""
    if written is None:
        return str(number) if isinstance(number, int) else None
    try:
        return written if float(written) == number else None
    except ValueError:
        return None
