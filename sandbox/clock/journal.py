"""What the providers were asked to do in one run, in the order in which it was done."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from sandbox.clock.times import Operation


@dataclass(frozen=True)
class Journal:
    """Filled by many threads: adding to a list needs no lock."""

    entries: list[tuple[Operation, str]] = field(default_factory=list[tuple[Operation, str]])

    def note(self, operation: Operation, urn: str) -> None:
        """An operation on the resource has succeeded."""
        self.entries.append((operation, urn))

    def made(self) -> dict[str, tuple[Operation, ...]]:
        """By URN, what was done one after the other until the resource was as it should be.

        That is a create or an update, and a delete before it where the old one had to go first.
        """
        done: dict[str, tuple[Operation, ...]] = {}
        deleted: set[str] = set()
        for operation, urn in self.entries:
            if operation == "delete":
                deleted.add(urn)
            else:
                done[urn] = ("delete", operation) if urn in deleted else (operation,)
        return done

    def gone(self) -> Set[str]:
        """What was deleted in the end: for good, or because another one had taken its place."""
        last: dict[str, Operation] = {}
        for operation, urn in self.entries:
            last[urn] = operation
        return {urn for urn, operation in last.items() if operation == "delete"}
