"""Checks the workflows and the scripts in them: `python -m tools.actionlint`.

actionlint is built from its Go module, in seconds, and kept in the user's cache. It finds shellcheck on PATH: it is in
the virtual environment.
"""

import subprocess
import sys
from pathlib import Path

from tools import cache, go_build, progress, venv

VERSION = "1.7.12"
PROGRAM = go_build.Program(name="actionlint", version=f"v{VERSION}")


def ensure() -> Path:
    """Returns the program; builds it first if it is missing."""
    return cache.provide(f"actionlint-{VERSION}", _make) / PROGRAM.name


def _make(directory: Path) -> None:
    go_build.build([PROGRAM], directory)


def main() -> int:
    try:
        program = ensure()
    except progress.StepFailed as failure:
        sys.exit(str(failure))
    found = subprocess.run([program, "-no-color"], cwd=venv.CHECKOUT, check=False)
    if not found.returncode:
        print("The workflows are correct.")
    return found.returncode


if __name__ == "__main__":
    sys.exit(main())
