"""What the deployer must be allowed, in the cloud's own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Permissions by the cloud's own names: `read` to look (preview, refresh), `write` to make, change and delete."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()

    def __add__(self, other: Needs) -> Needs:
        return Needs(read=(*self.read, *other.read), write=(*self.write, *other.write))


def needs(service: str, *, read: str = "", write: str = "", also: tuple[Needs, ...] = ()) -> Needs:
    """Permissions of one service, each list apart by spaces: `needs("s3:", read="ListBucket")`."""
    own = Needs(
        read=tuple(f"{service}{name}" for name in read.split()),
        write=tuple(f"{service}{name}" for name in write.split()),
    )
    return sum(also, own)
