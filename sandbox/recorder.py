"""Runs a whole program without an engine, and keeps everything that it registers, options included.

Each resource and each call is answered as `sandbox.server` answers the engine: by the `Cloud` of the provider instance
that the program names, on a store in memory. A preview creates nothing, so what only a cloud can know stays unknown.
What the clouds or the engine would refuse ends the run with their words.
"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import runpy
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, cast

import pulumi
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import mocks, rpc
from pulumi.runtime import settings as runtime_settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import provider_pb2, resource_pb2
from pulumi.runtime.stack import Stack
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage]

from catalogue.entry import Problem, Refused, Seed
from catalogue.package import Package
from catalogue.packages import PACKAGES
from catalogue.wire import Properties, from_struct, has_unknown, reveal, secret, to_struct
from sandbox.aliases import alias_urns, urn_of
from sandbox.cloud import Cloud, config_problems, read_config, spelled
from sandbox.existing import existing
from sandbox.recording import Call, Recording, Registration, marked
from sandbox.store import Store

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "__main__.py"
PROJECT = "rasa"
_PROVIDER = "pulumi:providers:"
_PACKAGES = {package.name: package for package in PACKAGES}


def run_program(
    stack_config: Mapping[str, Any],
    *,
    preview: bool = False,
    stack: str = "dev",
    program: Callable[[], object] | Path = PROGRAM,
    last: Mapping[str, Any] | None = None,
    strict: bool = True,
) -> Recording:
    """Runs the program on the `rasa:` keys of a stack file, `rasa:secrets` encrypted.

    `last` is the stack's outputs after its last `up`, without secrets. Raises what the program raises, and `Refused`;
    without `strict`, what a cloud refuses is only not created.
    """
    return record(stack_config, Monitor(stack, stack_config, preview=preview, last=last), program, strict)


def record(
    stack_config: Mapping[str, Any],
    monitor: Monitor,
    program: Callable[[], object] | Path = PROGRAM,
    strict: bool = True,
) -> Recording:
    """Runs the program as `run_program` does, with this monitor to answer it."""
    if isinstance(program, Path):
        path = str(program)
        return record(stack_config, monitor, lambda: runpy.run_path(path, run_name="__main__"), strict)
    # A context of its own: Pulumi keeps the stack of a run in a context variable.
    return copy_context().run(lambda: _record(stack_config, monitor, program, strict))


def _record(
    stack_config: Mapping[str, Any], monitor: Monitor, program: Callable[[], object], strict: bool
) -> Recording:
    config, log = _config(stack_config), _Log()
    runtime_settings.ROOT.set(None)
    mocks.set_mocks(
        _Unused(), project=PROJECT, stack=monitor.stack, preview=monitor.dry_run, monitor=monitor, logger=log.logger
    )
    runtime_settings.SETTINGS.callbacks = _Callbacks()  # pyright: ignore[reportAttributeAccessIssue]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    set_all_config(texts, ["rasa:secrets"])
    outputs: dict[str, Any] = {}

    @mocks.test  # pyright: ignore[reportUnknownMemberType]
    def run() -> None:
        program()
        root = cast("Stack", runtime_settings.get_root_resource())
        outputs.update(marked(from_struct(_sync_await(rpc.serialize_properties(root.outputs, {})))))

    try:
        run()
    finally:
        gc.enable()  # the program ends here, the process does not
        # What was refused is the cause of whatever else went wrong.
        for refusal in monitor.refused if strict else ():
            raise refusal from None
    return Recording(
        resources=monitor.registered,
        outputs=outputs,
        component_outputs=monitor.registered_outputs,
        calls=tuple(monitor.calls),
        log=tuple(log.lines),
    )


def _config(stack_config: Mapping[str, Any]) -> dict[str, Any]:
    return {f"rasa:{key}": value for key, value in stack_config.items()}


@dataclass(frozen=True)
class Answer:
    """The answer to the program about a resource, and the inputs that the engine stores."""

    checked: Properties
    id: str
    outputs: Properties


class Monitor(mocks.MockMonitor):
    """Answers the program as the engine and the sandbox's providers do, one call at a time."""

    def __init__(
        self,
        stack: str,
        stack_config: Mapping[str, Any],
        *,
        preview: bool = False,
        last: Mapping[str, Any] | None = None,
        before: Store | None = None,
    ) -> None:
        """`before` is what was created already; it is copied."""
        super().__init__(_Unused())
        self.stack = stack
        self.preview = preview
        there = existing(_config(stack_config))
        self.store = before.copy(there) if before else Store(None, there)
        self._last = last or {}
        self.answers: dict[str, Answer] = {}
        self._lock = Lock()
        # By URN. There is none for a provider whose configuration is not known yet.
        self._clouds: dict[str, Cloud | None] = {}
        self.registered: dict[str, Registration] = {}
        self.registered_outputs: dict[str, dict[str, Any]] = {}
        self.calls: list[Call] = []
        self.refused: list[Refused] = []

    @property
    def dry_run(self) -> bool:
        """Returns whether the program must expect unknown values."""
        return self.preview

    def RegisterResource(self, request: Any) -> Any:
        urn = urn_of(f"urn:pulumi:{self.stack}::{PROJECT}", request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = from_struct(request.object)
        answer = Answer(inputs, "", inputs)  # unless it is refused
        with self._lock:
            with self._refusals_of(urn):
                if urn in self.registered:
                    raise DuplicateUrn("Duplicate resource URN; try giving it a unique name")
                answer = self.answers[urn] = self.create(urn, request, inputs)
            self.registered[urn] = _registration(urn, request, inputs, answer, self.registered.get(request.parent))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=answer.id, object=to_struct(answer.outputs))

    def RegisterResourceOutputs(self, request: Any) -> Any:
        with self._lock:
            self.registered_outputs[request.urn] = marked(from_struct(request.outputs))
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:
        if request.tok == "pulumi:pulumi:readStackOutputs":  # the engine answers this itself
            answer = {"outputs": dict(self._last), "secretOutputNames": []}
            return provider_pb2.InvokeResponse(**{"return": to_struct(answer)})  # pyright: ignore[reportArgumentType] - a keyword
        answer: Properties = {}
        with self._lock, self._refusals_of(request.tok):
            cloud = self.cloud(request.tok, request.provider)
            answer = cloud.invoke(request.tok, reveal(from_struct(request.args))) if cloud else {}
            self.calls.append(Call(token=request.tok, provider=request.provider, answer=answer))
        return provider_pb2.InvokeResponse(**{"return": to_struct(answer)})  # pyright: ignore[reportArgumentType] - a keyword

    def create(self, urn: str, request: Any, inputs: Properties) -> Answer:
        """Checks and creates a resource. As the engine does, marks outputs that the SDK declares secret."""
        if not request.custom:
            return Answer(inputs, "", inputs)
        if request.type.startswith(_PROVIDER):
            self._clouds[urn] = self._configured(_PACKAGES[request.type.removeprefix(_PROVIDER)], inputs)
            return Answer(inputs, "" if self.preview else Seed(urn).guid(), inputs)
        cloud = self.cloud(request.type, request.provider)
        if cloud is None:
            return Answer(inputs, "", {})
        checked = checked_inputs(cloud, urn, {}, inputs)
        id, outputs = cloud.create(urn, checked, preview=self.preview or has_unknown(checked))
        outputs |= {key: secret(outputs[key]) for key in request.additionalSecretOutputs if key in outputs}
        return Answer(checked, id, outputs)

    def _configured(self, package: Package, inputs: Properties) -> Cloud | None:
        config = read_config(package, inputs)
        _refuse(config_problems(package, config))
        if has_unknown(config):
            return None
        return Cloud(package, replace(package.configure(config, self.stack), rehearsed=True), self.store)

    def cloud(self, token: str, provider: str) -> Cloud | None:
        """The cloud that a provider instance is for. None if the configuration of the instance is not known yet."""
        urn = provider.rpartition("::")[0]
        if urn not in self._clouds:
            package = token.partition(":")[0]
            raise Refused(f"Default provider for '{package}' disabled. '{token}' must use an explicit provider.")
        return self._clouds[urn]

    @contextmanager
    def _refusals_of(self, what: str) -> Generator[None]:
        """Stores a refusal with its subject. The program continues, and the run raises the first refusal at its end."""
        try:
            yield
        except Refused as refusal:
            self.refused.append(type(refusal)(f"{what}: {refusal}"))


