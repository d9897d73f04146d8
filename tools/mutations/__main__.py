"""Makes one mistake after another in copies of the program, and reports whether the intended check finds it.

    python -m tools.mutations [contract | policy] [words ...]

tries all mistakes of `contract.yaml` and `policy.yaml` or of one file, or only those whose name has one of the words.
`--sample` tries a few, which change with the day (tools/daily.py). A mistake whose fragment is not in the program
exactly once is an error, even if it is not among the tried ones.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.recorder import run_program
from tools import daily
from tools.faults.warm import warm
from tools.mutations.judged import context_of, judge
from tools.stacks import settings_of
from tools.venv import CHECKOUT

PROGRAM: Final = ("components", "providers", "settings")
SECONDS: Final = 600
SAMPLE: Final = 3


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """In `file`, `old` becomes `new`. `meant` has to find it: a policy rule, or pytest's name of a test."""

    name: str
    meant: str
    file: str
    old: str
    new: str
    stack: str = ""

    def make(self, directory: Path) -> None:
        path = directory / self.file
        path.write_text(path.read_text().replace(self.old, self.new))

    def is_possible(self) -> bool:
        path = CHECKOUT / self.file
        return path.exists() and path.read_text().count(self.old) == 1


def contract() -> Iterator[Mutation]:
    for row in _rows("contract"):
        yield Mutation(name=f"{row.pop('mistake')} ({row.pop('does')})", meant=row.pop("test"), **row)


def policy() -> Iterator[Mutation]:
    for row in _rows("policy"):
        yield Mutation(name=row["rule"], meant=row.pop("rule"), **row)


def _rows(table: str) -> list[dict[str, Any]]:
    return yaml.safe_load((Path(__file__).parent / f"{table}.yaml").read_text())


def failed_tests(mutation: Mutation, copy: Path) -> str:
    """Runs the intended test in the copy; returns its name if it failed."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "-m", "not engine"]
    finished = subprocess.run(
        [*command, mutation.meant],
        cwd=copy,
        env=os.environ | {"SAMPLE": "all"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    lines = finished.stdout.splitlines()
    if finished.returncode == 1 and any(line.startswith(f"FAILED {mutation.meant}") for line in lines):
        return mutation.meant
    return " / ".join(lines[-1:]) or finished.stderr[-400:]


def broken_rules(mutation: Mutation, copy: Path) -> str:
    """Runs the copy of the program without an engine; returns the rules that it violates. Once per process."""
    for name in [name for name in sys.modules if name.split(".")[0] in PROGRAM]:
        del sys.modules[name]
    sys.path.insert(0, str(copy))
    settings = settings_of(mutation.stack)
    # The pack has to find the mistake, even if a cloud would refuse it first.
    made = run_program(settings, stack=mutation.stack, program=copy / "__main__.py", strict=False)
    return ", ".join(sorted({one.rule for one in judge(made, context_of(settings))}))


TABLES: Final[Mapping[str, tuple[Callable[[], Iterator[Mutation]], Callable[[Mutation, Path], str]]]] = {
    "contract": (contract, failed_tests),
    "policy": (policy, broken_rules),
}


def found(mutation: Mutation, by: Callable[[Mutation, Path], str]) -> str:
    """Makes the mistake in a copy of the checkout's own files; returns what finds it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=CHECKOUT, capture_output=True, check=True
    )
    with tempfile.TemporaryDirectory() as scratch:
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (CHECKOUT / name).is_file():
                target = Path(scratch, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(CHECKOUT / name, target)
        mutation.make(Path(scratch))
        try:
            return by(mutation, Path(scratch))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the program may refuse to run with the mistake
            return f"{type(error).__name__}: {error}"


def tried(table: str, mutations: Sequence[Mutation]) -> int:
    """Tries the mistakes, each in its own process; returns how many were not found by the intended check."""
    _, by = TABLES[table]
    if by is broken_rules:
        warm()  # the clouds' SDKs, which each process would load otherwise
    wrong = 0
    with get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        for mutation, result in zip(mutations, pool.imap(partial(found, by=by), mutations), strict=True):
            wrong += result != mutation.meant
            verdict = (
                "found" if result == mutation.meant else f"WRONG, {result or 'nothing'} instead of {mutation.meant}"
            )
            print(f"{table}: {mutation.name}: {verdict}", flush=True)
    print(f"{table}: {len(mutations) - wrong} of {len(mutations)} mistakes were found, each by the intended check")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutations", description="Tries whether mistakes are found.")
    parser.add_argument("table", nargs="?", choices=TABLES)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--sample", action="store_true")
    asked = parser.parse_args()
    tables = {name: list(rows()) for name, (rows, _) in TABLES.items()}
    stale = [f"{one.name}: not once in {one.file}" for rows in tables.values() for one in rows if not one.is_possible()]
    if stale:
        print("\n".join(["mutations: these can no longer be made:", *stale]))
        return 1
    if asked.sample:
        print(f"mutations: {daily.HINT}", flush=True)
    wrong = 0
    for name in [asked.table] if asked.table else TABLES:
        rows = [one for one in tables[name] if not asked.words or any(word in one.name for word in asked.words)]
        wrong += tried(name, daily.drawn(f"mutations {name}", rows, SAMPLE) if asked.sample else rows)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
