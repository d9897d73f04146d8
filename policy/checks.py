"""Building blocks of rules: tests of one value, and checks of a resource that use these tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policy.resource import UNKNOWN, Path, Resource, items_of, mapping_of
from policy.rule import Check


@dataclass(frozen=True)
class Test:
    """A requirement for one value: in words (`wanted`) and as a function (`holds`)."""

    wanted: str
    holds: Callable[[object], bool]


def equals(*allowed: object) -> Test:
    """Requires one of these values. The type must match: 1 is not true."""
    return Test(
        " or ".join(map(_shown, allowed)),
        lambda value: any(type(value) is type(one) and value == one for one in allowed),
    )


def at_least(least: float) -> Test:
    """Requires a number of at least this size."""
    return Test(f"{least:g} or more", lambda value: isinstance(value, int | float) and value >= least)


def at_most(most: float) -> Test:
    """Requires a number of at most this size."""
    return Test(f"{most:g} or less", lambda value: isinstance(value, int | float) and value <= most)


def given() -> Test:
    """Requires a value that is not empty."""
    return Test("something", lambda value: value not in (None, "", [], {}))


def absent() -> Test:
    """Requires an empty value or none."""
    return Test("nothing", lambda value: value in (None, "", [], {}))


def matches(pattern: str, words: str) -> Test:
    """Requires a text that matches the whole pattern; `words` describe the pattern."""
    return Test(words, lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None)


def items(least: int) -> Test:
    """Requires a list of at least this many items."""
    return Test(f"{least} or more items", lambda value: len(items_of(value)) >= least)


def includes(*wanted: str) -> Test:
    """Requires a list that contains all of these items."""
    return Test(f"a list with {', '.join(wanted)}", lambda value: all(one in items_of(value) for one in wanted))


def without(*refused: object) -> Test:
    """Requires a list that contains none of these values, or another value that is none of them."""
    return Test(
        f"anything but {', '.join(map(_shown, refused))}",
        lambda value: not any(one == value or one in items_of(value) for one in refused),
    )


def value(path: Path, test: Test) -> Check:
    """Requires that every value at the path passes the test. An unknown value passes."""

    def check(resource: Resource) -> Iterator[str]:
        for found in resource.all_at(path):
            if found is not UNKNOWN and not test.holds(found):
                yield f"{_spelt(path)} is {_shown(found)}, not {test.wanted}"

    return check


def true(*paths: Path) -> Check:
    """Requires that every value at each path is true. An unknown value passes."""
    return every(*(value(path, equals(True)) for path in paths))


def false(*paths: Path) -> Check:
    """Requires that every value at each path is false. An unknown value passes."""
    return every(*(value(path, equals(False)) for path in paths))


def every(*checks: Check) -> Check:
    """Requires that all checks pass."""

    def check(resource: Resource) -> Iterator[str]:
        for one in checks:
            yield from one(resource)

    return check


def either(*checks: Check) -> Check:
    """Requires that at least one check passes. If none does, the findings of the first check are reported."""

    def check(resource: Resource) -> Iterator[str]:
        found = [list(one(resource)) for one in checks]
        if all(found):
            yield from found[0]

    return check


def where(path: Path, test: Test, then: Check) -> Check:
    """Applies the check only to resources whose value at the path passes the test."""

    def check(resource: Resource) -> Iterator[str]:
        if test.holds(resource.at(path)):
            yield from then(resource)

    return check


def of_chart(chart: str, then: Check) -> Check:
    """Applies the check only to releases of the chart with this name, from any registry."""
    return where("chart", matches(rf"(.*/)?{chart}", f"the chart {chart}"), then)


def named(path: Path, name: str, test: Test) -> Check:
    """Requires that a list of named values contains an entry of this name, and that its value passes the test."""

    def check(resource: Resource) -> Iterator[str]:
        entries = [mapping_of(entry) for entry in items_of(resource.at(path)) if entry is not UNKNOWN]
        chosen = [entry.get("value") for entry in entries if entry.get("name") == name]
        if not chosen and resource.at(path) is not UNKNOWN:
            yield f"{name} is not set; it must be {test.wanted}"
        for found in chosen:
            if found is not UNKNOWN and not test.holds(found):
                yield f"{name} is {_shown(found)}, not {test.wanted}"

    return check


def protected(resource: Resource) -> Iterator[str]:
    """Requires the engine's own protection."""
    if not resource.protect:
        yield "protect is not set"


def never(words: str) -> Check:
    """Rejects every resource of the type, for the reason in `words`."""
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
