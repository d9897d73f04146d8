"""A resource as rules see it: plain values that are read by path, and one marker for unknown values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

Props = Mapping[str, object]
Path = str | tuple[str, ...]


class Unknown:
    """A value that is unknown during preview. Rules accept it; `up` checks the value before it creates the resource."""

    def __repr__(self) -> str:
        return "(unknown)"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of the stack. `sources` lists, by property, the URNs of the resources that its value comes from.

    `mirror` is the stack's registry for images.
    """

    type: str
    name: str
    urn: str
    props: Props
    protect: bool = False
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    mirror: str = ""

    def comes_from(self, property_: str) -> Sequence[str]:
        """Returns the URNs of the resources that the value of a top-level property comes from."""
        return self.sources.get(property_, ())

    def all_at(self, path: Path) -> list[object]:
        """Returns the values at a path such as `settings.databaseFlags[*].value`, and None for a missing value.

        `[*]` matches every item of a list. If a key contains a dot, pass the path as a tuple of keys.
        """
        parts = path if isinstance(path, tuple) else tuple(re.findall(r"\[\*\]|[^.\[\]]+", path))
        values: list[object] = [self.props]
        for part in parts:
            values = [item for value in values for item in _step(value, part)]
        return values

    def at(self, path: Path) -> object:
        """Returns the value at a path without `[*]`."""
        (value,) = self.all_at(path)
        return value


def _step(value: object, part: str) -> list[object]:
    if value is UNKNOWN:
        return [UNKNOWN]
    if part == "[*]":
        return items_of(value)
    return [mapping_of(value).get(part)]


def items_of(value: object) -> list[object]:
    """Returns the items of a list, and an empty list for any other value."""
    return list(cast("list[object]", value)) if isinstance(value, list) else []


def mapping_of(value: object) -> Props:
    """Returns a mapping unchanged, and an empty mapping for any other value."""
    return cast(Props, value) if isinstance(value, Mapping) else {}


def texts_in(value: object, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yields every text inside a value, with its path."""
    if isinstance(value, str):
        yield at, value
    for key, item in mapping_of(value).items():
        yield from texts_in(item, (*at, key))
    for index, item in enumerate(items_of(value)):
        yield from texts_in(item, (*at, str(index)))
