"""Runs a whole program without an engine, and keeps everything that it registers, options included.

`run_program` is what tests use. The answers are those of a double: what a cloud adds to a resource, in its formats
(`tests/answers.py`); in a preview nothing is known that only a cloud can tell, as with the real engine. What the engine
refuses is refused here too: a second resource of the same URN, a call that no double answers.
"""

from __future__ import annotations

import gc
import json
import logging
import runpy
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import mocks, rpc
from pulumi.runtime import settings as runtime_settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.stack import Stack
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage]

from tests.answers import UnknownCall, answer_to_call, echoed, outputs_of

ROOT = Path(__file__).parents[1]
PROJECT = "rasa"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@dataclass(frozen=True)
class Secret:
    """A value that the program marked as secret."""

    value: Any


class Unknown:
    """A value that is not known yet: there is one, `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A resource as the program registered it. Parents, dependencies and the like are URNs; "" means none."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str = ""
    provider: str = ""
    protect: bool = False
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    error_hooks: tuple[str, ...] = ()
    timeouts: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """The provider that it belongs to: `aws`, `kubernetes`, ..., or `rasa` for our own components."""
        return self.type.split(":")[0]

    @property
    def is_provider(self) -> bool:
        """Whether it is an instance of a provider."""
        return self.type.startswith("pulumi:providers:")


@dataclass(frozen=True, kw_only=True)
class Recording:
    """All that a program did: resources by URN in the order of registration, outputs by name, lines of its log
    as `warning: ...`.

    `component_outputs` are those that components registered, by URN. `calls` are (token, provider) of its invokes.
    """

    resources: Mapping[str, Registration]
    outputs: Mapping[str, Any]
    component_outputs: Mapping[str, Mapping[str, Any]]
    calls: tuple[tuple[str, str], ...]
    log: tuple[str, ...]

    def of_type(self, type_: str) -> list[Registration]:
        """The resources of one type."""
        return [resource for resource in self.resources.values() if resource.type == type_]

    def named(self, name: str) -> Registration:
        """The one resource of that name."""
        (found,) = (resource for resource in self.resources.values() if resource.name == name)
        return found

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


def run_program(
    stack_config: Mapping[str, Any],
    *,
    preview: bool = False,
    stack: str = "dev",
    deployed: Mapping[str, Any] | None = None,
    program: Callable[[], None] | Path = ROOT / "__main__.py",
) -> Recording:
    """Runs the program on the `rasa:` keys of a stack file, `rasa:secrets` encrypted. Raises what it raises.

    `deployed` is the stack output of that name, which the last `up` left.
    """
    last = {} if deployed is None else {"deployed": dict(deployed)}

    def run() -> Recording:
        if isinstance(program, Path):
            return _record(
                lambda: runpy.run_path(str(program), run_name="__main__"), stack_config, preview, stack, last
            )
        return _record(program, stack_config, preview, stack, last)

    # A context of its own: Pulumi keeps the stack of a run in a context variable.
    return copy_context().run(run)


def _record(
    program: Callable[[], Any], stack_config: Mapping[str, Any], preview: bool, stack: str, last: Mapping[str, Any]
) -> Recording:
    monitor, log = _Monitor(stack, preview, last), _Log()
    runtime_settings.ROOT.set(None)
    mocks.set_mocks(monitor.mocks, project=PROJECT, stack=stack, preview=preview, monitor=monitor, logger=log.logger)
    runtime_settings.SETTINGS.callbacks = _Callbacks()  # pyright: ignore[reportAttributeAccessIssue]
    set_all_config(
        {f"rasa:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in stack_config.items()},
        ["rasa:secrets"],
    )
    outputs: dict[str, Any] = {}

    @mocks.test
    def run() -> None:
        program()
        root = runtime_settings.get_root_resource()
        assert isinstance(root, Stack)
        outputs.update(_plain(_sync_await(rpc.serialize_properties(root.outputs, {}))))

    try:
        run()
    finally:
        gc.enable()  # the program ends here, the process does not
        # What was refused is the cause of whatever else went wrong.
        for refusal in (*monitor.refused, *monitor.doubles.refused):
            raise refusal from None
    return Recording(
        resources=monitor.registered,
        outputs=outputs,
        component_outputs=monitor.registered_outputs,
        calls=tuple(monitor.doubles.calls),
        log=tuple(log.lines),
    )


class _Doubles(mocks.Mocks):
    """Answers every resource with its inputs, and, unless it is a preview, with what a cloud would add."""

    def __init__(self, preview: bool, last: Mapping[str, Any]) -> None:
        self.preview = preview
        self.last = last
        self.calls: list[tuple[str, str]] = []
        self.refused: list[UnknownCall] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return "", args.inputs
        inputs = echoed(args.typ, args.inputs, self.preview)
        if self.preview:
            return "", inputs
        id_, outputs = outputs_of(args.typ, args.name, args.inputs)
        return id_, {**inputs, **outputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        if args.token == "pulumi:pulumi:readStackOutputs":  # the engine itself answers this
            return {"name": args.args["name"], "outputs": dict(self.last), "secretOutputNames": []}, []
        self.calls.append((args.token, args.provider))
        try:
            return answer_to_call(args.token), []
        except UnknownCall as unknown:
            self.refused.append(unknown)
            return {}, []


class _Monitor(mocks.MockMonitor):
    """Remembers what is registered, and refuses what the engine would refuse."""

    def __init__(self, stack: str, preview: bool, last: Mapping[str, Any]) -> None:
        self.stack = stack
        self.doubles = _Doubles(preview, last)
        super().__init__(self.doubles)
        self.registered: dict[str, Registration] = {}
        self.refused: list[DuplicateUrn] = []
        self.registered_outputs: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine makes it: with the types of all parents but the stack's."""
        parents = parent.split("::")[2] if parent else ""
        qualified = type_ if parents in ("", "pulumi:pulumi:Stack") else f"{parents}${type_}"
        return f"urn:pulumi:{self.stack}::{PROJECT}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:
        if request.type == "pulumi:pulumi:Stack":
            return super().RegisterResource(request)
        registration = self._registration(request)
        with self._lock:
            if registration.urn in self.registered:
                self.refused.append(DuplicateUrn(registration.urn))
            self.registered[registration.urn] = registration
        return super().RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:
        with self._lock:
            self.registered_outputs[request.urn] = _plain(request.outputs)
        return super().RegisterResourceOutputs(request)

    def _registration(self, request: Any) -> Registration:
        is_root = request.parent.split("::")[2:3] in ([], ["pulumi:pulumi:Stack"])
        return Registration(
            urn=self.make_urn(request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent="" if is_root else request.parent,
            provider=request.provider.rpartition("::")[0],
            protect=request.protect,
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies={
                key: tuple(sorted(value.urns)) for key, value in request.propertyDependencies.items() if value.urns
            },
            aliases=tuple(alias.urn or str(alias.spec) for alias in request.aliases),
            error_hooks=tuple(request.hooks.on_error),
            timeouts={key: value for key, value in MessageToDict(request.customTimeouts).items() if value},
            inputs=_plain(request.object),
        )


class _Callbacks:
    """Where an engine would call the program back, for hooks. Nobody calls."""

    def register_error_hook(self, hook: pulumi.ErrorHook) -> None:
        """Takes it."""


class DuplicateUrn(AssertionError):
    """Two resources with the same URN, which the engine refuses."""


class _Log:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.logger = logging.Logger("program", logging.INFO)
        handler = logging.Handler()
        handler.emit = lambda record: self.lines.append(f"{record.levelname.lower()}: {record.getMessage()}")
        self.logger.addHandler(handler)


def _plain(struct: Any) -> dict[str, Any]:
    """A protocol message as Python values, with secrets and unknown values marked."""
    return {key: _marked(value) for key, value in MessageToDict(struct).items()}


def _marked(value: Any) -> Any:
    match value:
        case {**items} if items.get(_SIGNATURE) == _SECRET:
            return Secret(_marked(items.get("value")))
        case {**items}:
            return {key: _marked(item) for key, item in items.items()}
        case [*items]:
            return [_marked(item) for item in items]
        case text if text == _UNKNOWN:
            return UNKNOWN
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


__all__ = ["UNKNOWN", "DuplicateUrn", "Recording", "Registration", "Secret", "UnknownCall", "run_program"]
