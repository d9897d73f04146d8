"""The resources, calls and outputs of one run of the program: `Recording`, which `sandbox.recorder` makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from catalogue import wire
from catalogue.wire import is_secret
from sandbox.clock.graph import Graph, Node, graph_of


@dataclass(frozen=True)
class Secret:
    """A value that the program marked as secret."""

    value: Any


class Unknown:
    """A value that is not known yet: there is one, `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"  # the one of this module, also from another process


UNKNOWN = Unknown()


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A resource as the program registered it, and what the cloud answered.

    Parents, dependencies and the like are URNs; "" means none. `inputs` are the program's own, `checked` those that
    the engine stores, to which the provider has added a name; `outputs` include these. `id` is empty in a preview and
    for components.
    """

    urn: str
    type: str
    name: str
    custom: bool
    parent: str = ""
    provider: str = ""
    protect: bool = False
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    aliases: tuple[str, ...] = ()  # as URNs, with those that its parent's aliases give it
    error_hooks: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    timeouts: Mapping[str, str] = field(default_factory=dict[str, str])
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    checked: Mapping[str, Any] = field(default_factory=dict[str, Any])
    id: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def package(self) -> str:
        """The provider that it belongs to: `aws`, `kubernetes`, ..., or `rasa` for our own components."""
        return self.type.split(":")[0]

    @property
    def is_provider(self) -> bool:
        """Returns whether it is an instance of a provider."""
        return self.type.startswith("pulumi:providers:")


@dataclass(frozen=True, kw_only=True)
class Call:
    """An invoke: `provider` is the reference of the instance that it asks, "" for the default one."""

    token: str
    provider: str
    answer: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """All that a program did: resources by URN in the order of registration, outputs by name, lines of its log
    as `warning: ...`.

    `component_outputs` are those that components registered, by URN.
    """

    resources: Mapping[str, Registration]
    outputs: Mapping[str, Any]
    component_outputs: Mapping[str, Mapping[str, Any]]
    calls: tuple[Call, ...]
    log: tuple[str, ...]

    def of_type(self, type_: str) -> list[Registration]:
        """The resources of one type."""
        return [resource for resource in self.resources.values() if resource.type == type_]

    def named(self, name: str) -> Registration:
        """The one resource of that name."""
        (found,) = (resource for resource in self.resources.values() if resource.name == name)
        return found

    def output(self, name: str, key: str) -> Any:
        """An output of the one resource of that name, without its secret mark."""
        value = self.named(name).outputs[key]
        return value.value if isinstance(value, Secret) else value

    @cached_property
    def graph(self) -> Graph:
        """The dependencies between the resources."""
        return graph_of(map(_node, self.resources.values()))

    def reached_from(self, urn: str) -> set[str]:
        """All that this resource waits for, directly or not. To wait for a component is to wait for its children."""
        seen: set[str] = set()
        following = [urn]
        while following:
            resource = self.resources[following.pop()]
            for dependency in resource.dependencies:
                for one in (dependency, *self._below(dependency)):
                    if one not in seen:
                        seen.add(one)
                        following.append(one)
        return seen

    def _below(self, urn: str) -> Iterator[str]:
        if not self.resources[urn].custom:
            for resource in self.resources.values():
                if resource.parent == urn:
                    yield resource.urn
                    yield from self._below(resource.urn)


def _node(one: Registration) -> Node:
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


def marked(value: Any) -> Any:
    """Returns a value of the wire with secrets as `Secret` and unknown values as `UNKNOWN`."""
    if is_secret(value):
        return Secret(marked(value["value"]))
    match value:
        case {**items}:
            return {key: marked(item) for key, item in items.items()}
        case [*items]:
            return [marked(item) for item in items]
        case _:
            return UNKNOWN if value == wire.UNKNOWN else value
