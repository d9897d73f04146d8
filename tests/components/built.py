"""A cloud's platform alone, built under the shared recorder, and what tests ask about it. The same for every cloud."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pulumi

from components.connections import PostgresConnection
from components.platform import Platform, create_platform
from providers.random import random_provider
from sandbox.recorder import Recording, Registration, run_program
from settings import parse

T = TypeVar("T")


@dataclass(frozen=True)
class Built:
    """The platform of a stack file and all its resources.

    `package` is the cloud's, such as `aws`; types are given without it.
    """

    package: str
    platform: Platform
    recording: Recording

    @property
    def postgres(self) -> PostgresConnection:
        """The PostgreSQL server that the platform made."""
        assert isinstance(self.platform.tracker_store, PostgresConnection)
        return self.platform.tracker_store

    def all(self, kind: str) -> list[Registration]:
        """The resources of a type, such as `rds/instance:Instance`."""
        return self.recording.of_type(f"{self.package}:{kind}")

    def one(self, kind: str, name: str = "") -> Registration:
        """The one resource of a type whose name ends so."""
        (found,) = (resource for resource in self.all(kind) if resource.name.endswith(name))
        return found

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
        (urn,) = resource.property_dependencies[key]
        return self.recording.resources[urn].name

    def types(self, resources: tuple[pulumi.Resource, ...] | set[pulumi.Resource]) -> set[str]:
        """The types of resources of the program."""
        return {self.recording.resources[known(resource.urn)].type for resource in resources}


def record(stack_file: dict[str, Any], *, stack: str) -> tuple[Platform, Recording]:
    """Returns the platform of a stack file, and what it registers."""
    settings, _ = parse(stack_file)
    made: list[Platform] = []

    def program() -> None:
        made.append(create_platform(f"rasa-{stack}", settings, random_provider())[0])

    recording = run_program(stack_file, stack=stack, program=program)
    return made[0], recording


def known(output: pulumi.Output[T]) -> T:
    """The value of an output after the program has run."""
    return _done(output.future())


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
