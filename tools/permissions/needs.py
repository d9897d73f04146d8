"""Collects the permissions of everything that a program uses from the catalogue, in one of two modes."""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.needs import Needs
from catalogue.packages import package_of
from tools.permissions.program import Used


@dataclass(frozen=True, kw_only=True)
class Mode:
    """`read_only` is for previews and drift checks, otherwise for `up` and `destroy`."""

    read_only: bool

    def of(self, what: Needs) -> tuple[str, ...]:
        """Returns the permissions of this mode."""
        return what.read if self.read_only else (*what.read, *what.write)


UP = Mode(read_only=False)
PREVIEW = Mode(read_only=True)


def needed_in(used: Used, name: str) -> Needs:
    """Returns what the resources and calls of one provider need; raises `catalogue.package.Unlisted`."""
    package, total = package_of(name), Needs()
    if package is None:
        raise LookupError(f"no package is called {name}")
    for resource in used.of(name):
        total += package.needs(resource.type)
        for what, extra in package.entry(resource.type).needs_if.items():
            if what in used.types if ":" in what else resource.inputs.get(what):
                total += extra
    for call in used.calls_of(name):
        total += package.needs(call)
    return total
