"""Checks the workflows and the scripts in them: `python -m tools.actionlint`.

actionlint is built from its Go module, in seconds, and kept in the user's cache. It finds shellcheck on PATH: it is in
the virtual environment.
"""

import subprocess
import sys

from tools import go_build, progress, venv

VERSION = "1.7.12"
PROGRAM = go_build.Program(name="actionlint", version=f"v{VERSION}")


def main() -> int:
    try:
        program = go_build.provide(f"actionlint-{VERSION}", [PROGRAM], "seconds") / PROGRAM.name
    except progress.StepFailed as failure:
        sys.exit(str(failure))
    found = subprocess.run([program, "-no-color"], cwd=venv.CHECKOUT, check=False)
    if not found.returncode:
        print("The workflows are correct.")
    return found.returncode


if __name__ == "__main__":
    sys.exit(main())
