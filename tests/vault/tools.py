"""The programs that these tests need. `make test-vault` has made them before, with a sign of life."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools import rasa_pro, vault_server


@dataclass(frozen=True, kw_only=True)
class Tools:
    """`vault` is server and command line; `python` is of an environment that holds what Rasa Pro's image does."""

    vault: Path
    python: Path


def ensure() -> Tools:
    """Return them, first made where they are missing."""
    return Tools(vault=vault_server.ensure(), python=rasa_pro.ensure(rasa_pro.DEFAULT))
