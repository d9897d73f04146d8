"""A cloud's platform alone, built under the shared recorder, and what tests ask about it. The same for every cloud.

Types are whole tokens. `policy.kinds` has short names for most of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import pulumi

from components.connections import (
    KafkaConnection,
    PasswordAuth,
    PostgresConnection,
    RedisConnection,
    VaultSeal,
    VolumeClass,
)
from components.platform import Platform, create_platform
from providers.random import random_provider
from sandbox.recorder import run_program
from sandbox.recording import Recording, Registration
from settings import Cloud, parse
from tests.settings.existing import LAYERS, existing
from tests.settings.stack_files import SMALL
from tools.stacks import changed

T = TypeVar("T")
TWO = {
    "assistants": [{"name": "sales", "model": "m.tar.gz", "analytics": True}, {"name": "support", "model": "m.tar.gz"}]
}
# Rasa takes the database's credentials from Vault or from its identity, never both.
IAM = {
    **{f"{layer}.auth": "iam" for layer in ("trackerStore", "lockStore", "eventQueue")},
    "secretsManager": {"kind": "kubernetes"},
}
PASSWORDS = {"lockStore.auth": "password", "eventQueue.auth": "password"}
IRSA = {
    "kind": "irsa",
    "issuer": "https://oidc.acme.example.com/1",
    "providerArn": "arn:aws:iam::111122223333:oidc-provider/oidc.acme.example.com/1",
}
PROD = {"profile": "prod", "assistants[0].replicas": 2, "assistants[0].analytics": True}


def _all_but_vault(cloud: Cloud) -> dict[str, Any]:
    return changed(existing(cloud, *(layer for layer in LAYERS if layer != "secretsManager")), profile="prod")


def _with(changes: Mapping[str, Any]) -> Callable[[Cloud], dict[str, Any]]:
    return lambda cloud: changed(SMALL[cloud], **changes)


# Stack files by a name, each for any cloud unless its comment names one.
STACK_FILES: Mapping[str, Callable[[Cloud], dict[str, Any]]] = {
    "dev": _with({}),
    "prod": _with(PROD),
    # Also where prod on AWS would have none.
    "prod with passwords": lambda cloud: changed(_with(PROD)(cloud), **(PASSWORDS if cloud is Cloud.AWS else {})),
    "allowDestroy": _with({**PROD, "allowDestroy": True}),
    "two assistants": _with(TWO),
    "existing key": lambda cloud: existing(cloud, "encryption"),
    "Vault alone": _all_but_vault,
    "iam": _with({**TWO, **IAM}),  # AWS
    "irsa": lambda cloud: changed(existing(cloud, "network", "cluster"), **{"cluster.identity": IRSA}),  # AWS
    "keyless": _with({**TWO, "modelStorage.auth": "initDownload"}),  # Azure
}


@dataclass(frozen=True)
class Built:
    """The platform of a stack file and all its resources."""

    cloud: Cloud
    platform: Platform
    recording: Recording

    @property
    def postgres(self) -> PostgresConnection:
        """The PostgreSQL server that the platform made."""
        assert isinstance(self.platform.tracker_store, PostgresConnection)
        return self.platform.tracker_store

    def redis(self, assistant: str = "rasa") -> RedisConnection:
        """An assistant's access to Redis."""
        connection = self.platform.assistants[assistant].lock_store
        assert connection
        return connection

    def kafka(self, assistant: str = "rasa") -> KafkaConnection:
        """An assistant's access to Kafka."""
        connection = self.platform.assistants[assistant].event_queue
        assert connection
        return connection

    @property
    def seal(self) -> VaultSeal:
        """What the cloud gives Vault."""
        assert self.platform.vault_seal
        return self.platform.vault_seal

    @property
    def volumes(self) -> VolumeClass:
        """The disks of the cluster that the platform made."""
        assert self.platform.cluster.volumes
        return self.platform.cluster.volumes

    def all(self, kind: str) -> list[Registration]:
        """The resources of a type, such as `aws:rds/instance:Instance`."""
        return self.recording.of_type(kind)

    def one(self, kind: str, name: str = "") -> Registration:
        """The one resource of a type whose name ends so."""
        (found,) = (resource for resource in self.all(kind) if resource.name.endswith(name))
        return found

    def inputs(self, kind: str, name: str = "") -> Any:
        """The inputs of that resource."""
        return self.one(kind, name).inputs

    def names(self, kind: str) -> set[str]:
        """The names of the resources of a type, without that of the stack."""
        return {one.name.removeprefix(f"rasa-{self.profile}-") for one in self.all(kind)}

    @property
    def profile(self) -> str:
        """The name of the stack, which is that of its profile."""
        return next(iter(self.recording.resources)).split(":")[2]

    def answers(self, function: str) -> list[Mapping[str, Any]]:
        """What the cloud answered to each call of a function, such as `getProject`."""
        return [call.answer for call in self.recording.calls if call.token.endswith(f":{function}")]

    def answer(self, function: str) -> Mapping[str, Any]:
        """What the cloud answered to a function; the same each time."""
        first, *others = self.answers(function)
        assert all(other == first for other in others)
        return first

    def reached(self, resource: Registration) -> list[Registration]:
        """Everything that the resource waits for, directly or not."""
        return [self.recording.resources[urn] for urn in self.recording.reached_from(resource.urn)]

    def waits_for(self, resource: Registration) -> set[str]:
        """Types of everything that the resource waits for."""
        return {each.type for each in self.reached(resource)}

    def source(self, resource: Registration, key: str) -> str:
        """The name of the one resource that an input comes from."""
        (name,) = {self.recording.resources[urn].name for urn in resource.property_dependencies[key]}
        return name

    def types(self, resources: Iterable[pulumi.Resource]) -> set[str]:
        """The types of resources of the program."""
        return {self.recording.resources[known(resource.urn)].type for resource in resources}


