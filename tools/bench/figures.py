"""From runs to figures: medians over rounds, ratios within a round, and whether growth is linear."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median


def ratio(values: Sequence[float], floor: Sequence[float]) -> float:
    """The median of how many times the floor a value is, each compared with that of its own round."""
    return median(value / least for value, least in zip(values, floor, strict=True))


def increments(counts: Sequence[int], values: Sequence[float]) -> list[float]:
    """What each further one costs between one count and the next."""
    pairs = list(zip(counts, values, strict=True))
    return [(after - before) / (many - few) for (few, before), (many, after) in pairwise(pairs)]
