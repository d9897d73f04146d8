"""Puts in place what `make test-e2e` needs beside `make setup`: `python -m tools.e2e`.

Tools that take minutes to make are kept in the user's cache. System packages are only named.
"""

import sys

from tools import kafka, kubernetes, progress, rasa_pro, system_packages, vault_server

# What the pinned chart runs.
RASA_VERSION = "3.17.0"


def main() -> None:
    try:
        system_packages.ensure()
        kafka.ensure()
        rasa_pro.ensure(RASA_VERSION)
        kubernetes.ensure()
        vault_server.ensure()
    except (progress.StepFailed, system_packages.MissingProgram) as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
