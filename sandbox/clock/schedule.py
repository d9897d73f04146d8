"""The start and end of each operation of a run, if only its dependencies delay it.

The engine has two rules. It creates or changes a resource as soon as all its dependencies exist. Deletes come after
that, in rounds: a round has all resources that nothing depends on any more, and ends before the next round begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter

from sandbox.clock.graph import Graph


@dataclass(frozen=True, kw_only=True)
class Span:
    """One operation, in minutes since the run began. `critical`: if it were shorter, the run might be shorter too."""

    urn: str
    start: float
    end: float
    critical: bool = False


def forward(graph: Graph, minutes: Mapping[str, float]) -> tuple[Span, ...]:
    """Returns the creates and updates. `minutes` are by URN; a resource without minutes exists already."""
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
    """Returns the URNs of one longest chain, from the last to end back through the longest waits."""
    path: set[str] = set()
    at = max(ends, key=lambda urn: (ends[urn], urn), default=None)
    while at is not None:
        path.add(at)
        at = max(waits[at], key=lambda urn: (ends[urn], urn), default=None)
    return path


def backward(graph: Graph, doomed: Set[str], minutes: Mapping[str, float], begin: float = 0.0) -> tuple[Span, ...]:
    """Returns the deletes; only URNs in `minutes` take time. Components and providers are in the rounds as well."""
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
    """Returns the engine's rounds: collected from the bottom up, then reversed."""
    left = {urn for urn in doomed if urn in graph}
    rounds: list[list[str]] = []
    while left:
        bottom = sorted(urn for urn in left if not graph[urn].waits_for & left - {urn})
        left -= set(bottom)
        rounds.append(bottom)
    return rounds[::-1]


def length(spans: tuple[Span, ...]) -> float:
    """Returns how many minutes the run takes."""
    return max((span.end for span in spans), default=0.0)
