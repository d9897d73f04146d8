"""When each operation of a run would start and end, if nothing but its dependencies held it up.

Two rules, both the engine's own. A resource is created or changed as soon as all that it waits for is there. Deletes
come after that, in rounds: the engine ends one round before it begins the next, and in a round is what nothing depends
on that still exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter

from sandbox.clock.graph import Graph


@dataclass(frozen=True, kw_only=True)
class Span:
    """One operation, in minutes since the run began. `critical`: had it been shorter, so might the run have been."""

    urn: str
    start: float
    end: float
    critical: bool = False


def forward(graph: Graph, minutes: Mapping[str, float]) -> tuple[Span, ...]:
    """Creates and updates: what each takes, by URN; a resource without minutes is there already."""
    waits = {urn: sorted(node.waits_for & graph.keys()) for urn, node in graph.items()}
    starts: dict[str, float] = {}
    ends: dict[str, float] = {}
    for urn in TopologicalSorter(waits).static_order():
        starts[urn] = max((ends[before] for before in waits[urn]), default=0.0)
        ends[urn] = starts[urn] + minutes.get(urn, 0.0)
    path = _critical_path(waits, ends)
    return tuple(
        Span(urn=urn, start=starts[urn], end=ends[urn], critical=urn in path) for urn in ends if urn in minutes
    )


def _critical_path(waits: Mapping[str, list[str]], ends: Mapping[str, float]) -> Set[str]:
    """One longest chain: from what ends last, back through what each waited for longest."""
    path: set[str] = set()
    at = max(ends, key=lambda urn: (ends[urn], urn), default=None)
    while at is not None:
        path.add(at)
        at = max(waits[at], key=lambda urn: (ends[urn], urn), default=None)
    return path


def backward(graph: Graph, doomed: Set[str], minutes: Mapping[str, float], begin: float = 0.0) -> tuple[Span, ...]:
    """Deletes of the doomed, some of which take minutes. Components and providers make rounds as well."""
    spans: list[Span] = []
    for deleted in _rounds(graph, doomed):
        longest = max(deleted, key=lambda urn: (minutes.get(urn, 0.0), urn))
        spans += (
            Span(urn=urn, start=begin, end=begin + minutes[urn], critical=urn == longest)
            for urn in deleted
            if urn in minutes
        )
        begin += minutes.get(longest, 0.0)
    return tuple(spans)


def _rounds(graph: Graph, doomed: Set[str]) -> list[list[str]]:
    """The engine's rounds: taken away from the bottom up, then turned round."""
    left = {urn for urn in doomed if urn in graph}
    rounds: list[list[str]] = []
    while left:
        bottom = sorted(urn for urn in left if not graph[urn].waits_for & left - {urn})
        left -= set(bottom)
        rounds.append(bottom)
    return rounds[::-1]


def length(spans: tuple[Span, ...]) -> float:
    """How long the run takes."""
    return max((span.end for span in spans), default=0.0)
