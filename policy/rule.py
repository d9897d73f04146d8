"""What a rule is: a small declaration, which `policy.pack` makes a policy of Pulumi's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase

from policy.resource import Resource

# What is wrong with a resource, a sentence each; nothing if it is as it should be.
Check = Callable[[Resource], Iterable[str]]


class When(Enum):
    """Of which stacks a rule speaks. PROTECTED: prod, until `rasa:allowDestroy` lifts its protections."""

    ALWAYS = auto()
    PROD = auto()
    PROTECTED = auto()


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A second resource that must be there: of this type, with a property that comes from the first.

    `that` says more of it.
    """

    type: str
    by: str
    that: Check = lambda _: ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One named check with one message: the description says what must hold, the remedy what to do where it does not.

    A rule judges either single resources, before each is made (`on`), or the whole stack, for what belongs together
    (`companions`). Both are by resource type; `*` stands for any part of it.
    """

    name: str
    description: str
    remedy: str
    when: When = When.ALWAYS
    on: Mapping[str, Check] = field(default_factory=dict[str, Check])
    companions: Mapping[str, Companion] = field(default_factory=dict[str, Companion])

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types that it names."""
        return (*self.on, *self.companions)

    def speaks_of(self, type_: str) -> bool:
        """Whether it names this resource type."""
        return any(fnmatchcase(type_, pattern) for pattern in self.types)

    def findings(self, resource: Resource) -> list[str]:
        """What it has against a resource by itself."""
        return [
            finding
            for pattern, check in self.on.items()
            if fnmatchcase(resource.type, pattern)
            for finding in check(resource)
        ]

    def missing(self, resource: Resource, stack: Iterable[Resource]) -> list[str]:
        """What it misses beside a resource."""
        companion = self.companions.get(resource.type)
        if companion is None:
            return []
        found = any(
            other.type == companion.type
            and resource.urn in other.comes_from(companion.by)
            # A preview knows nothing at all of what a cluster that does not stand yet would answer.
            and not (other.props and list(companion.that(other)))
            for other in stack
        )
        return [] if found else [f"no such {companion.type.rpartition(':')[2]} belongs to it"]
