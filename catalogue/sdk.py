"""The inputs and outputs of resource types by the installed SDK. No other module uses the SDK's private helpers.

`tests/sandbox/test_sdk.py` fails if a new SDK changes them. SDK modules are imported with their first resource.
"""

import importlib
import inspect
import sys
import threading
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulumi import _types  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime import rpc

IMPORTS = threading.RLock()  # the SDKs' lazy modules must not be imported by two threads at once


@dataclass(frozen=True)
class Shape:
    """The properties of one input object by wire name: their types, their Python names, and which are required."""

    name: str
    types: Mapping[str, Any]
    python_names: Mapping[str, str]
    required: frozenset[str]


class UnknownType(Exception):
    """The installed SDK has no such resource type."""


@cache
def resource_shape(token: str) -> Shape:
    """Returns the inputs of a resource type such as `aws:ec2/vpc:Vpc`, or of `pulumi:providers:aws`."""
    with IMPORTS:
        return _find_shape(constructor(token))


def constructor(token: str) -> type:
    """Returns the class that registers resources of the type."""
    with IMPORTS:
        return _resource_class(token)


def arguments(token: str) -> dict[str, str]:
    """Returns the constructor's name of each input, by wire name; `_` is added if Python's name is taken."""
    parameters = inspect.signature(vars(constructor(token))["_internal_init"]).parameters
    names = resource_shape(token).python_names
    return {wire: f"{name}_" if f"{name}_" in parameters else name for wire, name in names.items()}


def output(token: str, path: Sequence[str | int]) -> str:
    """Returns the Python expression for an output by its wire names: `.identity.principal_id`, `.ids[0]`."""
    kind: Any = constructor(token)
    names, types = _types.resource_pulumi_to_py_names(kind), _types.resource_types(kind)
    text = ""
    for step in path:
        if isinstance(step, str) and step in names:
            text, kind = f"{text}.{names[step]}", unwrap(types[step])
        else:
            inner = typing.get_args(kind)
            text, kind = f"{text}[{step!r}]", unwrap(inner[-1]) if inner else Any
        is_object = isinstance(kind, type) and _types.is_output_type(kind)
        types = _types.output_type_types(kind) if is_object else {}
        names = _types._pulumi_to_py_names_from_py_properties(kind) if is_object else {}  # pyright: ignore[reportPrivateUsage]
    return text


def _find_shape(resource: type) -> Shape:
    module = sys.modules[resource.__module__]
    # `InitArgs` first: the SDK uses it if another, nested type has the name `Args`.
    for name in (f"{resource.__name__}InitArgs", f"{resource.__name__}Args"):
        args = getattr(module, name, None)
        if args is not None and _types.is_input_type(args):
            return shape_of(args)
    raise UnknownType(f"the SDK class {resource.__name__} has no arguments class that the sandbox understands")


@cache
def shape_of(args: type) -> Shape:
    """Returns the properties of an input class; required are those without a default in its constructor."""
    names = _types.input_type_py_to_pulumi_names(args)
    parameters = inspect.signature(args.__init__).parameters
    required = frozenset(
        wire
        for python, wire in names.items()
        if python in parameters and parameters[python].default is inspect.Parameter.empty
    )
    python_names = {wire: python for python, wire in names.items()}
    return Shape(args.__name__, _types.input_type_types(args), python_names, required)


def is_shape(annotation: Any) -> bool:
    """Returns whether a type annotation is an input class, so that `shape_of` can read it."""
    return isinstance(annotation, type) and _types.is_input_type(annotation)


def unwrap(annotation: Any) -> Any:
    """Drops `Input[...]` and `Optional[...]` around a type."""
    return _types.unwrap_type(annotation)


def _resource_class(token: str) -> type:
    package, module, name = token.split(":")
    if package == "pulumi":
        sdk = importlib.import_module(f"pulumi_{name.replace('-', '_')}")
        return sdk.Provider
    importlib.import_module(f"pulumi_{package.replace('-', '_')}")
    for registered in rpc._RESOURCE_MODULES.get(f"{package}:{module}", []):  # pyright: ignore[reportPrivateUsage]
        info: dict[str, Any] = vars(registered)["mod_info"]
        if token in info["classes"]:
            return getattr(importlib.import_module(info["fqn"]), info["classes"][token])
    raise UnknownType(f"the installed {package} SDK has no resource type {token} ({name})")
