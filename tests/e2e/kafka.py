"""Kafka as the clouds give it: TLS and a password, no topic that nobody made, and what each user may do.

One broker in KRaft mode. Clients come to a listener of their own; the tier itself uses another, without a password.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.certificates import Identity
from tests.processes import free_port, listens, server, succeed
from tools import kafka as archives
from tools import system_packages

SCRAM: Final = "SCRAM-SHA-512"
PLAIN: Final = "PLAIN"
_ADMINISTRATION: Final = Path(__file__).parent / "in_rasa" / "kafka_administration.py"
_HEAP: Final = "-Xmx256m"


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a user may do: Kafka's operations on a topic or a group, or on all whose names begin so."""

    user: str
    kind: str
    name: str
    operations: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic that the cloud makes."""

    name: str
    partitions: int


@dataclass(frozen=True)
class Kafka:
    """A running broker. `python` has the client that administrates it."""

    port: int
    internal_port: int
    python: Path

    def make(self, topics: Sequence[Topic] = (), rights: Sequence[Right] = ()) -> None:
        """Make topics, and give rights."""
        self._do("make", topics=[asdict(each) for each in topics], rights=[asdict(each) for each in rights])

    def take(self, topics: Sequence[str] = (), rights: Sequence[Right] = ()) -> None:
        """Delete topics, and take rights away."""
        self._do("take", topics=list(topics), rights=[asdict(each) for each in rights])

    def described(self) -> Mapping[str, Any]:
        """Partitions and retention by the topic's name."""
        return json.loads(self._do("describe"))

    def _do(self, verb: str, **what: Any) -> str:
        task = json.dumps({"verb": verb, "bootstrap": f"localhost:{self.internal_port}", **what})
        return succeed([self.python, _ADMINISTRATION], stdin=task)


@contextmanager
def kafka(
    directory: Path, identity: Identity, mechanism: str, users: Mapping[str, str], python: Path, *, ruled: bool
) -> Iterator[Kafka]:
    """Run a broker for users with their passwords. `ruled`: nobody may do what no right says."""
    port, internal, controller = free_port(), free_port(), free_port()
    store = directory / "broker.pem"
    store.write_text(identity.key.read_text() + identity.certificate.read_text())
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@localhost:{controller}",
        "listeners": f"CLIENTS://localhost:{port},INTERNAL://localhost:{internal},CONTROLLER://localhost:{controller}",
        "advertised.listeners": f"CLIENTS://localhost:{port},INTERNAL://localhost:{internal}",
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "INTERNAL",
        "log.dirs": directory / "kafka-data",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 1,
        "group.initial.rebalance.delay.ms": 0,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": store,
        "sasl.enabled.mechanisms": mechanism,
        f"listener.name.clients.{mechanism.lower()}.sasl.jaas.config": _sign_in(mechanism, users),
    }
    if ruled:
        settings["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
        settings["super.users"] = "User:ANONYMOUS"
    file = directory / "server.properties"
    file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    java = [
        system_packages.program("java"),
        _HEAP,
        # The compiler's second stage costs more than it gains in a short life.
        "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-cp",
        os.fspath(archives.ensure() / "*"),
    ]
    scram = [f"{SCRAM}=[name={user},password={password}]" for user, password in users.items()]
    options = [word for each in scram if mechanism == SCRAM for word in ("--add-scram", each)]
    succeed([*java, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAA", "-c", file, *options])
    ready = lambda: listens(port) and listens(internal)  # noqa: E731
    with server([*java, "kafka.Kafka", file], directory / "kafka.log", ready):
        yield Kafka(port, internal, python)


def _sign_in(mechanism: str, users: Mapping[str, str]) -> str:
    if mechanism == SCRAM:
        return "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    known = " ".join(f'user_{user}="{password}"' for user, password in users.items())
    return f"org.apache.kafka.common.security.plain.PlainLoginModule required {known};"
