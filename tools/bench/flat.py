"""Writes a flat program: the resources that a stack has in its state, one after the other, by plain constructors.

It only registers these resources with the same SDKs: no settings, no components, no calls to a cloud, no outputs.
Inputs are literals. Values that a cloud generates (ids, addresses, passwords) are outputs of the resource that had them
first, as in any program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from catalogue import sdk
from catalogue.urns import name_of
from catalogue.wire import Properties, as_list, as_map, is_asset, is_secret, reveal
from sandbox.cloud import ENGINE_KEYS
from sandbox.inputs import decode_config

HEAD: Final = '"""Written by tools/bench/flat.py."""\n\nfrom pulumi import Output, ResourceOptions\n'
# Shorter texts in a cloud's answer are words, not ids.
SHORTEST: Final = 8
PROVIDERS: Final = "pulumi:providers:"
NOTHING: Final = "Output.from_input(None)"
COMPONENTS: Final = ("rasa:", "pulumi:pulumi:")
# An input that the SDK's constructor fills in if it is missing. An output of None prevents that.
FILLED_IN: Final = {"azure-native:authorization:RoleAssignment": ("principalType",)}

Path = tuple[str | int, ...]


class CannotWrite(Exception):
    """The state has a value that no literal can express."""


def is_registered(token: str) -> bool:
    """Returns whether a flat program registers resources of this type: all except components and the stack."""
    return not token.startswith(COMPONENTS)


def program(state: Iterable[Mapping[str, Any]]) -> str:
    """Returns the source of a program for the resources of `pulumi stack export --show-secrets`."""
    resources = [resource for resource in state if is_registered(resource["type"])]
    writer = _Writer(made(resources))
    lines = [writer.statement(resource) for resource in resources]
    return "\n".join([HEAD, *sorted(writer.imports), "", *lines, ""])


class _Writer:
    """Stores the variables by URN, and the expression for each text that a cloud generated.

    `made` has the URN of the resource that generated a text.
    """

    def __init__(self, made: Mapping[str, str]) -> None:
        self.imports: set[str] = set()
        self._variables: dict[str, str] = {}
        self._made = made
        self._outputs: dict[str, str] = {}
        self._used: set[str] = set()

    def statement(self, resource: Mapping[str, Any]) -> str:
        """Returns the constructor call of a resource."""
        token, urn = resource["type"], resource["urn"]
        inputs = _inputs(resource)
        self._used.clear()
        names = sdk.arguments(token)
        arguments = [f"{names[key]}={self._expression(value)}" for key, value in inputs.items()]
        arguments += [f"{names[key]}={NOTHING}" for key in FILLED_IN.get(token, ()) if key not in inputs]
        variable = self._variables[urn] = f"r{len(self._variables)}"
        for text, path in _answered(resource).items():
            if self._made.get(text) == urn:
                self._outputs[text] = variable + (sdk.output(token, path) if path else ".id")
        call = ", ".join([repr(name_of(urn)), *arguments, f"opts={self._options(resource)}"])
        return f"{variable} = {self._class(token)}({call})"

    def _class(self, token: str) -> str:
        found = sdk.constructor(token)
        alias = re.sub(r"\W", "_", token)
        self.imports.add(f"from {found.__module__} import {found.__name__} as {alias}")
        return alias

    def _options(self, resource: Mapping[str, Any]) -> str:
        """Returns the options: dependencies that no input expresses."""
        known = [self._variables[urn] for urn in resource.get("dependencies", ()) if urn in self._variables]
        waits = [variable for variable in known if variable not in self._used]
        options = [f"depends_on=[{', '.join(waits)}]"] if waits else []
        if provider := resource.get("provider", "").rpartition("::")[0]:
            options.append(f"provider={self._variables[provider]}")
        return f"ResourceOptions({', '.join(options)})"

    def _expression(self, value: Any) -> str:
        if is_secret(value):
            return f"Output.secret({self._expression(value['value'])})"
        if is_asset(value):
            raise CannotWrite(f"an asset or archive: {value}")
        match value:
            case str():
                return self._text(value)
            case dict():
                return (
                    "{" + ", ".join(f"{key!r}: {self._expression(item)}" for key, item in as_map(value).items()) + "}"
                )
            case list():
                return "[" + ", ".join(self._expression(item) for item in as_list(value)) + "]"
            case _:
                return repr(value)

    def _text(self, text: str) -> str:
        """Returns the text with outputs in place of the parts that they generated; the longest part comes first."""
        found = sorted((output for output in self._outputs if output in text), key=len, reverse=True)
        if not found:
            return repr(text)
        parts = [part for part in re.split(f"({'|'.join(map(re.escape, found))})", text) if part]
        self._used |= {self._outputs[part].partition(".")[0] for part in parts if part in self._outputs}
        written = [self._outputs.get(part, repr(part)) for part in parts]
        return written[0] if len(written) == 1 else f"Output.concat({', '.join(written)})"


def _inputs(resource: Mapping[str, Any]) -> Properties:
    inputs = _plain(as_map(resource.get("inputs")))
    if not resource["type"].startswith(PROVIDERS):
        return inputs
    return decode_config(resource["type"], {key: value for key, value in inputs.items() if key not in ENGINE_KEYS})


def made(resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Returns the resource that generated each text: all other resources with the text wait for this one.

    A text that unrelated resources have in their outputs, such as the account, is as good as a literal.
    """
    made: dict[str, str] = {}
    words: set[str] = set()
    waits: dict[str, frozenset[str]] = {}
    for resource in resources:
        urn, direct = resource["urn"], resource.get("dependencies", ())
        waits[urn] = frozenset(direct).union(*(waits.get(other, ()) for other in direct))
        for text in _answered(resource):
            if made.setdefault(text, urn) not in waits[urn] | {urn}:
                words.add(text)
    return {text: urn for text, urn in made.items() if text not in words}


def _answered(resource: Mapping[str, Any]) -> dict[str, Path]:
    """Returns the texts in a resource's outputs that are not inputs, with their paths; the id is at ()."""
    given = {text for _, text in _texts(reveal(_inputs(resource)))}
    outputs = [((), resource.get("id", "")), *_texts(reveal(_plain(as_map(resource.get("outputs")))))]
    return {text: path for path, text in reversed(outputs) if len(text) >= SHORTEST and text not in given}


def _plain(value: Any) -> Any:
    """Returns a value of the state in the sandbox's wire form; the state has a secret's value as JSON text."""
    match value:
        case dict():
            items: Properties = {key: _plain(item) for key, item in as_map(value).items()}
            return {**items, "value": json.loads(items.pop("plaintext"))} if is_secret(items) else items
        case list():
            return [_plain(item) for item in as_list(value)]
        case _:
            return value


def _texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yields every text in a value with its path."""
    match value:
        case str():
            yield path, value
        case dict():
            for key, item in as_map(value).items():
                yield from _texts(item, (*path, key))
        case list():
            for index, item in enumerate(as_list(value)):
                yield from _texts(item, (*path, index))
        case _:
            pass
