"""Checks inputs against the installed SDK's types: unknown, missing and mistyped properties, and enum values.

One check is stricter than the real providers: they turn "5" into 5 if the type is a number; here that is an error,
because the program most likely did not mean it. Unknown values (previews) pass.
"""

import collections.abc
import difflib
import enum
import json
import types
import typing
from collections.abc import Iterator
from typing import Any, cast

from catalogue import sdk
from catalogue.entry import Problem
from catalogue.wire import UNKNOWN, Properties, is_asset

# Enums of the SDK that are older than the cloud (new instance sizes, regions): any string passes.
OPEN_ENUMS = frozenset({"InstanceType", "Region", "ManagedPolicy", "EngineType"})

# What a scalar type accepts; the first one names it in messages.
KINDS: dict[object, tuple[str, ...]] = {
    str: ("a string",),
    bool: ("a boolean",),
    int: ("an integer",),
    float: ("a number", "an integer"),
}


def problems(token: str, inputs: Properties) -> list[Problem]:
    """Returns (path, problem) for revealed inputs of a resource type; raises `sdk.UnknownType`."""
    return list(_object_problems(inputs, sdk.resource_shape(token), ""))


def decode_config(token: str, config: Properties) -> Properties:
    """Decodes a provider's configuration: SDKs send every value of it that is not a string as JSON text."""
    types_of = sdk.resource_shape(token).types
    return {
        key: json.loads(value)
        if isinstance(value, str) and value != UNKNOWN and types_of.get(key, str) is not str
        else value
        for key, value in config.items()
    }


def _object_problems(value: Properties, shape: sdk.Shape, path: str) -> Iterator[Problem]:
    for key, item in value.items():
        here = f"{path}.{key}" if path else key
        if key not in shape.types:
            near = difflib.get_close_matches(key, shape.types, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield here, f"unknown property{hint} ({shape.name} has no {key})"
        elif item is not None:
            yield from _value_problems(item, shape.types[key], here)
    for key in sorted(shape.required):
        if value.get(key) is None:
            yield (f"{path}.{key}" if path else key), f"missing required property ({shape.name})"


def _value_problems(value: Any, annotation: Any, path: str) -> Iterator[Problem]:
    annotation = sdk.unwrap(annotation)
    if value == UNKNOWN or value is None or annotation is Any or is_asset(value):
        return
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        yield from _union_problems(value, annotation, path)
    elif origin is typing.Literal:
        allowed = typing.get_args(annotation)
        if value not in allowed:
            yield path, f"expected {' or '.join(map(repr, allowed))}, got {value!r}"
    elif origin in (collections.abc.Sequence, list):
        if isinstance(value, list):
            for index, item in enumerate(cast("list[Any]", value)):
                yield from _value_problems(item, typing.get_args(annotation)[0], f"{path}[{index}]")
        else:
            yield path, f"expected a list, got {_kind(value)}"
    elif origin in (collections.abc.Mapping, dict):
        if isinstance(value, dict):
            for key, item in cast("Properties", value).items():
                yield from _value_problems(item, typing.get_args(annotation)[1], f"{path}.{key}")
        else:
            yield path, f"expected a map, got {_kind(value)}"
    elif sdk.is_shape(annotation):
        if isinstance(value, dict):
            yield from _object_problems(cast("Properties", value), sdk.shape_of(annotation), path)
        else:
            yield path, f"expected an object ({annotation.__name__}), got {_kind(value)}"
    elif isinstance(annotation, type):
        yield from _scalar_problems(value, annotation, path)


def _scalar_problems(value: Any, annotation: type, path: str) -> Iterator[Problem]:
    if issubclass(annotation, enum.Enum):
        allowed = [member.value for member in annotation]
        if annotation.__name__ not in OPEN_ENUMS and value not in allowed:
            yield path, f"{value!r} is not a {annotation.__name__}: {', '.join(map(str, allowed))}"
        return
    if annotation in KINDS and _kind(value) not in KINDS[annotation]:
        yield path, f"expected {KINDS[annotation][0]}, got {_kind(value)}"


def _union_problems(value: Any, annotation: Any, path: str) -> Iterator[Problem]:
    """Yields nothing if one member of the union accepts the value. A string is checked against the union's enum."""
    members = [member for member in typing.get_args(annotation) if _is_value_type(member)]
    enums = [member for member in members if isinstance(member, type) and issubclass(member, enum.Enum)]
    if enums and isinstance(value, (str, int, float)):
        members = enums
    found = [list(_value_problems(value, member, path)) for member in members]
    if found and all(found):
        yield from min(found, key=len)


def _is_value_type(member: Any) -> bool:
    """Returns whether values have this type. Outputs, awaitables, None and plain dictionaries are for programs only."""
    origin = typing.get_origin(member)
    if member in (type(None), dict) or origin is collections.abc.Awaitable:
        return False
    return getattr(origin or member, "__module__", "") != "pulumi.output"


def _kind(value: Any) -> str:
    match value:
        case str():
            return "a string"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
