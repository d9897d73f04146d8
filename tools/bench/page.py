"""Writes docs/performance.md: each table between marks of its own, so that a part can be measured alone."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.recorder import ROOT
from tools.bench import tables
from tools.bench.place import kept
from tools.written import filled

PAGE: Final = ROOT / "docs" / "performance.md"

Table = Callable[[Any], str]
# The tables by the part whose result they show.
TABLES: Final[Mapping[str, Mapping[str, Table]]] = {
    "stacks": {"stacks": tables.stacks, "shares": tables.shares},
    "assistants": {"assistants": tables.assistants},
    "imports": {"imports": tables.imports},
}
NAMES: Final = tuple(name for of_part in TABLES.values() for name in of_part)


def begin(name: str) -> str:
    """What stands before a table."""
    return f"<!-- Table `{name}`, written by `make bench`. -->"


def write() -> None:
    """Writes the tables of all parts that have been measured; the others stay as they are."""
    page = PAGE.read_text()
    for part, of_part in TABLES.items():
        if (found := kept(part)) is not None:
            for name, table in of_part.items():
                page = filled(page, begin(name), f"{table(found['result'])}\n\n{conditions(found)}")
    PAGE.write_text(page)


def circumstances(rounds: int) -> dict[str, Any]:
    """What figures depend on, apart from what is measured."""
    version = subprocess.run(["pulumi", "version"], check=True, capture_output=True, text=True).stdout.strip()
    return {"rounds": rounds, "cores": os.cpu_count(), "python": platform.python_version(), "pulumi": version}


def conditions(found: Mapping[str, Any]) -> str:
    """The same as a sentence."""
    rounds = f"{found['rounds']} rounds" if found["rounds"] > 1 else "one round"
    return f"Medians of {rounds} on {found['cores']} cores, Python {found['python']}, Pulumi {found['pulumi']}."
