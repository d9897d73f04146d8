"""Mistakes that Rasa or its chart take without a word, each put into the program, and the test that has to fail then.

    python -m tests.contract.mutations [words of some mistakes]

copies the checkout, makes one mistake after another in the copy, and runs the test that is meant for it: about 20
seconds for each. docs/testing.md lists them; `--table` prints that list.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.contract.mutation_table import MUTATIONS, Mutation

ROOT: Final = Path(__file__).parents[2]
SECONDS: Final = 600


def copied(directory: Path) -> Path:
    """The checkout's own files, without what is made in it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return directory


def caught(mutation: Mutation, directory: Path) -> str | None:
    """The first test that failed by it; None where none did."""
    file = directory / mutation.file
    right = file.read_text(encoding="utf-8")
    assert right.count(mutation.old) == 1, f"{mutation.mistake}: not once in {mutation.file}"
    file.write_text(right.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        return _failed(mutation, directory)
    finally:
        file.write_text(right, encoding="utf-8")


def _failed(mutation: Mutation, directory: Path) -> str | None:
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider", "-m", "not engine"]
    command.append(mutation.test)
    finished = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=SECONDS, check=False)
    failed = [line for line in finished.stdout.splitlines() if line.startswith("FAILED ")]
    if finished.returncode != 1 or not failed:
        return None
    return failed[0].removeprefix("FAILED ").split(" - ")[0]


def chosen(words: list[str]) -> Iterator[Mutation]:
    """Those whose mistake has one of the words; all without any."""
    yield from (each for each in MUTATIONS if not words or any(word in each.mistake for word in words))


def table() -> str:
    """The list for docs/testing.md."""
    rows = (f"| {each.mistake} | {each.does} | `{_short(each.test)}` |" for each in MUTATIONS)
    return "\n".join(["| Mistake | What it does | Caught by |", "|---|---|---|", *rows])


def _short(test: str) -> str:
    return test.rpartition("::")[2].partition("[")[0]


def main() -> None:
    """Try them and say which test has caught which; the status is 1 where one was not caught."""
    if sys.argv[1:] == ["--table"]:
        print(table())
        return
    missed = 0
    with tempfile.TemporaryDirectory() as scratch:
        directory = copied(Path(scratch))
        for mutation in chosen(sys.argv[1:]):
            found = caught(mutation, directory)
            missed += found is None
            print(f"{'NOT CAUGHT' if found is None else 'caught'}: {mutation.mistake}: {found}", flush=True)
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
