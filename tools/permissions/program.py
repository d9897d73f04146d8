"""The program's registrations for a stack file: it runs without an engine, on the sandbox's clouds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.recorder import Recording, Registration, run_program
from settings.base import Cloud
from tools.stacks import settings_of


@dataclass(frozen=True, kw_only=True)
class Used:
    """The resources and calls of a stack. Its physical names begin with `name`."""

    stack: str
    cloud: Cloud
    region: str
    resources: tuple[Registration, ...]
    calls: frozenset[str]

    @classmethod
    def by(cls, recording: Recording, stack: str, config: Mapping[str, Any]) -> Used:
        """Returns what a recorded program used. `config` has the settings of its stack file."""
        return cls(
            stack=stack,
            cloud=Cloud(config["cloud"]),
            region=str(config["region"]),
            resources=tuple(one for one in recording.resources.values() if one.custom and not one.is_provider),
            calls=frozenset(call.token for call in recording.calls),
        )

    @property
    def name(self) -> str:
        return f"rasa-{self.stack}"

    @property
    def types(self) -> frozenset[str]:
        """All types of resources."""
        return frozenset(one.type for one in self.resources)

    def of(self, *packages: str) -> list[Registration]:
        """Returns the resources of some providers."""
        return [one for one in self.resources if one.package in packages]

    def of_type(self, type_: str) -> list[Registration]:
        """Returns the resources of one type."""
        return [one for one in self.resources if one.type == type_]

    def calls_of(self, package: str) -> list[str]:
        """Returns the calls of one provider."""
        return sorted(call for call in self.calls if call.split(":")[0] == package)


def used_by(stack: str) -> Used:
    """Returns what the program uses for `Pulumi.<stack>.yaml`."""
    config = settings_of(stack)
    return Used.by(run_program(config, stack=stack), stack, config)
