"""Where benchmarks happen, `.sandbox/bench/`, with the result of each part as JSON."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sandbox.recorder import ROOT
from tools.workplace import Workplace

DIRECTORY: Final = ROOT / ".sandbox" / "bench"


def say(text: str) -> None:
    """A sign of life."""
    print(f"bench: {text}", flush=True)


def fresh(name: str, stack: str) -> Workplace:
    """A new workplace for one of the shipped stacks."""
    directory = DIRECTORY / name
    shutil.rmtree(directory, ignore_errors=True)
    return Workplace.make(directory, stack, {})


@contextmanager
def copied(workplace: Workplace) -> Generator[Workplace]:
    """Another workplace in the same state, for a while."""
    with tempfile.TemporaryDirectory(dir=DIRECTORY) as directory:
        yield workplace.copy(Path(directory) / "project")


def keep(part: str, result: Any) -> None:
    """Writes all that was measured of a part."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    (DIRECTORY / f"{part}.json").write_text(json.dumps(result, indent=2) + "\n")
