"""The program's registrations for a stack file, and the permissions that they need by the catalogue.

The program runs without an engine, on the sandbox's clouds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalogue.needs import Needs
from catalogue.package import Package
from catalogue.packages import package_of
from catalogue.wire import as_map, as_text
from sandbox.recording import Recording, Registration
from settings.base import Cloud
from tools.stacks import recording, settings_of


@dataclass(frozen=True, kw_only=True)
class Used:
    """The resources and calls of a stack. Its physical names begin with `name`. `existing_key` may be empty."""

    stack: str
    cloud: Cloud
    region: str
    existing_key: str
    resources: tuple[Registration, ...]
    calls: frozenset[str]

    @classmethod
    def by(cls, recording: Recording, stack: str, config: Mapping[str, Any]) -> Used:
        """Returns what a recorded program used. `config` has the settings of its stack file."""
        return cls(
            stack=stack,
            cloud=Cloud(config["cloud"]),
            region=str(config["region"]),
            existing_key=as_text(as_map(config.get("encryption")).get("key")),
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
    return Used.by(recording(stack), stack, config)


@dataclass(frozen=True, kw_only=True)
class Mode:
    """`read_only` is for previews and drift checks, otherwise for `up` and `destroy`."""

    read_only: bool

    def of(self, what: Needs) -> tuple[str, ...]:
        """Returns the permissions of this mode."""
        return what.read if self.read_only else (*what.read, *what.write)


UP = Mode(read_only=False)
PREVIEW = Mode(read_only=True)


def needed_in(used: Used, name: str) -> Needs:
    """Returns what the resources and calls of one provider need; raises `catalogue.package.Unlisted`."""
    package = _package(name)
    rows = (*(needed_by(one, used) for one in used.of(name)), *map(package.needs, used.calls_of(name)))
    return sum(rows, Needs())


def needed_by(resource: Registration, used: Used) -> Needs:
    """Returns what one resource of a stack needs, whatever else is in the stack."""
    package = _package(resource.package)
    total = package.needs(resource.type)
    for what, extra in package.entry(resource.type).needs_if.items():
        if what in used.types if ":" in what else resource.inputs.get(what):
            total += extra
    return total


def _package(name: str) -> Package:
    package = package_of(name)
    if package is None:
        raise LookupError(f"no package is called {name}")
    return package
