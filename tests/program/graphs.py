"""The recorded stacks as the sandbox's clock sees them."""

from __future__ import annotations

from functools import cache

from sandbox.clock.graph import Graph, Node, graph_of
from tests.program.stacks import recording
from sandbox.recorder import Registration


@cache
def graph(stack: str) -> Graph:
    """What waits for what in one of the stacks."""
    return graph_of(node(one) for one in recording(stack).resources.values())


def node(one: Registration) -> Node:
    """A registered resource."""
    by_property = (urn for urns in one.property_dependencies.values() for urn in urns)
    return Node(
        urn=one.urn,
        token=one.type,
        name=one.name,
        parent=one.parent,
        provider=one.provider,
        needs=frozenset([*one.dependencies, *by_property]),
        inputs=one.inputs,
    )
