"""Declarations of settings: `name: type = setting(...)` holds description, effect, defaults and limits.

A subclass that declares a setting again, for one cloud, gives what differs and inherits the rest.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Discriminator, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from settings.problems import Problem, fault, shown

# The content of a stack file, once read.
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


# For a union of alternatives, distinguished by `kind`.
BY_KIND: Final = Discriminator("kind")


def kind_alone(value: object) -> object:
    """Returns a mapping with the kind for the word of a kind, such as `none`."""
    return {"kind": value} if isinstance(value, str) else value


class Profile(StrEnum):
    """`dev`: the cheapest thing that still speaks TLS. `prod`: redundant, own keys, protected, strict."""

    DEV = "dev"
    PROD = "prod"


class Effect(StrEnum):
    """The effect of a change of a setting on a running stack."""

    NOTHING = "nothing"
    IN_PLACE = "in place"
    RESTARTS_PODS = "restarts pods"
    ROLLS = "rolls nodes"
    FAILS_OVER = "fails over"
    REPLACES = "replaces"
    REFUSED = "refused"
    REFUSED_IN_PROD = "refused in prod"


@dataclass(frozen=True, kw_only=True)
class Effects:
    """The effect of each way to change one setting. `settings.schema.described` lists them for every setting.

    `raised` also holds for adding an optional setting and for `true`, and `lowered` for removing it and for `false`.
    `note` is for people only.
    """

    changed: Effect
    raised: Effect
    lowered: Effect
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Depends:
    """A default that depends on the rest of the stack file. The reference page shows `text`."""

    text: str
    on: Callable[[Mapping[str, Json]], Json]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One declaration, as `setting` takes it. None: not given here."""

    description: str | None
    effect: Effect | None
    raised: Effect | None
    lowered: Effect | None
    note: str | None
    default: Any
    dev: Json | Depends
    prod: Json | Depends
    minimum: tuple[int, str] | None
    maximum: tuple[int, str] | None
    pattern: tuple[str, str, str] | None
    among: tuple[Sequence[str], str] | None
    prefix: tuple[int, int, str, str] | None

    def over(self, inherited: Setting) -> Setting:
        """Returns this declaration and the rest of the parent's. A new effect replaces all effects of the parent."""
        if self.effect is not None:
            inherited = replace(inherited, raised=None, lowered=None, note=None)
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(inherited, **{name: value for name, value in given.items() if value not in (None, ...)})

    def field(self) -> Any:
        """Returns a field of pydantic, which carries effect, bounds and defaults into the JSON schema."""
        if (self.dev is None) != (self.prod is None):
            raise TypeError(f"a default in one profile only: {self}")
        extra: dict[str, Any] = {"effect": self.effect, "raised": self.raised, "lowered": self.lowered}
        extra |= {"note": self.note, "minimum": self.minimum and self.minimum[0]}
        extra |= {"maximum": self.maximum and self.maximum[0]}
        if self.dev is not None:
            extra["defaults"] = {"dev": _text(self.dev), "prod": _text(self.prod)}
        extra = {key: value for key, value in extra.items() if value is not None}
        if callable(self.default):
            return Field(default_factory=self.default, description=self.description, json_schema_extra=extra)
        return Field(self.default, description=self.description, json_schema_extra=extra)

    @property
    def has_limits(self) -> bool:
        """Returns whether `check` can find anything."""
        limits = (self.minimum, self.maximum, self.pattern, self.among, self.prefix)
        return any(limit is not None for limit in limits)

    def check(self, value: object) -> None:
        """Raises the first limit that a value breaks, in the words of `Problem`."""
        for item in cast("tuple[object, ...]", value if isinstance(value, tuple) else (value,)):
            if isinstance(item, int):
                self._check_number(item)
            elif isinstance(item, str):
                self._check_text(item)

    def _check_number(self, number: int) -> None:
        if self.minimum and number < self.minimum[0]:
            raise fault(f"is below {self.minimum[0]}, {self.minimum[1]}", f"set {self.minimum[0]} or more")
        if self.maximum and number > self.maximum[0]:
            raise fault(f"is above {self.maximum[0]}, {self.maximum[1]}", f"set {self.maximum[0]} or less")

    def _check_text(self, text: str) -> None:
        if self.pattern and re.fullmatch(self.pattern[0], text) is None:
            raise fault(self.pattern[1], f"write it like {self.pattern[2]}", got=shown(text))
        if self.among and text not in self.among[0]:
            near = get_close_matches(text, self.among[0], n=1)
            known = f"is not one that {self.among[1]} has (known: {', '.join(self.among[0])})"
            raise fault(known, f"did you mean {near[0]}?" if near else "choose one of them")
        if self.prefix:
            largest, smallest, reason, example = self.prefix
            if not largest <= ipaddress.IPv4Network(text).prefixlen <= smallest:
                between = f"is not between /{largest} and /{smallest}, {reason}"
                raise fault(between, f"choose a range like {example}")


