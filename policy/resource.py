"""A resource as rules see it: plain values, read by path, with one value for all that is not known yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

Props = Mapping[str, object]
Path = str | tuple[str, ...]


class Unknown:
    """What a preview cannot know. Rules let it pass: `up` asks again, before the resource is made."""

    def __repr__(self) -> str:
        return "(unknown)"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of the stack. `sources` are, by property, the URNs of the resources that its value comes from."""

    type: str
    name: str
    urn: str
    props: Props
    protect: bool = False
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    def comes_from(self, property_: str) -> Sequence[str]:
        """The URNs that a top-level property comes from."""
        return self.sources.get(property_, ())

    def all_at(self, path: Path) -> list[object]:
        """The values at a path like `settings.databaseFlags[*].value`, None where nothing stands.

        `[*]` stands for every item of a list. Keys with dots in them need a path in parts.
        """
        parts = path if isinstance(path, tuple) else tuple(re.findall(r"\[\*\]|[^.\[\]]+", path))
        values: list[object] = [self.props]
        for part in parts:
            values = [item for value in values for item in _step(value, part)]
        return values

    def at(self, path: Path) -> object:
        """The one value at a path without `[*]`."""
        (value,) = self.all_at(path)
        return value


def _step(value: object, part: str) -> list[object]:
    if value is UNKNOWN:
        return [UNKNOWN]
    if part == "[*]":
        return items_of(value)
    return [mapping_of(value).get(part)]


def items_of(value: object) -> list[object]:
    """The items of a list; none of anything else."""
    return list(cast("list[object]", value)) if isinstance(value, list) else []


def mapping_of(value: object) -> Props:
    """A mapping as it is; an empty one for anything else."""
    return cast(Props, value) if isinstance(value, Mapping) else {}


def texts_in(value: object, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text inside a value, with its path."""
    if isinstance(value, str):
        yield at, value
    for key, item in mapping_of(value).items():
        yield from texts_in(item, (*at, key))
    for index, item in enumerate(items_of(value)):
        yield from texts_in(item, (*at, str(index)))
