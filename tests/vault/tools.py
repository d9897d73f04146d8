"""The programs that these tests need: `make test-vault` makes them before, so that one sees it getting on."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools import progress, rasa_pro, vault_server

# The version whose image the Jobs run in by default.
RASA_PRO: Final = "3.17.0"


@dataclass(frozen=True, kw_only=True)
class Tools:
    """`vault` is server and command line; `python` is of an environment that holds what Rasa Pro's image does."""

    vault: Path
    python: Path


def ensure() -> Tools:
    """Return them, first made where they are missing."""
    return Tools(vault=vault_server.ensure(), python=rasa_pro.ensure(RASA_PRO))


if __name__ == "__main__":
    try:
        ensure()
    except progress.StepFailed as failure:
        sys.exit(str(failure))
