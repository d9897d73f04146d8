"""Rasa's own chart and real Helm, for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from components.artifacts import CHART, CHART_REPOSITORY, CHART_VERSION
from tests.processes import Finished, run

PULL_SECONDS: Final = 10


def reached(directory: Path) -> Path:
    """The pinned chart: `RASA_CHART` (a directory, an archive or an OCI address), else the published one.

    What has to be pulled is put into the directory. Skips the test where the registry cannot be reached.
    """
    given = os.environ.get("RASA_CHART", f"{CHART_REPOSITORY}/{CHART}")
    if not given.startswith("oci://"):
        assert Path(given).exists(), f"RASA_CHART={given} does not exist"
        return Path(given)
    pull = [helm(), "pull", given, "--version", CHART_VERSION, "--destination", directory]
    try:
        pulled = run(pull, environment=home(directory), seconds=PULL_SECONDS)
    except subprocess.TimeoutExpired:
        pulled = Finished(1, "")
    # A registry that has no such version has been reached.
    assert "not found" not in pulled.output, pulled.output
    if pulled.status != 0:
        pytest.skip(f"{given} cannot be reached, so nothing was rendered; give the chart as RASA_CHART")
    return next(directory.glob("*.tgz"))


def helm() -> str:
    """Helm, of the virtual environment."""
    found = shutil.which("helm")
    assert found, "no helm on PATH: run `make setup`"
    return found


def home(directory: Path) -> dict[str, str]:
    """The environment of a Helm that reads no configuration of the user's."""
    return {"PATH": os.environ["PATH"], "HOME": str(directory)}
