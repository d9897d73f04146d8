"""From runs to figures: medians over rounds, ratios within a round, and what one more costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

Rounds = Sequence[Mapping[str, Any]]


def middle(rounds: Rounds, key: str) -> float:
    """The median of a measure over the rounds."""
    return median(one[key] for one in rounds)


def ratio(rounds: Rounds, floor: Rounds, key: str) -> float:
    """How many times the floor a measure is: each round compared with the floor of the same round, and the median."""
    return median(one[key] / least[key] for one, least in zip(rounds, floor, strict=True))


def share(rounds: Rounds, part: str, whole: str) -> float:
    """Which share of a measure another one of the same run is, 0 to 1: the median."""
    return median(one[part] / one[whole] for one in rounds)


def each_further(by_count: Mapping[int, float]) -> list[float]:
    """What one more costs between each count and the next."""
    return [(after - before) / (many - few) for (few, before), (many, after) in pairwise(sorted(by_count.items()))]


def growth(by_count: Mapping[int, Rounds], key: str) -> float:
    """How many times as much as first, between the two lowest of three counts, one more costs at last.

    Each round is compared within itself; the median.
    """
    of_rounds = zip(*([one[key] for one in rounds] for rounds in by_count.values()), strict=True)
    further = [each_further(dict(zip(by_count, values, strict=True))) for values in of_rounds]
    return median(later / earlier for earlier, later in further)
