"""The words that rules are written in: tests of one value, and checks of a resource that are made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policy.resource import UNKNOWN, Path, Resource, items_of, mapping_of
from policy.rule import Check


@dataclass(frozen=True)
class Test:
    """What a value has to be: in words, and as a function."""

    wanted: str
    holds: Callable[[object], bool]


def equals(*allowed: object) -> Test:
    """One of these values. Types count: 1 is not true."""
    return Test(
        " or ".join(map(_shown, allowed)),
        lambda value: any(type(value) is type(one) and value == one for one in allowed),
    )


def at_least(least: float) -> Test:
    """A number from this on."""
    return Test(f"{least:g} or more", lambda value: isinstance(value, int | float) and value >= least)


def at_most(most: float) -> Test:
    """A number up to this."""
    return Test(f"{most:g} or less", lambda value: isinstance(value, int | float) and value <= most)


def given() -> Test:
    """Anything but nothing."""
    return Test("something", lambda value: value not in (None, "", [], {}))


def absent() -> Test:
    """Nothing."""
    return Test("nothing", lambda value: value in (None, "", [], {}))


def matches(pattern: str, words: str) -> Test:
    """A text that the whole pattern fits; `words` say what that is."""
    return Test(words, lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None)


def items(least: int) -> Test:
    """A list of this many items or more."""
    return Test(f"{least} or more items", lambda value: len(items_of(value)) >= least)


def includes(*wanted: str) -> Test:
    """A list that has all of these."""
    return Test(f"a list with {', '.join(wanted)}", lambda value: all(one in items_of(value) for one in wanted))


def without(*refused: object) -> Test:
    """A list that has none of these, or another value that is none of these."""
    return Test(
        f"anything but {', '.join(map(_shown, refused))}",
        lambda value: not any(one == value or one in items_of(value) for one in refused),
    )


def value(path: Path, test: Test) -> Check:
    """Every value at the path passes; what is not known yet does, too."""

    def check(resource: Resource) -> Iterator[str]:
        for found in resource.all_at(path):
            if found is not UNKNOWN and not test.holds(found):
                yield f"{_spelt(path)} is {_shown(found)}, not {test.wanted}"

    return check


def every(*checks: Check) -> Check:
    """All of the checks."""

    def check(resource: Resource) -> Iterator[str]:
        for one in checks:
            yield from one(resource)

    return check


def either(*checks: Check) -> Check:
    """One of the checks at least; told is what the first has to say."""

    def check(resource: Resource) -> Iterator[str]:
        found = [list(one(resource)) for one in checks]
        if all(found):
            yield from found[0]

    return check


def where(path: Path, test: Test, then: Check) -> Check:
    """The check, for resources whose value at the path passes the test."""

    def check(resource: Resource) -> Iterator[str]:
        if test.holds(resource.at(path)):
            yield from then(resource)

    return check


def of_chart(chart: str, then: Check) -> Check:
    """The check, for releases of the chart of this name, wherever it is published."""
    return where("chart", matches(rf"(.*/)?{chart}", f"the chart {chart}"), then)


def named(path: Path, name: str, test: Test) -> Check:
    """The entry of that name in a list of named values is there, and its value passes."""

    def check(resource: Resource) -> Iterator[str]:
        entries = [mapping_of(entry) for entry in items_of(resource.at(path)) if entry is not UNKNOWN]
        chosen = [entry.get("value") for entry in entries if entry.get("name") == name]
        if not chosen and resource.at(path) is not UNKNOWN:
            yield f"{name} is not set, so not {test.wanted}"
        for found in chosen:
            if found is not UNKNOWN and not test.holds(found):
                yield f"{name} is {_shown(found)}, not {test.wanted}"

    return check


def protected(resource: Resource) -> Iterator[str]:
    """The engine's own protection is on."""
    if not resource.protect:
        yield "protect is not set"


def never(words: str) -> Check:
    """Against every resource of the type."""
    return lambda _: [words]


def _spelt(path: Path) -> str:
    return path if isinstance(path, str) else ".".join(path)


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
