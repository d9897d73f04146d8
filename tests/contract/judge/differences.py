"""Which keys and variables nobody reads: those that may be changed without any difference in what Rasa builds.

Runs in Rasa's environment. Asks Rasa instead of its documentation, or a list of names. A key that Rasa does not know,
because it is misspelled or because the version is older, makes no difference: Rasa itself does not mind.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import start
import yaml
from network import Sent

# The whole section is the user's own, and is handed on as it is.
FREE = {"model_groups"}


# How often a result may differ from the one before: on a busy machine Rasa may once run into a time limit of its own.
TRIES = 4


class Unstable(Exception):
    """The same input gives ever new results, so no comparison means anything."""


def unread_keys(endpoints: Path, known: set[str], sent: Sent) -> Iterator[str]:
    """Paths like `lock_store.db`. Sections of a shape that is in `known` are left out; new shapes are added."""
    content = yaml.safe_load(endpoints.read_text())
    for name, section in content.items():
        if name in FREE or (shape := f"{name} {_shape(section)} {_identities()}") in known:
            continue
        known.add(shape)
        before = _stable(partial(_built, name, content, endpoints, sent), f"{endpoints}: {name}")
        for path in _leaves(section):
            other = copy.deepcopy(content)
            _change(other[name], path)
            if _built(name, other, endpoints, sent) == before:
                yield ".".join((name, *path))
        # And the section itself, lest a reader of its own makes the same of nothing.
        without = {key: value for key, value in content.items() if key != name}
        if _built(name, without, endpoints, sent) == before:
            yield name


def unread_variables(names: list[str], begin: Callable[[], Any]) -> Iterator[str]:
    """Names of environment variables that may have another value without any difference."""
    before = _stable(partial(_outcome, begin), "the environment")
    for name in names:
        value = os.environ[name]
        os.environ[name] = _other(value)
        if _outcome(begin) == before:
            yield name
        os.environ[name] = value


def _stable(make: Callable[[], Any], what: str) -> Any:
    """Returns the result that comes twice in a row."""
    before, last = None, make()
    for _ in range(TRIES):
        before, last = last, make()
        if last == before:
            return last
    raise Unstable(f"{what}: {before}, then {last}")


def _built(name: str, content: Any, endpoints: Path, sent: Sent) -> Any:
    file = endpoints.with_name("changed.yml")
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return start.section(name, file, sent)


def _outcome(begin: Callable[[], Any]) -> Any:
    try:
        return begin()
    except BaseException as error:  # noqa: BLE001 - Rasa may also end the process, which is a difference
        return f"{type(error).__name__}: {error}"


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _shape(item)) for key, item in value.items())
    return value if isinstance(value, bool) else type(value).__name__


def _identities() -> list[str]:
    return sorted(name for name in os.environ if name.endswith("_IAM_ENABLED"))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    else:
        yield path


def _change(section: Any, path: tuple[str, ...]) -> None:
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = _other(section[path[-1]])


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value.isdigit():
            return str(int(value) + 1)
        case str():
            # Letters, since a prefix or a name may hold nothing else.
            return f"{value}x" if not value.startswith("${") else "another"
        case list():
            return value[1:]
        case _:
            raise TypeError(f"no other value is known for {value!r}")
