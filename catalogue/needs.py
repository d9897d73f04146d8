"""The permissions of the deployer, with the cloud's own names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Permissions by the cloud's names: `read` for preview and refresh, `write` to create, change and delete."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    def __add__(self, other: Needs) -> Needs:
        return Needs(read=(*self.read, *other.read), write=(*self.write, *other.write))


def needs(service: str, read: str = "", write: str = "", *also: Needs) -> Needs:
    """Permissions of one service, each list separated by spaces, and others: `needs("s3:", "ListBucket")`."""
    own = Needs(
        read=tuple(f"{service}{name}" for name in read.split()),
        write=tuple(f"{service}{name}" for name in write.split()),
    )
    return sum(also, own)
