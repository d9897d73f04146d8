"""The facts about one resource type: data, with tiny functions for what data cannot express.

An entry has the rules of the real cloud; `sandbox/cloud.py` applies them. Paths are dotted wire names without list
indices (`brokerNodeGroupInfo.clientSubnets`). Templates are `str.format` strings over the resource's outputs, inputs
and the facts of `Subject.__getitem__`; `{seed:17}` is 17 hexadecimal digits that depend on the resource only,
`{seed:17/label}` is another 17 of them.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

from catalogue.needs import Needs
from catalogue.recorded import verdicts
from catalogue.urns import name_of, stack_of, type_of
from catalogue.wire import UNKNOWN, Properties, at_path


def paths(text: str) -> frozenset[str]:
    """Returns the words of a text as a set, such as input paths; a table of them stays readable."""
    return frozenset(text.split())


Problem = tuple[str, str]  # path of the input (may be empty), message


class Refused(Exception):
    """The cloud refuses; the user reads the message."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A resource that exists. `inputs` and `outputs` keep their secret marks."""

    key: int
    token: str
    scope: str
    id: str
    urn: str
    seed: str
    inputs: Properties
    outputs: Properties


@dataclass(frozen=True, kw_only=True)
class Where:
    """The region and account of a configured provider instance.

    `scopes` maps an entry's scope ("region", "account", "global") to the store's: AWS resources of two regions do not
    see one another. `facts` are names for templates (region, account), `config` is the revealed provider configuration.
    `rehearsed` leaves out what takes time or is random: charts are not rendered, nothing stays busy, and random values
    depend on the URN only.
    """

    scopes: Mapping[str, str]
    facts: Mapping[str, str]
    config: Properties
    rehearsed: bool = False


class World(Protocol):
    """The queries of a rule about existing resources in the region and account of the subject."""

    def find(self, token: str, attribute: str, value: Any) -> Record | None:
        """Returns the living resource of that type whose output (or `id`) has this value."""
        ...

    def all(self, token: str) -> list[Record]:
        """Returns all living resources of that type."""
        ...

    def is_taken(self, kind: str, name: str) -> bool:
        """Returns whether a living or a deleted resource of the region has this name."""
        ...


class NoWorld:
    """The world of a check: rules that run before a request to the cloud see no resources."""

    def find(self, token: str, attribute: str, value: Any) -> Record | None:
        return None

    def all(self, token: str) -> list[Record]:
        return []

    def is_taken(self, kind: str, name: str) -> bool:
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
    """The resource of an operation; all values are revealed, unknowns are still in them."""

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
        """Returns the value of `{key}` in a template; raises `Refused` for a missing input that the entry needs."""
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
        """Evaluates a template; a result from an unknown value is unknown."""
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

    `hold` is the effect of deleting that other one: refused ("blocks"), deletes this one too ("owned"), none ("free").
    `by` are the outputs of the other one that the value may be. `ignore` accepts values that the sandbox does not have,
    such as policies of AWS. `values` reads the values if the path alone does not give them. `not_found` replaces the
    other entry's message.
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
    """A physical name that the provider generates if the program gives none: `<logical><separator><random digits>`."""

    path: str = "name"
    digits: int = 7
    separator: str = "-"
    unless: tuple[str, ...] = ()
    lower: bool = False


@dataclass(frozen=True)
class Minutes:
    """The time that the cloud takes: typically, and `slow`, the longest create that was seen or is documented.

    Minutes of one call with ordinary sizes, from published terminal transcripts, the vendors' documentation and issue
    threads. `when` is an input (a dotted path) and its value: the times apply only to such resources. None means that
    the input is not set.
    """

    create: float
    update: float
    delete: float
    slow: float
    when: tuple[str, object] | None = None

    def hold(self, inputs: Properties) -> bool:
        """Returns whether the times apply to a resource with these inputs."""
        return self.when is None or next(at_path(inputs, self.when[0]), None) == self.when[1]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One resource type. Each field is a rule of the real cloud; without the field there is no such rule.

    `id`, `outputs`, `defaults`: the cloud's answer; outputs always, defaults if the input is absent.
    `replaces_on`: inputs that cannot change in place and are not recorded in `facts/`; `replaces_if` for conditions
    that paths cannot express.
    `volatile`: outputs that an update changes, so that a preview cannot have them. `unstable`: outputs that differ at
    each read, with a function of the previous value and the inputs.
    `autoname`: see AutoName. `names`: kind of name -> template, each taken once in `name_scope` (or the entry's scope).
    `one_at_a_time`: what a create or update keeps busy; another operation that needs it meanwhile is refused.
    `refers`: see Ref. `checks`: refuse bad inputs, already in a preview. `admits`: refuse at create and update, with
    access to the world. `guards`: refuse a delete. `keeps`: sentences about what a delete leaves behind.
    `retires`: kind of name -> template, names that stay taken after the delete, unless the text is empty.
    `not_found`, `in_use`, `taken`: the cloud's messages, with `{value}` or `{id}`.
    `minutes`: see Minutes; the first that applies counts, else the package's default.
    `needs`: the deployer's permissions; `needs_if`: further permissions if an input is set, or if the stack has a
    resource of another type. None: no program of this repository uses the type.
    `holds`: a name for its data (see `holdings.py`) if the resource, or one on top of it, holds data. It is a function
    of the resource's name if only some resources of the type hold data.
    """

    token: str
    id: Template
    outputs: Mapping[str, Template] = field(default_factory=dict[str, Template])
    defaults: Mapping[str, Template] = field(default_factory=dict[str, Template])
    scope: Literal["region", "account", "global"] = "region"
    replaces_on: frozenset[str] = frozenset()
    replaces_if: Callable[[Subject], Iterable[str]] = lambda _subject: ()
    volatile: frozenset[str] = frozenset()
    unstable: Mapping[str, Callable[[Any, Properties], Any]] = field(
        default_factory=dict[str, Callable[[Any, Properties], Any]]
    )
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
    minutes: tuple[Minutes, ...] = ()
    needs: Needs | None = None
    needs_if: Mapping[str, Needs] = field(default_factory=dict[str, Needs])
    holds: str | Callable[[str], str] = ""

    @cached_property
    def verdicts(self) -> Mapping[str, str]:
        """Returns the effect of a change of each input, in the words of `recorded.py`."""
        return {**dict.fromkeys(self.replaces_on, "replaces"), **verdicts(self.token)}
