"""Faults on demand: calls that fail, time out or lose their answer, a network that is gone, an engine that is killed.

`SANDBOX_FAULTS` names a plan, a JSON file: `{"faults": [{"kind": "fail", "operation": "create", "urn": "urn:..."}]}`.
`<plan>.struck` next to it has a JSON object per line for each fault that struck.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

VARIABLE = "SANDBOX_FAULTS"
MARK = "a fault that the sandbox was asked for"
# What the user reads, by the kind of fault. A kill has no message.
WORDS: Mapping[str, str] = {
    "fail": "InternalError: the service could not carry out the request",
    "throttle": "TooManyRequests: rate exceeded",
    "timeout": "timeout while waiting for the resource to become ready",
    "lost": "read: connection reset by peer",
    "offline": "dial tcp: connect: network is unreachable",
}
# These fail after the cloud has carried the call out.
TOO_LATE = frozenset({"timeout", "lost", "kill-late"})
KINDS = frozenset({*WORDS, "kill", "kill-late"})
OPERATIONS: Mapping[str, str] = {"Create": "create", "Read": "read", "Update": "update", "Delete": "delete"}
CHANGES = frozenset({"create", "update", "delete"})

Behaviour = Callable[[Any, grpc.ServicerContext], Any]


@dataclass(frozen=True)
class Fault:
    """`kind` is one of KINDS. `operation` and `urn` choose the calls; empty means any create, update or delete.

    The first `after` of these calls pass, then the next `calls` fail.
    """

    kind: str
    operation: str = ""
    urn: str = ""
    after: int = 0
    calls: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of fault: use one of {', '.join(sorted(KINDS))}")

    def meets(self, operation: str, urn: str) -> bool:
        """Returns whether the fault applies to this call."""
        return self.urn in ("", urn) and (operation == self.operation if self.operation else operation in CHANGES)


def log_of(plan: Path) -> Path:
    """Returns the file that lists the faults that struck."""
    return plan.with_name(f"{plan.name}.struck")


class Faults(grpc.ServerInterceptor):
    """Intercepts the engine's calls to the providers, in many threads."""

    def __init__(self, plan: Path):
        given: list[dict[str, Any]] = json.loads(plan.read_text())["faults"]
        self._plan = [Fault(**fault) for fault in given]
        self._seen = [0] * len(self._plan)
        self._struck = log_of(plan)
        self._lock = threading.Lock()
        self._engine: subprocess.Popen[bytes] | None = None

    @classmethod
    def asked_for(cls) -> Faults | None:
        """Returns the faults of the plan that the environment names; None without a plan."""
        plan = os.environ.get(VARIABLE)
        return cls(Path(plan)) if plan else None

    def watch(self, engine: subprocess.Popen[bytes]) -> None:
        """Sets the process that a kill ends."""
        self._engine = engine

    def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        handler = continuation(handler_call_details)
        operation = OPERATIONS.get(handler_call_details.method.rpartition("/")[2])
        if operation is None:
            return handler
        return grpc.unary_unary_rpc_method_handler(
            partial(self._call, operation, handler.unary_unary),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _call(self, operation: str, behaviour: Behaviour, request: Any, context: grpc.ServicerContext) -> Any:
        fault = None if getattr(request, "preview", False) else self._strike(operation, request.urn)
        if fault is None:
            return behaviour(request, context)
        response = behaviour(request, context) if fault.kind in TOO_LATE else None
        if fault.kind.startswith("kill") and self._engine:
            self._engine.kill()
        words = f"{WORDS.get(fault.kind, 'killed')} ({MARK})"
        if fault.kind == "timeout" and operation in ("create", "update"):
            context.set_trailing_metadata((("grpc-status-details-bin", _half_made(request, response, words)),))
        return context.abort(grpc.StatusCode.UNKNOWN, words)

    def _strike(self, operation: str, urn: str) -> Fault | None:
        """Returns the fault that strikes this call; None if there is none."""
        with self._lock:
            found = None
            for index, fault in enumerate(self._plan):
                if not fault.meets(operation, urn):
                    continue
                self._seen[index] += 1
                if found is None and fault.after < self._seen[index] <= fault.after + fault.calls:
                    found = fault
            if found:
                with self._struck.open("a") as struck:
                    struck.write(json.dumps({**asdict(found), "operation": operation, "urn": urn}) + "\n")
            return found


def _half_made(request: Any, response: Any, words: str) -> bytes:
    """Returns the error detail of a resource that exists but is not ready: the engine keeps it and continues."""
    creates = hasattr(response, "id")  # an update's response has no id
    made, inputs = (response.id, request.properties) if creates else (request.id, request.news)
    details: Any = any_pb2.Any()
    failed: Any = provider_pb2.ErrorResourceInitFailed(
        id=made, properties=response.properties, reasons=[words], inputs=inputs
    )
    details.Pack(failed)
    status: Any = status_pb2
    return status.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=words, details=[details]).SerializeToString()
