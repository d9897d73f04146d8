"""The prediction for one run: its duration, its operations and its critical path, as JSON and in two lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.clock.graph import Graph, Node
from sandbox.clock.journal import Journal
from sandbox.clock.schedule import Span, backward, forward, length
from sandbox.clock.times import Operation, minutes, slow_minutes

VERSION: Final = 1
CLOUDS: Final = {"aws": "AWS", "azure-native": "Azure", "gcp": "GCP"}
STACK: Final = "pulumi:pulumi:Stack"
# How many links of the chain the text names: the longest ones.
TOLD: Final = 4
Clock = Callable[[Operation, str, Mapping[str, Any]], float]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One operation and its resource. `service` is the component that the resource is part of."""

    node: Node
    service: Node | None
    span: Span
    operations: tuple[Operation, ...]

    @property
    def minutes(self) -> float:
        """The duration."""
        return self.span.end - self.span.start


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """Bars by their start. `slow` is the duration in minutes if every operation takes the longest time on record."""

    stack: str
    command: str
    cloud: str
    minutes: float
    slow: float
    bars: tuple[Bar, ...]

    @property
    def critical(self) -> tuple[Bar, ...]:
        """The critical path, in order, without operations that take no time."""
        return tuple(bar for bar in self.bars if bar.span.critical and bar.minutes)


def of_new_stack(stack: str, graph: Graph) -> Timeline:
    """Returns the prediction for the first `up`: everything is created."""
    made: dict[str, tuple[Operation, ...]] = {urn: ("create",) for urn, node in graph.items() if _is_real(node)}
    return _timeline(stack, "up", graph, {}, made, {})


def of_run(stack: str, command: str, before: Graph, after: Graph, journal: Journal) -> Timeline:
    """Returns the prediction for a run from the state before and after it, and the providers' operations."""
    made = {urn: operations for urn, operations in journal.made().items() if urn in after}
    gone = {urn: node for urn, node in before.items() if urn in journal.gone() or urn not in after}
    return _timeline(stack, command, after, gone, made, dict.fromkeys(journal.gone() & before.keys(), ("delete",)))


def _timeline(
    stack: str,
    command: str,
    graph: Graph,
    gone: Graph,
    made: Mapping[str, tuple[Operation, ...]],
    deleted: Mapping[str, tuple[Operation, ...]],
) -> Timeline:
    def spans(clock: Clock) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        first = forward(graph, _taken(graph, made, clock))
        return first, backward(gone, gone.keys(), _taken(gone, deleted, clock), length(first))

    first, then = spans(minutes)
    bars = [*(_bar(graph, span, made) for span in first), *(_bar(gone, span, deleted) for span in then)]
    return Timeline(
        stack=stack,
        command=command,
        cloud=_cloud({**gone, **graph}),
        minutes=length((*first, *then)),
        slow=max(map(length, spans(slow_minutes))),
        bars=tuple(sorted(bars, key=lambda bar: (bar.span.start, bar.span.end, bar.node.urn))),
    )


def _taken(graph: Graph, done: Mapping[str, tuple[Operation, ...]], clock: Clock) -> dict[str, float]:
    return {
        urn: sum(clock(operation, graph[urn].token, graph[urn].inputs) for operation in operations)
        for urn, operations in done.items()
    }


def _bar(graph: Graph, span: Span, done: Mapping[str, tuple[Operation, ...]]) -> Bar:
    return Bar(node=graph[span.urn], service=_service(graph, span.urn), span=span, operations=done[span.urn])


def _service(graph: Graph, urn: str) -> Node | None:
    """Returns the component that the resource is part of: the one below the platform, else the outermost one."""
    components = [node for node in _ancestors(graph, urn) if node.token != STACK]
    inner = components[:-1] if components and components[-1].token.endswith(":Platform") else components
    return inner[-1] if inner else next(iter(components), None)


def _ancestors(graph: Graph, urn: str) -> Iterator[Node]:
    """Yields the parents from the inside to the outside."""
    while (parent := graph.get(graph[urn].parent)) is not None:
        yield parent
        urn = parent.urn


def _cloud(graph: Graph) -> str:
    packages = {node.token.partition(":")[0] for node in graph.values()}
    return next((name for package, name in CLOUDS.items() if package in packages), "this cloud")


def told(minutes: float) -> str:
    """Returns minutes as text: whole minutes, or one digit after the point if that is more precise."""
    return f"{minutes:.0f}" if minutes >= 10 else f"{minutes:.1f}".removesuffix(".0")


def _is_real(node: Node) -> bool:
    """Returns whether a provider creates the resource: it is no component, stack or provider."""
    return not node.token.startswith(("rasa:", "pulumi:"))


def sentences(timeline: Timeline) -> str:
    """Returns the prediction in words: its duration, and the longest links of the critical path."""
    longest = sorted(timeline.critical, key=lambda bar: -bar.minutes)[:TOLD]
    chain = ", then ".join(f"{bar.node.name} {told(bar.minutes)}" for bar in timeline.critical if bar in longest)
    return (
        f"On {timeline.cloud} this would take about {told(timeline.minutes)} min"
        f" (up to {told(timeline.slow)} on a slow day).\nLongest chain: {chain}."
    )


def as_json(timeline: Timeline) -> dict[str, Any]:
    """Returns the content of timeline.json; docs/time.md describes the keys."""
    return {
        "version": VERSION,
        "stack": timeline.stack,
        "command": timeline.command,
        "cloud": timeline.cloud,
        "minutes": round(timeline.minutes, 2),
        "slowMinutes": round(timeline.slow, 2),
        "criticalPath": [bar.node.urn for bar in timeline.critical],
        "resources": [
            {
                "urn": bar.node.urn,
                "type": bar.node.token,
                "name": bar.node.name,
                "service": bar.service.name if bar.service else "",
                "operations": list(bar.operations),
                "start": round(bar.span.start, 2),
                "end": round(bar.span.end, 2),
                "critical": bar.span.critical,
            }
            for bar in timeline.bars
        ],
    }
