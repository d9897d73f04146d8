"""The declaration of a rule. `policy.pack` turns it into a Pulumi policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase
from functools import partial
from typing import Final

from policy.resource import Resource

# Returns a sentence for each fault of a resource, and nothing if the resource is correct.
Check = Callable[[Resource], Iterable[str]]


class When(Enum):
    """The stacks to which a rule applies. PROTECTED: prod, until `rasa:allowDestroy` removes the protections."""

    ALWAYS = auto()
    PROD = auto()
    PROTECTED = auto()


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A second resource that must exist: it has this type, and its property `by` refers to the first resource.

    `that` is a further check of the second resource.
    """

    type: str
    by: str
    that: Check = lambda _: ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A named check. The description states the requirement; the remedy says how to fulfil it.

    A rule checks either single resources before each is created (`on`), or the whole stack for resources that belong
    together (`companions`). The keys of both are resource types; `*` matches any part of a type.
    """

    name: str
    description: str
    remedy: str
    when: When = When.ALWAYS
    on: Mapping[str, Check] = field(default_factory=dict[str, Check])
    companions: Mapping[str, Companion] = field(default_factory=dict[str, Companion])

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types to which the rule applies."""
        return (*self.on, *self.companions)

    def speaks_of(self, type_: str) -> bool:
        """Returns whether the rule applies to this resource type."""
        return any(fnmatchcase(type_, pattern) for pattern in self.types)

    def findings(self, resource: Resource) -> list[str]:
        """Returns the faults of a single resource."""
        return [
            finding
            for pattern, check in self.on.items()
            if fnmatchcase(resource.type, pattern)
            for finding in check(resource)
        ]

    def missing(self, resource: Resource, stack: Iterable[Resource]) -> list[str]:
        """Returns a fault if the resource lacks its companion."""
        companion = self.companions.get(resource.type)
        if companion is None:
            return []
        found = any(
            other.type == companion.type
            and resource.urn in other.comes_from(companion.by)
            # Before the cluster exists, all properties of the resources in it are unknown.
            and not (other.props and list(companion.that(other)))
            for other in stack
        )
        return [] if found else [f"it has no matching {companion.type.rpartition(':')[2]}"]


in_prod: Final = partial(Rule, when=When.PROD)
if_protected: Final = partial(Rule, when=When.PROTECTED)
