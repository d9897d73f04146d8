"""Calculates figures from runs: medians over rounds, ratios within a round, and the cost of one more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

Rounds = Sequence[Mapping[str, Any]]


def middle(rounds: Rounds, key: str) -> float:
    """Returns the median of a measure over the rounds."""
    return median(one[key] for one in rounds)


def ratio(rounds: Rounds, floor: Rounds, key: str) -> float:
    """Returns the median of a measure's ratio to the floor of the same round."""
    return median(one[key] / least[key] for one, least in zip(rounds, floor, strict=True))


def share(rounds: Rounds, part: str, whole: str) -> float:
    """Returns the median share that a measure has of another one of the same run, 0 to 1."""
    return median(one[part] / one[whole] for one in rounds)


def each_further(by_count: Mapping[int, float]) -> list[float]:
    """Returns the cost of one more between each count and the next."""
    return [(after - before) / (many - few) for (few, before), (many, after) in pairwise(sorted(by_count.items()))]


def growth(by_count: Mapping[int, Rounds], key: str) -> float:
    """Returns the cost of one more between the two highest of three counts, as a multiple of the two lowest.

    That is the median of the ratios within each round.
    """
    of_rounds = zip(*([one[key] for one in rounds] for rounds in by_count.values()), strict=True)
    further = [each_further(dict(zip(by_count, values, strict=True))) for values in of_rounds]
    return median(later / earlier for earlier, later in further)
