"""Exceptions to rules (`rasa:policyExceptions` of the stack file): which are valid, and why others are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final

from policy.resource import Resource, items_of, mapping_of
from policy.rule import Rule

NAME: Final = "complete-exceptions"
DESCRIPTION: Final = "An exception names a rule of this pack, a reason and an end date."


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """An exception: a rule, one resource or (if empty) all resources, the reason, and the last day."""

    rule: str
    resource: str
    reason: str
    until: str

    def covers(self, rule: Rule, resource: Resource) -> bool:
        """Returns whether the exception names this rule and this resource."""
        return self.rule == rule.name and self.resource in ("", resource.name)

    def fault(self, today: date) -> str:
        """Returns why the exception is not valid, or an empty text if it is valid."""
        if not self.reason.strip():
            return "it has no reason"
        if not self.until:
            return "it has no end date"
        try:
            last = date.fromisoformat(self.until[:10])
        except ValueError:
            return f"its end date {self.until!r} is not a date such as 2027-01-31"
        return f"it ended on {last}" if last < today else ""


def relaxations(value: object) -> tuple[Relaxation, ...]:
    """Reads the exceptions of a stack file. A missing part becomes an empty text, which `fault` reports later."""

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
    """Yields the faults of exceptions, except expiry: an expired exception is reported where its rule is violated."""
    for one in exceptions:
        if one.rule not in rules:
            near = get_close_matches(one.rule, sorted(rules), n=1)
            yield f"rasa:policyExceptions names {one.rule!r}, which is not a rule of this pack" + (
                f"; did you mean {near[0]}?" if near else "; docs/policies.md lists them."
            )
        elif fault := one.fault(date.min):
            yield f"rasa:policyExceptions: the exception for {one.rule} is not valid: {fault}."
