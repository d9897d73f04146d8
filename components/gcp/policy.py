"""Rights, as data: what a service component tells about those who use it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class BucketRole:
    """A role on a bucket; only for objects below `prefix`, if there is one."""

    bucket: pulumi.Output[str]
    role: str
    prefix: str | None = None


def objects_below(bucket: str, prefix: str) -> str:
    """An IAM condition: only objects of the bucket below the prefix. Lists of names are not objects."""
    return f'resource.name.startsWith("projects/_/buckets/{bucket}/objects/{prefix}")'
