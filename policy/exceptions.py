"""Exceptions from rules (`rasa:policyExceptions` of the stack file): when one counts, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final

from policy.resource import Resource, items_of, mapping_of
from policy.rule import Rule

NAME: Final = "complete-exceptions"
DESCRIPTION: Final = "An exception from a rule names a rule of this pack, a reason and an end date."


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """An exception: a rule, one resource or (without a name) all, why, and its last day."""

    rule: str
    resource: str
    reason: str
    until: str

    def covers(self, rule: Rule, resource: Resource) -> bool:
        """Whether it speaks of this rule and this resource."""
        return self.rule == rule.name and self.resource in ("", resource.name)

    def fault(self, today: date) -> str:
        """Why it does not count; nothing if it does."""
        if not self.reason.strip():
            return "it has no reason"
        if not self.until:
            return "it has no end date"
        try:
            last = date.fromisoformat(self.until[:10])
        except ValueError:
            return f"its end date {self.until!r} is no date like 2027-01-31"
        return f"it ended on {last}" if last < today else ""


def relaxations(value: object) -> tuple[Relaxation, ...]:
    """The exceptions as a stack file holds them; what is not said is empty, and judged later."""

    def text(entry: object, key: str) -> str:
        found = mapping_of(entry).get(key)
        return "" if found is None else str(found)

    return tuple(
        Relaxation(
            rule=text(entry, "rule"),
            resource=text(entry, "resource"),
            reason=text(entry, "reason"),
            until=text(entry, "until"),
        )
        for entry in items_of(value)
    )


def faults(exceptions: Sequence[Relaxation], rules: Set[str]) -> Iterator[str]:
    """What is wrong with exceptions whatever the day: one that has ended is told where its rule is broken."""
    for one in exceptions:
        if one.rule not in rules:
            near = get_close_matches(one.rule, sorted(rules), n=1)
            yield f"rasa:policyExceptions names {one.rule!r}, which is no rule of this pack" + (
                f"; did you mean {near[0]}?" if near else "; docs/policies.md lists them."
            )
        elif fault := one.fault(date.min):
            yield f"rasa:policyExceptions: the exception for {one.rule} does not count: {fault}."
