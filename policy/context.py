"""The facts about a stack that rules need: profile, `allowDestroy`, and the exceptions of its stack file.

The stack file is their only source. The pack reads the file itself: it checks the program, so it uses none of the
program's code, not even the settings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from policy.exceptions import Relaxation, relaxations
from policy.resource import Resource, mapping_of
from policy.rule import Rule, When

PROD: Final = "prod"


@dataclass(frozen=True, kw_only=True)
class Context:
    """The stack that is checked, and the date of the check. `mirror` is its registry for images; empty without one."""

    profile: str
    today: date
    allow_destroy: bool = False
    relaxations: tuple[Relaxation, ...] = ()
    mirror: str = ""

    def has(self, rule: Rule) -> bool:
        """Returns whether the rule applies to this stack."""
        match rule.when:
            case When.ALWAYS:
                return True
            case When.PROD:
                return self.profile == PROD
            case When.PROTECTED:
                return self.profile == PROD and not self.allow_destroy

    def relaxed(self, rule: Rule, resource: Resource) -> tuple[bool, list[str]]:
        """Returns whether a valid exception covers the resource, and the faults of all exceptions that cover it."""
        faults = [one.fault(self.today) for one in self.relaxations if one.covers(rule, resource)]
        return "" in faults, faults


def from_config(config: Mapping[str, str]) -> Context:
    """Reads the context from a stack's configuration in the engine's format: keys with project name, values as text."""
    registries = mapping_of(json.loads(config.get("rasa:registries") or "{}"))
    return Context(
        profile=config.get("rasa:profile") or PROD,  # without a profile, the strict rules apply
        today=datetime.now(UTC).date(),
        allow_destroy=config.get("rasa:allowDestroy") == "true",
        relaxations=relaxations(json.loads(config.get("rasa:policyExceptions") or "[]")),
        mirror=str(registries.get("images") or ""),
    )
