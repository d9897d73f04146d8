"""What the exercises have shown, kept so that a run that was stopped can go on, and the table that is made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.recorder import ROOT

KEPT: Final = ROOT / ".sandbox" / "faults"
PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN: Final = "<!-- Written by `make faults`. -->"
# What is put to the test, and what tests it: with anything else results are others.
OURS: Final = (
    "__main__.py",
    "Pulumi*.yaml",
    *(f"{name}/**/*.py" for name in ("components", "providers", "settings", "catalogue", "sandbox", "tests/faults")),
)


@dataclass(frozen=True)
class Part:
    """One kind of exercise on one stack."""

    stack: str
    kind: str

    @property
    def directory(self) -> Path:
        """Where it is carried out; what failed can be looked at there."""
        return KEPT / f"{self.stack}-{self.kind}"


@dataclass(frozen=True)
class Result:
    """`cases` are the faults that were overcome; a failure says what was seen instead."""

    cases: int
    seconds: int
    seed: str
    program: str
    failure: str = ""


@cache
def program() -> str:
    """A digest of all that a result depends on, but for the seed."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in OURS for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def keep(part: Part, result: Result) -> None:
    """Writes a result down."""
    KEPT.mkdir(parents=True, exist_ok=True)
    _file(part).write_text(json.dumps(asdict(result), indent=2) + "\n")


def of(part: Part, seed: str) -> Result | None:
    """The part's result with a seed, if it has one for the program as it is now."""
    result = Result(**json.loads(_file(part).read_text())) if _file(part).exists() else None
    return result if result and (result.program, result.seed) == (program(), seed) else None


def _file(part: Part) -> Path:
    return part.directory.with_suffix(".json")


def table(kinds: Iterable[str], stacks: Iterable[str], results: Mapping[Part, Result]) -> str:
    """A row for each stack, a column for each kind: the number of faults that were overcome."""
    kinds = list(kinds)
    lines = [f"| Stack | {' | '.join(kinds)} |", f"|---{'|---' * len(kinds)}|"]
    for stack in stacks:
        cells = [_cell(results.get(Part(stack, kind))) for kind in kinds]
        lines.append(f"| `{stack}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(result: Result | None) -> str:
    if result is None:
        return "-"
    return "**failed**" if result.failure else str(result.cases)
