"""Rasa's own chart, for tests: `RASA_CHART` (a directory, an archive or an OCI address), else the published one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from components.artifacts import CHART, CHART_VERSION

PULL_SECONDS: Final = 10


def reached(directory: Path) -> Path:
    """The pinned chart, pulled into the directory where it is not on disk. Skips the test where it cannot be had."""
    given = os.environ.get("RASA_CHART", CHART)
    if not given.startswith("oci://"):
        assert Path(given).exists(), f"RASA_CHART={given} does not exist"
        return Path(given)
    helm = shutil.which("helm")
    assert helm, "no helm on PATH: run `make setup`"
    pull = [helm, "pull", given, "--version", CHART_VERSION, "--destination", directory]
    # Helm reads no configuration of the user's.
    own = {"PATH": os.environ["PATH"], "HOME": str(directory)}
    try:
        subprocess.run(pull, check=True, capture_output=True, timeout=PULL_SECONDS, env=own)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip(f"{given} cannot be reached, so nothing was rendered; give the chart as RASA_CHART")
    return next(directory.glob("*.tgz"))
