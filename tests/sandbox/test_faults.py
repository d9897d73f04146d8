"""Faults as the engine meets them: over gRPC, with a provider that would otherwise have answered."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from catalogue.random import RANDOM
from catalogue.wire import to_struct
from sandbox.clock.journal import Journal
from sandbox.faults import MARK, Fault, Faults, log_of
from sandbox.server import serve
from sandbox.store import Store

URN = "urn:pulumi:dev::rasa::random:index/randomUuid:RandomUuid::"


class Asked:
    """A provider of random values behind some faults, and what it has done."""

    def __init__(self, directory: Path, *faults: Fault):
        self._plan, self._journal = directory / "plan.json", Journal()
        self._plan.write_text(json.dumps({"faults": [vars(fault) for fault in faults]}))
        self.faults = Faults(self._plan)
        ports, self._stop = serve([RANDOM], Store(directory / "cloud.sqlite"), self._journal, [self.faults])
        self._channel = grpc.insecure_channel(f"127.0.0.1:{ports['random']}")
        self._stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._stub.Configure(provider_pb2.ConfigureRequest(urn="urn:pulumi:dev::rasa::pulumi:providers:random::random"))

    def create(self, name: str, *, preview: bool = False) -> Any:
        request = provider_pb2.CreateRequest(urn=URN + name, properties=to_struct({"keepers": {}}), preview=preview)
        return self._stub.Create(request)

    def delete(self, name: str) -> None:
        self._stub.Delete(provider_pb2.DeleteRequest(urn=URN + name, id="any"))

    def stop(self) -> None:
        self._channel.close()
        self._stop()

    @property
    def done(self) -> list[tuple[str, str]]:
        return [(operation, urn.removeprefix(URN)) for operation, urn in self._journal.entries]

    @property
    def struck(self) -> list[Any]:
        return [json.loads(line) for line in log_of(self._plan).read_text().splitlines()]


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Callable[..., Asked]]:
    with ExitStack() as stack:

        def start(*faults: Fault) -> Asked:
            provider = Asked(tmp_path, *faults)
            stack.callback(provider.stop)
            return provider

        yield start


@contextmanager
def refused(words: str) -> Iterator[pytest.ExceptionInfo[grpc.RpcError]]:
    with pytest.raises(grpc.RpcError) as caught:
        yield caught
    told = str(caught.value.details())
    assert words in told
    assert MARK in told


def test_no_plan_no_fault_and_an_unknown_kind_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SANDBOX_FAULTS", raising=False)
    assert Faults.asked_for() is None
    with pytest.raises(ValueError, match="'fial' is no kind of fault"):
        Fault("fial")


@pytest.mark.parametrize(("kind", "words"), [("fail", "InternalError"), ("throttle", "TooManyRequests")])
def test_a_call_that_is_no_preview_fails_once_and_nothing_is_done(asked: Callable[..., Asked], kind: str, words: str):
    provider = asked(Fault(kind, "create", f"{URN}a"))
    provider.create("b")
    provider.create("a", preview=True)
    with refused(words):
        provider.create("a")
    assert provider.done == [("create", "b")]
    provider.create("a")
    assert provider.done == [("create", "b"), ("create", "a")]
    assert provider.struck == [{"kind": kind, "operation": "create", "urn": f"{URN}a", "after": 0, "calls": 1}]


def test_an_answer_gets_lost_after_the_work_is_done(asked: Callable[..., Asked]):
    provider = asked(Fault("lost", "create"))
    with refused("connection reset"):
        provider.create("a")
    assert provider.done == [("create", "a")]


def test_a_time_out_tells_what_is_there_and_not_ready(asked: Callable[..., Asked]):
    provider = asked(Fault("timeout", "create"))
    with refused("timeout") as caught:
        provider.create("a")
    metadata: Any = caught.value.trailing_metadata()
    details = dict(metadata)["grpc-status-details-bin"]
    failed: Any = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(details).details[0].Unpack(failed)
    assert len(failed.id) == 36
    assert failed.properties["result"] == failed.id
    assert list(failed.reasons) == [caught.value.details()]


def test_the_network_is_gone_for_some_calls_in_a_row(asked: Callable[..., Asked]):
    provider = asked(Fault("offline", after=1, calls=2))
    provider.create("a")
    with refused("unreachable"):
        provider.create("b")
    with refused("unreachable"):
        provider.delete("a")
    provider.create("c")
    assert provider.done == [("create", "a"), ("create", "c")]


@pytest.mark.parametrize(("kind", "done"), [("kill", []), ("kill-late", [("create", "a")])])
def test_the_engine_is_killed_before_or_after_the_work(asked: Callable[..., Asked], kind: str, done: list[Any]):
    provider = asked(Fault(kind))
    engine = subprocess.Popen(["sleep", "60"])
    provider.faults.watch(engine)
    with refused("killed"):
        provider.create("a")
    assert engine.wait(timeout=10) == -9
    assert provider.done == done
