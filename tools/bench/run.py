"""Measures a command, `python -m sandbox pulumi ...`: the time and memory of its processes.

Workplaces and the result of each part, as JSON, are in `.sandbox/bench/`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.recorder import ROOT
from tools.workplace import Workplace, environment

PROBE: Final = Path(__file__).parent / "probe"
# The script that starts a Pulumi program in Python.
EXECUTOR: Final = "pulumi-language-python-exec"
CHARACTERS_SHOWN: Final = 4000
DIRECTORY: Final = ROOT / ".sandbox" / "bench"


class CommandFailed(Exception):
    """A measured command failed; the message is the end of its output."""


@dataclass(frozen=True)
class Run:
    """The measures of a command. `wall` and processor times are in seconds; `processor` is that of all processes.

    `peak` is the most memory of the program's own process, in MiB. `resources` is the number of resources that the
    engine counted, the stack and components included.
    """

    wall: float
    processor: float
    program: float
    sandbox: float
    peak: float
    resources: int


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


def measure(workplace: Workplace, command: str, *options: str) -> Run:
    """Runs a command, which has to succeed."""
    with tempfile.TemporaryDirectory() as reports, tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "pulumi", command, "--stack", workplace.stack, *options],
            cwd=workplace.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**environment(), "PYTHONPATH": str(PROBE), "BENCH_REPORTS": reports},
        )
        started = time.perf_counter()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        printed = log.read()
        if process.returncode:
            raise CommandFailed(f"{command} of {workplace.directory} failed:\n{printed[-CHARACTERS_SHOWN:]}")
        found = [json.loads(path.read_text()) for path in Path(reports).iterdir()]
    program, sandbox = _the_one(found, EXECUTOR), _the_one(found, "sandbox")
    return Run(
        wall=wall,
        processor=used.ru_utime + used.ru_stime,
        program=program["processor"],
        sandbox=sandbox["processor"],
        peak=program["peak"] / 2**20,
        resources=counted(printed),
    )


def counted(printed: str) -> int:
    """Returns how many resources the engine creates, or would create; 0 if it prints no number."""
    found = re.search(r"\+ (\d+) (?:to create|created)", printed)
    return int(found[1]) if found else 0


def _the_one(reports: list[dict[str, Any]], word: str) -> dict[str, Any]:
    """Returns the report of the one process with a word in its command."""
    (found,) = (report for report in reports if any(Path(part).name == word for part in report["command"]))
    return found
