"""Where benchmarks happen, and what they found: `.sandbox/bench/`, with the result of each part as JSON."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.engine.workplace import Workplace
from tests.recorder import ROOT

DIRECTORY: Final = ROOT / ".sandbox" / "bench"


def say(text: str) -> None:
    """A sign of life."""
    print(f"bench: {text}", flush=True)


def fresh(name: str, stack: str) -> Workplace:
    """A new workplace for one of the shipped stacks."""
    directory = DIRECTORY / name
    shutil.rmtree(directory, ignore_errors=True)
    return Workplace.make(directory, stack)


@contextmanager
def copied(workplace: Workplace) -> Generator[Workplace]:
    """Another workplace in the same state, for a while."""
    with tempfile.TemporaryDirectory(dir=DIRECTORY) as directory:
        yield workplace.copy(Path(directory) / "project")


def keep(part: str, result: Any) -> None:
    """Writes the result of a part."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    _file(part).write_text(json.dumps(result, indent=2) + "\n")


def kept(part: str) -> Any:
    """The last result of a part; None if there is none."""
    return json.loads(_file(part).read_text()) if _file(part).is_file() else None


def _file(part: str) -> Path:
    return DIRECTORY / f"{part}.json"
