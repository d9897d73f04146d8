"""What the program registers for a stack file: it runs without an engine and without a cloud, on the tests' doubles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.stackfile import derive, dummy
from settings.base import Cloud
from sandbox.recorder import Recording, Registration, run_program

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Used:
    """The resources and calls of a stack. `name` is what its physical names begin with."""

    stack: str
    cloud: Cloud
    region: str
    resources: tuple[Registration, ...]
    calls: frozenset[str]

    @classmethod
    def by(cls, recording: Recording, stack: str, config: Mapping[str, Any]) -> Used:
        """What a recorded program used. `config` are the settings of its stack file."""
        return cls(
            stack=stack,
            cloud=Cloud(config["cloud"]),
            region=str(config["region"]),
            resources=tuple(one for one in recording.resources.values() if one.custom and not one.is_provider),
            calls=frozenset(token for token, _ in recording.calls),
        )

    @property
    def name(self) -> str:
        return f"rasa-{self.stack}"

    @property
    def types(self) -> frozenset[str]:
        """All types of resources."""
        return frozenset(one.type for one in self.resources)

    def of(self, *packages: str) -> list[Registration]:
        """The resources of some providers."""
        return [one for one in self.resources if one.package in packages]

    def of_type(self, type_: str) -> list[Registration]:
        """The resources of one type."""
        return [one for one in self.resources if one.type == type_]

    def calls_of(self, package: str) -> list[str]:
        """The calls of one provider."""
        return sorted(call for call in self.calls if call.split(":")[0] == package)


def used_by(stack: str) -> Used:
    """What the program uses for `Pulumi.<stack>.yaml`; its secrets stay what they are, and dummies take their place."""
    config = settings_of(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text()))
    return Used.by(run_program(config, stack=stack), stack, config)


def settings_of(source: Mapping[str, Any]) -> dict[str, Any]:
    """The `rasa:` keys of a stack file, with a dummy for each secret."""
    derived, paths = derive(source)
    config: dict[str, Any] = deepcopy(derived["config"])
    for path in paths:
        _put(config, path, dummy(path, config))
    return {key.removeprefix("rasa:"): value for key, value in config.items() if key.startswith("rasa:")}


def _put(holder: Any, path: Iterable[str | int], value: str) -> None:
    *parents, last = path
    for key in parents:
        holder = holder[key] if isinstance(key, int) else holder.setdefault(key, {})
    holder[last] = value
