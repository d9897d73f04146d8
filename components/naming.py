"""The common rules of physical names on all clouds."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from typing import Protocol

import pulumi
import pulumi_random


class NameRule(Protocol):
    """One rule of a cloud for physical names: returns the parts, joined by hyphens, in the form that it accepts."""

    def __call__(self, *parts: str) -> str: ...


def within(limit: int) -> NameRule:
    """Returns the rule for names of at most `limit` characters."""
    return lambda *parts: fit("-".join(parts), limit)


def fit(text: str, limit: int) -> str:
    """Returns the text with single hyphens, within the limit; a changed text ends in a digest, so it stays unique."""
    single = re.sub(r"-{2,}", "-", text)
    if single == text and len(text) <= limit:
        return text
    return f"{single[: limit - 7].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def random_suffix(name: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Returns six hexadecimal digits, kept in the state: for names that are global or cannot be used again soon."""
    opts = pulumi.ResourceOptions(parent=parent)
    return pulumi_random.RandomId(f"{name}-suffix", byte_length=3, opts=opts).hex


def unique(rule: Callable[[str, str], str], name: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Returns a name by this rule of a name and a random suffix."""
    return random_suffix(name, parent).apply(lambda suffix: rule(name, suffix))


def this_run() -> str:
    """The time of this run in UTC, to the second. For names that a property keeps until its resource is replaced."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime())
