"""Puts in place what `make test-contract` needs beside `make setup`: `python -m tools.contract`."""

import sys

from tools import progress, rasa_pro


def main() -> None:
    try:
        for version in rasa_pro.VERSIONS:
            rasa_pro.ensure(version)
    except progress.StepFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