def _text(default: Json | Depends) -> Json:
    return default.text if isinstance(default, Depends) else default


def setting(
    description: str | None = None,
    effect: Effect | None = None,
    /,
    *,
    raised: Effect | None = None,
    lowered: Effect | None = None,
    note: str | None = None,
    default: Any = ...,
    dev: Json | Depends = None,
    prod: Json | Depends = None,
    minimum: tuple[int, str] | None = None,
    maximum: tuple[int, str] | None = None,
    pattern: tuple[str, str, str] | None = None,
    among: tuple[Sequence[str], str] | None = None,
    prefix: tuple[int, int, str, str] | None = None,
) -> Any:
    """Declares a setting of a model.

    `effect` is the effect of any change; `raised` and `lowered` replace it for one direction. `default` holds in
    every profile, `dev` and `prod` in one; without any of them the setting is required. `minimum` and `maximum` are a
    number and whose limit it is. `pattern` is a regular expression, what is wrong with other texts, and an example.
    `among` is the known words and the service that knows them. `prefix` is for an address range: the prefix lengths
    of the largest and the smallest one, whose limit it is, and an example. Limits hold for each item of a list.
    """
    return Setting(**locals())


def kind_of(name: str, effect: Effect = Effect.REPLACES) -> Any:
    """Declares the setting `kind` of one of several alternatives."""
    return setting("How to get it.", effect, default=name)


class Model(BaseModel):
    """Base of all settings: immutable, an unknown key is an error, and nothing is converted: `"3"` is no number."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        hide_input_in_errors=True,
    )
    SETTINGS: ClassVar[Mapping[str, Setting]] = {}
    LIMITED: ClassVar[Mapping[str, Setting]] = {}  # those with limits: most have none
    KEY: ClassVar[str] = ""  # the key of a layer in the stack file

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Turns each declaration into a field, before pydantic collects the fields of the class."""
        super().__init_subclass__(**arguments)
        own = {name: one for name, one in vars(cls).items() if isinstance(one, Setting)}
        whole = {name: one.over(cls.SETTINGS[name]) if name in cls.SETTINGS else one for name, one in own.items()}
        for name, one in whole.items():
            setattr(cls, name, one.field())
        cls.SETTINGS = {**cls.SETTINGS, **whole}
        cls.LIMITED = {name: one for name, one in cls.SETTINGS.items() if one.has_limits}

    @field_validator("*")
    @classmethod
    def _within_limits(cls, value: object, info: ValidationInfo) -> object:
        if limited := cls.LIMITED.get(info.field_name or ""):
            limited.check(value)
        return value

    @classmethod
    def defaults(cls, profile: Profile, stack_file: Mapping[str, Json]) -> dict[str, Json]:
        """The defaults of a profile, by their keys in the stack file, if the rest of the stack file is this."""
        chosen = {name: one.prod if profile is Profile.PROD else one.dev for name, one in cls.SETTINGS.items()}
        return {
            str(cls.model_fields[name].alias): one.on(stack_file) if isinstance(one, Depends) else one
            for name, one in chosen.items()
            if one is not None
        }

    def wrong(
        self,
        field: str,
        expected: str,
        fix: str,
        *,
        at: str | None = None,
        got: str | None = None,
        others: tuple[str, ...] = (),
    ) -> Problem:
        """A problem of one field; `at` is the key of this model, if it is not a layer."""
        at = self.KEY if at is None else at
        value = getattr(self, field)
        got = shown(str(value) if isinstance(value, StrEnum) else value) if got is None else got
        key = str(type(self).model_fields[field].alias)
        return Problem(key=f"{at}.{key}" if at else key, got=got, expected=expected, fix=fix, others=others)
