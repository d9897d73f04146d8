"""What is known about one resource type: data, with tiny functions for what data cannot say.

An entry says which rules the real cloud applies; `sandbox/cloud.py` carries them out. Paths are dotted wire names
without list indices (`brokerNodeGroupInfo.clientSubnets`). Templates are `str.format` strings over the resource's
outputs, inputs and the facts of `Subject.__getitem__`; `{seed:17}` is 17 hexadecimal digits that are always the same
for the same resource, `{seed:17/label}` another 17 of them.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

from catalogue.recorded import verdicts
from catalogue.urns import name_of, stack_of, type_of
from catalogue.wire import UNKNOWN, Properties


def paths(text: str) -> frozenset[str]:
    """Reads a set of words, such as input paths; a table of them stays readable."""
    return frozenset(text.split())


Problem = tuple[str, str]  # path of the input (may be empty), what is wrong with it


class Refused(Exception):
    """The cloud says no; the message is what the user reads."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A resource that exists. `inputs` and `outputs` keep their secret marks; `created` is in Unix seconds."""

    key: int
    token: str
    scope: str
    id: str
    urn: str
    seed: str
    inputs: Properties
    outputs: Properties
    created: float


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a configured provider instance works.

    `scopes` maps an entry's scope ("region", "account", "global") to the store's: AWS resources of two regions do not
    see one another. `facts` are names for templates (region, account), `config` is the revealed provider configuration.
    """

    scopes: Mapping[str, str]
    facts: Mapping[str, str]
    config: Properties


class World(Protocol):
    """What a rule may ask about the resources that exist where the subject lives."""

    def find(self, token: str, attribute: str, value: Any) -> Record | None:
        """Returns the living resource of that type whose output (or `id`) has this value."""
        ...

    def all(self, token: str) -> list[Record]:
        """Returns all living resources of that type."""
        ...

    def is_taken(self, kind: str, name: str) -> bool:
        """Says whether a living or a gone resource of the region has this name."""
        ...


class NoWorld:
    """The world of a check: rules that run before anything is asked of the cloud see nothing."""

    def find(self, token: str, attribute: str, value: Any) -> Record | None:
        """Finds nothing."""
        return None

    def all(self, token: str) -> list[Record]:
        """Lists nothing."""
        return []

    def is_taken(self, kind: str, name: str) -> bool:
        """Knows no names."""
        return False


class Seed:
    """Digits that depend on the resource only, so that two runs give the same identifiers."""

    def __init__(self, text: str):
        self.text = text

    def __format__(self, spec: str) -> str:
        length, _, label = spec.partition("/")
        return self.hex(int(length), label)

    def hex(self, length: int, label: str = "") -> str:
        """Returns `length` (at most 128) lower-case hexadecimal digits."""
        return hashlib.sha512(f"{self.text}/{label}".encode()).hexdigest()[:length]

    def guid(self, label: str = "") -> str:
        """Returns a GUID in its usual form."""
        digits = self.hex(32, label)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


@dataclass(kw_only=True)
class Subject:
    """The resource that an operation is about; all values are revealed, unknowns are still in them."""

    urn: str
    inputs: Properties
    where: Where
    seed: Seed
    old_inputs: Properties = field(default_factory=dict[str, Any])
    old_outputs: Properties = field(default_factory=dict[str, Any])
    outputs: Properties = field(default_factory=dict[str, Any])
    world: World = field(default_factory=NoWorld)
    id: str = ""

    @property
    def name(self) -> str:
        """The logical name."""
        return name_of(self.urn)

    @property
    def token(self) -> str:
        """The type."""
        return type_of(self.urn)

    @property
    def stack(self) -> str:
        """The stack that declares it."""
        return stack_of(self.urn)

    def __getitem__(self, key: str) -> Any:
        """What `{key}` in a template means; raises `Refused` for an optional input that the entry cannot do without."""
        match key:
            case "id":
                return self.id
            case "seed":
                return self.seed
            case "guid":
                return self.seed.guid()
            case "logical":
                return self.name
            case _:
                for facts in (self.outputs, self.inputs, self.where.facts):
                    if facts.get(key) is not None:
                        return facts[key]
                raise Refused(f"the sandbox does not model this resource without {key}")

    def fill(self, template: "Template") -> Any:
        """Evaluates a template; what is made of an unknown value is unknown."""
        if not isinstance(template, str):
            return template(self) if callable(template) else template
        text = template.format_map(_Lookup(self))
        return UNKNOWN if UNKNOWN in text else text


class _Lookup(dict[str, Any]):
    def __init__(self, subject: Subject):
        super().__init__()
        self._subject = subject

    def __missing__(self, key: str) -> Any:
        return self._subject[key]


Template = str | int | bool | list[Any] | dict[str, Any] | Callable[[Subject], Any]
Rule = Callable[[Subject], None]
Hold = Literal["blocks", "owned", "free"]


@dataclass(frozen=True, kw_only=True)
class Ref:
    """An input that names another resource.

    `hold` says what deleting that other one does: refused ("blocks"), deletes this one too ("owned"), nothing ("free").
    `by` are the outputs of the other one that the value may be. `ignore` excuses values the sandbox cannot know, such
    as policies that AWS owns. `values` reads the values where the path alone does not say them. `not_found` replaces
    the other entry's wording.
    """

    path: str
    to: tuple[str, ...]
    by: tuple[str, ...] = ("id",)
    hold: Hold = "blocks"
    ignore: Callable[[str], bool] = lambda _value: False
    values: Callable[[Subject], Iterable[Any]] | None = None
    not_found: str = ""


@dataclass(frozen=True, kw_only=True)
class AutoName:
    """A physical name the provider makes up when the program gives none: `<logical><separator><random digits>`."""

    path: str = "name"
    digits: int = 7
    separator: str = "-"
    unless: tuple[str, ...] = ()
    lower: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One resource type. Every field stands for a rule of the real cloud; a missing one means that there is none.

    `id`, `outputs`, `defaults`: what the cloud answers; outputs always, defaults where the input is absent.
    `replaces_on`: inputs that cannot change in place and are not recorded in `facts/`; `replaces_if` for what paths
    cannot say.
    `volatile`: outputs that an update changes, so that a preview cannot know them.
    `autoname`: see AutoName. `names`: kind of name -> template, each taken once in `name_scope` (or the entry's scope).
    `one_at_a_time`: what a create or update keeps busy; another one that wants it meanwhile is refused.
    `refers`: see Ref. `checks`: refuse bad inputs, already in a preview. `admits`: refuse at create and update, with
    the world at hand. `guards`: refuse a delete. `keeps`: sentences about what a delete leaves behind.
    `retires`: kind of name -> template, names that stay taken after the delete, unless it gives an empty text.
    `not_found`, `in_use`, `taken`: the cloud's wording, with `{value}` or `{id}`.
    """

    token: str
    id: Template
    outputs: Mapping[str, Template] = field(default_factory=dict[str, Template])
    defaults: Mapping[str, Template] = field(default_factory=dict[str, Template])
    scope: Literal["region", "account", "global"] = "region"
    replaces_on: frozenset[str] = frozenset()
    replaces_if: Callable[[Subject], Iterable[str]] = lambda _subject: ()
    volatile: frozenset[str] = frozenset()
    delete_before_replace: bool = False
    autoname: AutoName | None = None
    names: Mapping[str, Template] = field(default_factory=dict[str, Template])
    name_scope: Literal["region", "account", "global"] | None = None
    one_at_a_time: Template | None = None
    refers: tuple[Ref, ...] = ()
    checks: tuple[Rule, ...] = ()
    admits: tuple[Rule, ...] = ()
    guards: tuple[Rule, ...] = ()
    keeps: Callable[[Subject], Iterable[str]] = lambda _subject: ()
    retires: Mapping[str, Template] = field(default_factory=dict[str, Template])
    not_found: str = "NotFound: '{value}' does not exist"
    in_use: str = "DependencyViolation: '{id}' has a dependent object"
    taken: str = "AlreadyExists: '{value}' already exists"

    @cached_property
    def verdicts(self) -> Mapping[str, str]:
        """What a change of each input does, in the words of `recorded.py`."""
        return {**dict.fromkeys(self.replaces_on, "replaces"), **verdicts(self.token)}