def checked_inputs(cloud: Cloud, urn: str, old: Properties, inputs: Properties) -> Properties:
    """The inputs as the provider completes them. Raises `Refused`."""
    checked, problems = cloud.check(urn, old, inputs, hashlib.sha256(urn.encode()).digest())
    _refuse(problems)
    return checked


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused("; ".join(map(spelled, problems)))


def _registration(
    urn: str, request: Any, inputs: Properties, answer: Answer, parent: Registration | None
) -> Registration:
    is_root = request.parent.split("::")[2:3] in ([], ["pulumi:pulumi:Stack"])
    return Registration(
        urn=urn,
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
        aliases=alias_urns(urn, request.aliases, request.parent, parent.aliases if parent else ()),
        error_hooks=tuple(request.hooks.on_error),
        ignore_changes=tuple(request.ignoreChanges),
        timeouts={key: value for key, value in MessageToDict(request.customTimeouts).items() if value},
        inputs=marked(inputs),
        checked=marked(answer.checked),
        id=answer.id,
        outputs=marked(answer.outputs),
    )


class _Unused(mocks.Mocks):
    """The mocks that Pulumi requires; the monitor answers everything itself."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise NotImplementedError(args.typ)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)


class _Callbacks:
    """Accepts the hooks of the program, which only an engine would call."""

    def register_error_hook(self, hook: pulumi.ErrorHook) -> None:
        """Takes it."""


class DuplicateUrn(Refused):
    """Two resources with the same URN, which the engine refuses."""


class _Log:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.logger = logging.Logger("program", logging.INFO)
        handler = logging.Handler()
        handler.emit = lambda record: self.lines.append(f"{record.levelname.lower()}: {record.getMessage()}")
        self.logger.addHandler(handler)
