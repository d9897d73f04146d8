"""One row of the tables of times."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Times:
    """Minutes that a type takes: typically, and `slow`, the longest create that was seen or is documented.

    `when` is an input (a dotted path) and its value: the row holds for such resources only. Rows of the same type are
    tried in the order of the table.
    """

    token: str
    create: float
    update: float
    delete: float
    slow: float
    when: tuple[str, object] | None = None
