"""The operations that the providers carried out in one run, in their order."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from sandbox.clock.times import Operation


@dataclass(frozen=True)
class Journal:
    """Many threads write to it: appending to a list needs no lock."""

    entries: list[tuple[Operation, str]] = field(default_factory=list[tuple[Operation, str]])

    def note(self, operation: Operation, urn: str) -> None:
        """Records an operation that has succeeded."""
        self.entries.append((operation, urn))

    def made(self) -> dict[str, tuple[Operation, ...]]:
        """Returns the operations that brought each resource to its final state, by URN.

        That is a create or an update, with a delete before it if the engine deleted the old resource first.
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
        """Returns the URNs whose last operation is a delete: of a resource, or of a predecessor that was replaced."""
        last: dict[str, Operation] = {}
        for operation, urn in self.entries:
            last[urn] = operation
        return {urn for urn, operation in last.items() if operation == "delete"}