@cache
def world(cloud: Cloud, name: str) -> Built:
    """The platform of one of the stack files, built once."""
    return build(STACK_FILES[name](cloud))


def build(stack_file: Mapping[str, Any], *, stack: str = "") -> Built:
    """The platform of a stack file, as the program makes it. Without a name, the stack has that of its profile."""
    settings, _ = parse(dict(stack_file))
    stack = stack or stack_file["profile"]
    made: list[Platform] = []

    def program() -> None:
        made.append(create_platform(f"rasa-{stack}", settings, random_provider())[0])

    recording = run_program(stack_file, stack=stack, program=program)
    return Built(Cloud(stack_file["cloud"]), made[0], recording)


def known(output: pulumi.Output[T]) -> T:
    """The value of an output after the program has run."""
    return _done(output.future())


def value(given: Any) -> Any:
    """What an input turns out to be, in mappings and lists too."""
    match given:
        case pulumi.Output():
            return known(cast("pulumi.Output[Any]", given))
        case {**items}:
            return {key: value(each) for key, each in items.items()}
        case [*items]:
            return [value(each) for each in items]
        case _:
            return given


def password(auth: object) -> str:
    """A password that the engine hides, and that no log of the connection shows."""
    assert isinstance(auth, PasswordAuth)
    assert is_secret(auth.password)
    assert known(auth.password) not in repr(auth)
    return known(auth.password)


def is_secret(output: pulumi.Output[Any]) -> bool:
    """Whether the engine would hide it."""
    return _done(output.is_secret())


def sources(output: pulumi.Output[Any]) -> set[pulumi.Resource]:
    """The resources that whoever takes the output as an input waits for."""
    return _done(output.resources())


def _done(awaitable: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await awaitable

    loop = asyncio.new_event_loop()  # not `asyncio.run`: it would leave the next program without a loop
    try:
        return loop.run_until_complete(wait())
    finally:
        loop.close()
