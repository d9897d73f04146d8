"""The common rules of physical names on all clouds."""

from __future__ import annotations

import hashlib
import re
import time

import pulumi
import pulumi_random


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


def this_run() -> str:
    """The time of this run in UTC, to the second. For names that a property keeps until its resource is replaced."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime())
