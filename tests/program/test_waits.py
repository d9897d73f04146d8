"""What the services of a stack wait for, and what the release does not wait for. docs/time.md shows what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

import pytest
from syrupy.assertion import SnapshotAssertion

from sandbox.clock.graph import Graph, Node
from tests.program.stacks import each, recording
from tools.stacks import SHIPPED

# Resource group and APIs of a cloud, without which nothing is created.
EVERYWHERE: Final = ("Platform", "Apis")
# What no pod of an assistant uses. Names without `rasa-<stack>-`.
UNUSED_BY_PODS: Final = (
    "*-alias",
    "*-lifecycle",
    "*-lock",
    "*-log",
    "*-schedule",
    "*-versioning",
    "*-versions",
    "event-queue-firewall-members-*",
    "event-queue-storage",
    "logs-workspace",
    "network-*",
    "tracker-store-log-*",
    "tracker-store-require-secure-transport",
    "tracker-store-ssl-min-protocol-version",
)


def thing(node: Node) -> tuple[str, str]:
    """The service, and the type. A service is the component below the platform, or an assistant's part."""
    *components, type_ = (part.rpartition(":")[2] for part in node.urn.split("::")[2].split("$"))
    match components:
        case ["Platform", service, *_]:
            return service, type_
        case ["Assistant", part, *_]:
            return f"Assistant/{part}", type_
        case _:
            return "".join(components[:1]), type_


def waits(graph: Graph) -> Iterator[str]:
    """Yields each thing that waits for things of other services, and these below it."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for node in graph.values():
        found.setdefault(thing(node), set()).update(thing(graph[urn]) for urn in node.needs & graph.keys())
    for who in sorted(found):
        if others := [" ".join(one) for one in sorted(found[who]) if one[0] not in (who[0], *EVERYWHERE)]:
            yield from (" ".join(who), *(f"  {other}" for other in others))


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_services_wait_for_what_is_recorded(stack: str, snapshot: SnapshotAssertion):
    """After a change that is meant: `pytest tests/program/test_waits.py --snapshot-update`, and read the difference."""
    assert "\n".join(waits(recording(stack).graph)) == snapshot


@cache
def unawaited(stack: str) -> frozenset[str]:
    """The names of everything that a release does not wait for, by a dependency or as part of a provider's cluster."""
    graph = recording(stack).graph
    children: dict[str, list[str]] = {}
    for node in graph.values():
        children.setdefault(node.parent, []).append(node.urn)

    def below(urns: Iterable[str]) -> Iterator[str]:
        for urn in urns:
            yield urn
            if graph[urn].token.startswith("rasa:"):  # to wait for a component is to wait for its children
                yield from below(children.get(urn, ()))

    reached, following = set[str](), [recording(stack).named("rasa-release").urn]
    while following:
        node = graph[following.pop()]
        new = set(below((node.needs | {node.provider}) & graph.keys())) - reached
        reached |= new
        following += new
    rest = (
        node for urn, node in graph.items() if urn not in reached and not node.token.startswith(("rasa:", "pulumi:"))
    )
    return frozenset(node.name.removeprefix(f"rasa-{stack}-") for node in rest) - {"rasa-release"}


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_a_release_waits_for_all_that_its_pods_use(stack: str):
    """Grants, rules of firewalls, endpoints, names, logins and topics among them."""
    needed = [name for name in unawaited(stack) if not any(fnmatchcase(name, each) for each in UNUSED_BY_PODS)]
    assert sorted(needed) == []


@pytest.mark.xdist_group("prod")
def test_nothing_is_excepted_without_need():
    names = [name for stack in SHIPPED for name in unawaited(stack)]
    assert [each for each in UNUSED_BY_PODS if not any(fnmatchcase(name, each) for name in names)] == []
