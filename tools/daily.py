"""Draws CI's samples of long sweeps, new each day; `make nightly` runs all cases.

The seed is the day. `SEED=2026-11-30` in front of a command repeats that day's draws; `SAMPLE=all` takes everything.
"""

import os
import random
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, TypeVar

T = TypeVar("T")

# In the environment, so that all workers of a parallel run have the same seed, even at midnight.
SEED: Final = os.environ.setdefault("SEED", str(datetime.now(UTC).date()))
ALL: Final = os.environ.get("SAMPLE") == "all"
HINT: Final = "all, not a sample" if ALL else f"a sample; SEED={SEED} repeats it, SAMPLE=all takes all"


def drawn(what: str, items: Collection[T], count: int) -> list[T]:
    """Returns `count` of the items in their order, or all of them. `what` makes draws with the same seed differ."""
    if ALL or count >= len(items):
        return list(items)
    chosen = set(draws(what).sample(range(len(items)), count))
    return [item for index, item in enumerate(items) if index in chosen]


def draws(what: str) -> random.Random:
    """Returns the source of the day's random values for `what`."""
    return random.Random(f"{SEED}/{what}")  # noqa: S311 - the same seed has to draw the same
