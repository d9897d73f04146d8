"""Rows of reasons, and how they are found for a dependency.

A thing is called by its service and its type, `MskEventQueue Cluster`: the component below the platform, or the
outermost one with the part of it; a provider has no service. A row is two lines

    MskEventQueue Cluster <- Network Subnet, SecurityGroup
        the brokers' addresses are in them

in which `*` stands for anything, and a thing without a service belongs to that of the one who waits. FORCED is what a
cloud or Kubernetes refuses, or cannot do, the other way round, grants and keys included; CHOSEN is what we want so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sandbox.clock.graph import Graph, Node


@dataclass(frozen=True, kw_only=True)
class Row:
    """One reason. `who` and `what` are patterns of things."""

    who: str
    what: str
    reason: str

    def explains(self, who: str, what: str) -> bool:
        """Whether this is the reason why one waits for the other."""
        return fnmatchcase(who, self.who) and fnmatchcase(what, self.what)


def read(text: str) -> tuple[Row, ...]:
    """The rows that a table holds, one per thing that is waited for."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return tuple(row for things, reason in zip(lines[::2], lines[1::2], strict=True) for row in _rows(things, reason))


def _rows(things: str, reason: str) -> Iterator[Row]:
    who, arrow, whats = things.partition(" <- ")
    assert arrow, things
    for what in whats.split(", "):
        yield Row(who=who, what=what if " " in what else f"{who.split()[0]} {what}", reason=reason)


def service_of(thing: str) -> str:
    """Which service a thing is part of."""
    return thing.partition(" ")[0]


def thing(node: Node) -> str:
    """What a resource is called in a table."""
    *components, type_ = (part.rpartition(":")[2] for part in node.urn.split("::")[2].split("$"))
    match components:
        case ["Platform", service, *_] | [service] if service != "Assistant":
            return f"{service} {type_}"
        case ["Assistant", part, *_]:
            return f"Assistant/{part} {type_}"
        case [outermost, *_]:
            return f"{outermost} {type_}"
        case _:
            return f"- {type_}"


def waits(graph: Graph) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Every dependency that a resource names: the two things, and one pair of URNs as an example."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for node in graph.values():
        for urn in sorted(node.needs & graph.keys()):
            found.setdefault((thing(node), thing(graph[urn])), (node.urn, urn))
    return found
