"""The dependencies of a stack's resources, read from the state that the engine wrote. Providers do not see them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.home import Home


@dataclass(frozen=True, kw_only=True)
class Node:
    """A resource, component or provider. `needs` are the URNs of its `depends_on` and of the outputs in its inputs."""

    urn: str
    token: str
    name: str
    parent: str = ""
    provider: str = ""
    needs: frozenset[str] = frozenset()
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def waits_for(self) -> frozenset[str]:
        """The URNs that have to exist first, as the engine sees it."""
        return self.needs | {urn for urn in (self.parent, self.provider) if urn}


Graph = Mapping[str, Node]


def graph_of(nodes: Iterable[Node]) -> Graph:
    """Returns the nodes by URN. If a URN occurs twice, the first one is the new one: the other one will be deleted."""
    found: dict[str, Node] = {}
    for node in nodes:
        found.setdefault(node.urn, node)
    return found


def read_graph(home: Home) -> Graph:
    """Returns the stack's resources after the last operation; nothing if there was no operation."""
    if not home.state_file.is_file():
        return {}
    latest: Mapping[str, Any] = json.loads(home.state_file.read_text())["checkpoint"].get("latest") or {}
    return graph_of(_node(resource) for resource in latest.get("resources") or ())


def _node(resource: Mapping[str, Any]) -> Node:
    by_property: Mapping[str, Iterable[str]] = resource.get("propertyDependencies") or {}
    return Node(
        urn=resource["urn"],
        token=resource["type"],
        name=resource["urn"].rpartition("::")[2],
        parent=resource.get("parent", ""),
        provider=resource.get("provider", "").rpartition("::")[0],
        needs=frozenset(
            [*(resource.get("dependencies") or ()), *(urn for urns in by_property.values() for urn in urns)]
        ),
        inputs=resource.get("inputs") or {},
    )
