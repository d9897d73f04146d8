"""Installs the tools that tests need besides `make setup`: `python -m tools.everything [contract | vault | e2e]`.

Without a name it installs all tools. Each tool is built once per machine and kept in the user's cache. Missing system
packages are only listed.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tools import kafka, kubernetes, pinned, progress, pulumi_cli, rasa_pro, system_packages, vault_server


def checkov() -> Path:
    """Returns the Python of an environment with Checkov."""
    return pinned.ensure("checkov", Path(__file__).parent / "checkov" / "requirements.txt")


def _contract() -> None:
    for version in rasa_pro.asked().values():
        rasa_pro.ensure(version)
    checkov()


def _vault() -> None:
    rasa_pro.ensure(rasa_pro.DEFAULT)
    vault_server.ensure()


def _e2e() -> None:
    system_packages.ensure()
    kafka.ensure()
    kubernetes.ensure()
    _vault()


TOOLS: Final[Mapping[str, Callable[[], None]]] = {
    "pulumi": pulumi_cli.ensure,
    "contract": _contract,
    "vault": _vault,
    "e2e": _e2e,
}


if __name__ == "__main__":
    try:
        for tier in sys.argv[1:] or TOOLS:
            TOOLS[tier]()
    except (progress.StepFailed, system_packages.MissingProgram) as failure:
        sys.exit(str(failure))
