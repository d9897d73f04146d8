"""Puts in place what `make test-contract` needs beside `make setup`: `python -m tools.contract`."""

import sys
from pathlib import Path

from tools import pinned, progress, rasa_pro

CHECKOV = Path(__file__).parent / "checkov" / "requirements.txt"


def main() -> None:
    try:
        for version in rasa_pro.VERSIONS:
            rasa_pro.ensure(version)
        pinned.ensure("checkov", CHECKOV)
    except progress.StepFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
