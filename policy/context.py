"""What a rule has to know of the stack: profile, `allowDestroy`, and the exceptions of its stack file.

The stack file is the only place where these are said. The pack reads it by itself: it judges the program, and so takes
nothing from it, its settings included.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from policy.exceptions import Relaxation, relaxations
from policy.resource import Resource
from policy.rule import Rule, When

PROD: Final = "prod"


@dataclass(frozen=True, kw_only=True)
class Context:
    """The stack that is judged, and the day of judgement."""

    profile: str
    today: date
    allow_destroy: bool = False
    relaxations: tuple[Relaxation, ...] = ()

    def has(self, rule: Rule) -> bool:
        """Whether the rule speaks of this stack."""
        match rule.when:
            case When.ALWAYS:
                return True
            case When.PROD:
                return self.profile == PROD
            case When.PROTECTED:
                return self.profile == PROD and not self.allow_destroy

    def relaxed(self, rule: Rule, resource: Resource) -> tuple[bool, list[str]]:
        """Whether an exception counts, and else why those that there are do not."""
        faults = [one.fault(self.today) for one in self.relaxations if one.covers(rule, resource)]
        return "" in faults, faults


def from_config(config: Mapping[str, str]) -> Context:
    """The context that a stack's configuration gives: keys with their project, values as text, as the engine has it."""
    return Context(
        profile=config.get("rasa:profile") or PROD,  # whoever says nothing is judged strictly
        today=datetime.now(UTC).date(),
        allow_destroy=config.get("rasa:allowDestroy") == "true",
        relaxations=relaxations(json.loads(config.get("rasa:policyExceptions") or "[]")),
    )
