"""The one representation of property values in the sandbox: the engine's own, as plain Python data.

A secret is the engine's signature dictionary, an unknown the engine's sentinel string, so a value that is only passed
on keeps its marks. Rules work on `reveal(value)`: no secret marks, but unknowns are kept.
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, cast

from google.protobuf import json_format, struct_pb2

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Properties = dict[str, Any]


def from_struct(message: struct_pb2.Struct) -> Properties:
    """Decodes a message; whole numbers become `int`, as protobuf has only floating point ones."""
    return {key: _from_value(value) for key, value in message.fields.items()}


def _from_value(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            return from_struct(value.struct_value)
        case "list_value":
            return [_from_value(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case _:
            return None


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Encodes properties; `None` values are left out, as the engine reads an absent one the same way."""
    present = {key: value for key, value in properties.items() if value is not None}
    return json_format.ParseDict(present, struct_pb2.Struct())


def secret(value: Any) -> Any:
    """Marks a value as secret; a secret stays as it is."""
    return value if is_secret(value) else {SIGNATURE: SECRET, "value": value}


def is_secret(value: Any) -> bool:
    """Returns whether the value itself (not a part of it) is marked secret."""
    return isinstance(value, dict) and cast("Properties", value).get(SIGNATURE) == SECRET


def is_asset(value: Any) -> bool:
    """Returns whether the value is an asset, an archive or a resource reference: signed, and not a secret."""
    return isinstance(value, dict) and SIGNATURE in value and not is_secret(value)  # pyright: ignore[reportUnknownArgumentType]


def reveal(value: Any) -> Any:
    """Copies a value without secret marks."""
    if is_secret(value):
        return reveal(value["value"])
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in cast("Properties", value).items()}
    if isinstance(value, list):
        return [reveal(item) for item in cast("list[Any]", value)]
    return value


def has_secret(value: Any) -> bool:
    """Returns whether the value or any part of it is marked secret."""
    return is_secret(value) or any(has_secret(item) for item in _children(value))


def has_unknown(value: Any) -> bool:
    """Returns whether the value or any part of it is unknown (only in a preview)."""
    return value == UNKNOWN or any(has_unknown(item) for item in _children(value))


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast("Properties", value).values())
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_map(value: Any) -> Properties:
    """Returns the map that a revealed value is, or an empty one if it is absent, unknown or something else."""
    return cast("Properties", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """Returns the list that a revealed value is, or an empty one if it is absent, unknown or something else."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """Returns the text that a revealed value is, or an empty one if it is absent, unknown or something else."""
    return value if isinstance(value, str) and UNKNOWN not in value else ""


def at_path(value: Any, path: str) -> Iterator[Any]:
    """Yields the values at a dotted path in a revealed value, in all list items, without absent and unknown parts."""
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from at_path(item, path)
    elif value is None or value == UNKNOWN:
        return
    elif not path:
        yield value
    elif isinstance(value, dict):
        head, _, rest = path.partition(".")
        yield from at_path(cast("Properties", value).get(head), rest)


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yields (path, old value, new value) for each difference of two revealed values; an unknown value is one."""
    if isinstance(old, dict) and isinstance(new, dict):
        olds, news = cast("Properties", old), cast("Properties", new)
        for key in sorted(olds.keys() | news.keys()):
            yield from differences(olds.get(key), news.get(key), f"{path}.{_quoted(key)}" if path else _quoted(key))
    elif isinstance(old, list) and isinstance(new, list):
        olds, news = cast("list[Any]", old), cast("list[Any]", new)
        for index, (before, after) in enumerate(zip_longest(olds, news)):
            yield from differences(before, after, f"{path}[{index}]")
    elif old != new or new == UNKNOWN:
        yield path, old, new


def _quoted(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() else f'["{key}"]'
