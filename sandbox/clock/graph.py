"""What waits for what: the resources of a stack, read from the state that the engine wrote.

The providers are not told of dependencies; the state knows them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.home import Home


@dataclass(frozen=True, kw_only=True)
class Node:
    """A resource, component or provider. `needs` are the URNs that it names itself: `depends_on`, and whose outputs
    are its inputs.
    """

    urn: str
    token: str
    name: str
    parent: str = ""
    provider: str = ""
    needs: frozenset[str] = frozenset()
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def waits_for(self) -> frozenset[str]:
        """All that has to exist first, as the engine sees it."""
        return self.needs | {urn for urn in (self.parent, self.provider) if urn}


Graph = Mapping[str, Node]


def graph_of(nodes: Iterable[Node]) -> Graph:
    """The nodes by URN. Of two with the same URN, one of which is to be deleted, the first counts: the new one."""
    found: dict[str, Node] = {}
    for node in nodes:
        found.setdefault(node.urn, node)
    return found


def read_graph(home: Home) -> Graph:
    """The stack's resources as the last operation left them; none if there was no operation."""
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
