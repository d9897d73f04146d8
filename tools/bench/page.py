"""Writes docs/performance.md. Each table has its own marks, so that a part can be measured alone."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.recorder import ROOT
from tools.bench import tables
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
    """Returns the line before a table."""
    return f"<!-- Table `{name}`, written by `make bench`. -->"


def write(part: str, result: Any, rounds: int) -> list[str]:
    """Writes and returns the tables of a measured part; the others stay as they are."""
    page = PAGE.read_text()
    shown = {name: table(result) for name, table in TABLES[part].items()}
    for name, table in shown.items():
        page = filled(page, begin(name), f"{table}\n\n{conditions(rounds)}")
    PAGE.write_text(page)
    return [*shown.values()]


def conditions(rounds: int) -> str:
    """Returns the conditions of the measurement: rounds, cores, versions."""
    version = subprocess.run(["pulumi", "version"], check=True, capture_output=True, text=True).stdout.strip()
    medians = f"Medians of {rounds} rounds" if rounds > 1 else "One round"
    return f"{medians} on {os.cpu_count()} cores, Python {platform.python_version()}, Pulumi {version}."
