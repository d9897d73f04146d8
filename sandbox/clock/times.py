"""The time that one operation on one type of resource takes: from the catalogue, or the package's default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from catalogue.entry import Minutes
from catalogue.packages import package_of

Operation = Literal["create", "update", "delete"]


def times_of(token: str, inputs: Mapping[str, Any]) -> Minutes | None:
    """Returns the first times of the type whose condition the inputs fulfil; None for a resource that takes no time."""
    package = package_of(token)
    entry = package.entries.get(token) if package else None
    return next((each for each in entry.minutes if each.hold(dict(inputs))), None) if entry else None


def minutes(operation: Operation, token: str, inputs: Mapping[str, Any]) -> float:
    """Returns how long the operation typically takes."""
    found = times_of(token, inputs)
    return _record(token)[0] if found is None else getattr(found, operation)


def slow_minutes(operation: Operation, token: str, inputs: Mapping[str, Any]) -> float:
    """Returns how long it takes at worst. Updates and deletes slow down by the same factor as a create."""
    found = times_of(token, inputs)
    return _record(token)[1] if found is None else getattr(found, operation) * found.slow / found.create


def _record(token: str) -> tuple[float, float]:
    """Components and providers take no time."""
    package = package_of(token)
    return package.record_minutes if package else (0, 0)
