"""Rights as data: what a service component's users need. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import pulumi


@dataclass(frozen=True, kw_only=True)
class BucketRole:
    """A role on a bucket; only for objects below `prefix`, if there is one."""

    bucket: pulumi.Output[str]
    role: str
    prefix: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeyRole:
    """A role on a key, by the key's id."""

    key: pulumi.Output[str]
    role: str


@dataclass(frozen=True, kw_only=True)
class SecretRole:
    """A role on a secret, by the secret's own name in its project."""

    secret: pulumi.Output[str]
    role: str


ResourceRole: TypeAlias = BucketRole | KeyRole | SecretRole


def objects_below(bucket: str, prefix: str) -> str:
    """Returns an IAM condition: only objects of the bucket below the prefix. Lists of names are not objects."""
    return f'resource.name.startsWith("projects/_/buckets/{bucket}/objects/{prefix}")'
