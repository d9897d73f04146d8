"""What is needed for one type of resource, and for all that a program uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Permissions by the cloud's own names: `read` to look (preview, refresh), `write` to make, change and delete."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    def __add__(self, other: Needs) -> Needs:
        return Needs(read=(*self.read, *other.read), write=(*self.write, *other.write))


def needs(service: str, *, read: str = "", write: str = "") -> Needs:
    """Permissions of one service, each list apart by spaces: `needs("s3:", read="ListBucket")`."""
    return Needs(
        read=tuple(f"{service}{name}" for name in read.split()),
        write=tuple(f"{service}{name}" for name in write.split()),
    )


@dataclass(frozen=True, kw_only=True)
class Mode:
    """`read_only` is for a preview and for drift; else for `up` and `destroy`."""

    read_only: bool

    def of(self, what: Needs) -> tuple[str, ...]:
        """The permissions of this mode."""
        return what.read if self.read_only else (*what.read, *what.write)


UP = Mode(read_only=False)
PREVIEW = Mode(read_only=True)


class Unlisted(LookupError):
    """A type or a call that no table knows."""

    def __init__(self, key: str, table: str) -> None:
        super().__init__(f"{key}: the program uses it, and {table} does not say what it needs; add it there")


def look_up(table: Mapping[str, Needs], key: str, name: str) -> Needs:
    """What a table says of a type or a call. Raises Unlisted."""
    if key not in table:
        raise Unlisted(key, name)
    return table[key]
