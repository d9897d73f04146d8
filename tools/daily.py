"""What CI draws anew every day: of long sweeps it takes a sample, and `make nightly` takes all.

The seed is the day. `SEED=2026-11-30` in front of a command draws again what that day drew; `SAMPLE=all` takes all.
"""

import os
import random
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, TypeVar

T = TypeVar("T")

# Kept in the environment, so that the workers of a parallel run draw the same at midnight too.
SEED: Final = os.environ.setdefault("SEED", str(datetime.now(UTC).date()))
ALL: Final = os.environ.get("SAMPLE") == "all"
HINT: Final = "all, not a sample" if ALL else f"a sample; SEED={SEED} repeats it, SAMPLE=all takes all"


def drawn(what: str, items: Collection[T], count: int) -> list[T]:
    """Returns `count` of the items in their order, or all of them; `what` makes draws with one seed differ."""
    if ALL or count >= len(items):
        return list(items)
    chosen = set(draws(what).sample(range(len(items)), count))
    return [item for index, item in enumerate(items) if index in chosen]


def draws(what: str) -> random.Random:
    """Returns where `what` gets its random values of the day from."""
    return random.Random(f"{SEED}/{what}")  # noqa: S311 - the same seed has to draw the same
