"""How long one operation takes on one type of resource: what the catalogue says, or else the package's default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from catalogue.entry import Minutes
from catalogue.packages import package_of

Operation = Literal["create", "update", "delete"]


def times_of(token: str, inputs: Mapping[str, Any]) -> Minutes | None:
    """The minutes of a resource: the first of its type whose condition its inputs fulfil; None for a mere record."""
    package = package_of(token)
    entry = package.entries.get(token) if package else None
    return next((each for each in entry.minutes if each.hold(dict(inputs))), None) if entry else None


def minutes(operation: Operation, token: str, inputs: Mapping[str, Any]) -> float:
    """How long the operation typically takes."""
    found = times_of(token, inputs)
    return _record(token)[0] if found is None else getattr(found, operation)


def slow_minutes(operation: Operation, token: str, inputs: Mapping[str, Any]) -> float:
    """How long it takes at worst; of an update or delete, as much longer than usual as a create may be."""
    found = times_of(token, inputs)
    return _record(token)[1] if found is None else getattr(found, operation) * found.slow / found.create


def _record(token: str) -> tuple[float, float]:
    """Components and providers take no time."""
    package = package_of(token)
    return package.record_minutes if package else (0, 0)
