"""What one thing can be changed in a recording, so that a rule has something to find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final

from policy.resource import Path
from sandbox.recording import Recording, Registration
from tests.program.stacks import plain

ABSENT: Final = object()


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource with one thing changed, or without it. `of` is the end of its name, where its type does not do."""

    of: str = ""
    do: Callable[[Registration], Registration | None]


# Rules, the resource types that each names, and the change that it has to find.
Cases = Mapping[str, Mapping[str, Change]]


def put(path: Path, value: Any, *, of: str = "") -> Change:
    """A property has another value; a function gets the one that it has."""

    def do(one: Registration) -> Registration:
        inputs: Any = deepcopy(plain(one.inputs))
        *way, last = _steps(path)
        node = inputs
        for step in way:
            node = node[step] if isinstance(step, int) else node.setdefault(step, {})
        old = node[last] if isinstance(node, list) else node.get(last)
        new = value(old) if callable(value) else value
        if new is ABSENT:
            del node[last]
        else:
            assert new != old, (one.name, path, "is so already")
            node[last] = new
        return replace(one, inputs=inputs)

    return Change(of=of, do=do)


def drop(path: Path, *, of: str = "") -> Change:
    """A property is not set."""
    return put(path, ABSENT, of=of)


def within(path: Path, old: str, new: str, *, of: str = "") -> Change:
    """A piece of a text is another one."""

    def change(text: str) -> str:
        assert old in text, (path, old, text)
        return text.replace(old, new)

    return put(path, change, of=of)


def unprotected(*, of: str = "") -> Change:
    """The engine's protection is not set."""

    return Change(of=of, do=lambda one: replace(one, protect=False))


def gone(*, of: str) -> Change:
    """The resource is not there."""
    return Change(of=of, do=lambda _: None)


def renamed(old: str, new: str, *, of: str = "") -> Change:
    """The resource has another name."""
    return Change(of=of, do=lambda one: replace(one, name=one.name.replace(old, new)))


def retyped(type_: str, *, of: str) -> Change:
    """Another kind of resource stands in its place."""
    return Change(of=of, do=lambda one: replace(one, type=type_))


def apply(change: Change, recording: Recording, type_: str) -> tuple[Registration, Recording] | None:
    """The changed (or removed) resource with the recording that it is changed in; None if there is no such resource."""
    found = [
        one
        for one in recording.resources.values()
        if one.name.endswith(change.of) and (one.type == type_ or _is_companion(change, one))
    ]
    if not found:
        return None
    old = found[0]
    new = change.do(old)
    rest = {urn: one for urn, one in recording.resources.items() if urn != old.urn}
    return new or old, replace(recording, resources=rest if new is None else {**rest, new.urn: new})


def _is_companion(change: Change, one: Registration) -> bool:
    """What is named to the end is meant whatever its type: a companion goes, or is another kind."""
    return change.of.startswith("rasa-") and one.name == change.of


def _steps(path: Path) -> list[Any]:
    parts = path if isinstance(path, tuple) else path.split(".")
    return [int(part) if part.isdigit() else part for part in parts]
