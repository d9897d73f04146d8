"""The results of the exercises, stored so that a stopped run can continue, and the table made from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tools.venv import CHECKOUT as ROOT
from tools.written import table

KEPT: Final = ROOT / ".sandbox" / "faults"
PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN: Final = "<!-- Written by `make faults`. -->"
# The files that results depend on.
OURS: Final = (
    "__main__.py",
    "Pulumi*.yaml",
    *(f"{name}/**/*.py" for name in ("catalogue", "components", "providers", "settings", "sandbox", "tools/faults")),
)


@dataclass(frozen=True)
class Part:
    """One kind of exercise on one stack."""

    stack: str
    kind: str

    @property
    def directory(self) -> Path:
        """The directory of the run; look there after a failure."""
        return KEPT / f"{self.stack}-{self.kind}"


@dataclass(frozen=True)
class Result:
    """`cases` is the number of faults that were overcome; a failure has a message."""

    cases: int
    seconds: int
    seed: str
    program: str
    failure: str = ""


@cache
def program() -> str:
    """Returns a digest of all that a result depends on, except the seed."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in OURS for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def keep(part: Part, result: Result) -> None:
    """Stores a result."""
    KEPT.mkdir(parents=True, exist_ok=True)
    _file(part).write_text(json.dumps(asdict(result), indent=2) + "\n")


def of(part: Part, seed: str) -> Result | None:
    """Returns the part's result with a seed for the present program; None if there is none."""
    result = Result(**json.loads(_file(part).read_text())) if _file(part).exists() else None
    return result if result and (result.program, result.seed) == (program(), seed) else None


def _file(part: Part) -> Path:
    return part.directory.with_suffix(".json")


def shown(kinds: Iterable[str], stacks: Iterable[str], results: Mapping[Part, Result]) -> str:
    """Returns a row for each stack, a column for each kind: the number of faults that were overcome."""
    kinds = list(kinds)
    rows = ((f"`{stack}`", *(_cell(results.get(Part(stack, kind))) for kind in kinds)) for stack in stacks)
    return table(["Stack", *kinds], rows)


def _cell(result: Result | None) -> str:
    if result is None:
        return "-"
    return "**failed**" if result.failure else str(result.cases)
