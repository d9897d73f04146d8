"""The directory of the benchmarks, `.sandbox/bench/`, with the result of each part as JSON."""

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
    """Prints progress."""
    print(f"bench: {text}", flush=True)


def fresh(name: str, stack: str) -> Workplace:
    """Returns a new workplace for a shipped stack."""
    directory = DIRECTORY / name
    shutil.rmtree(directory, ignore_errors=True)
    return Workplace.make(directory, stack, {})


@contextmanager
def copied(workplace: Workplace) -> Generator[Workplace]:
    """Yields a temporary copy of a workplace, with its state."""
    with tempfile.TemporaryDirectory(dir=DIRECTORY) as directory:
        yield workplace.copy(Path(directory) / "project")


def keep(part: str, result: Any) -> None:
    """Writes the result of a part."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    (DIRECTORY / f"{part}.json").write_text(json.dumps(result, indent=2) + "\n")
