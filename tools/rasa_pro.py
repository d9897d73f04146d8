"""Rasa Pro of an exact version, in a virtual environment of its own in the user's cache.

    python3.11 -m tools.rasa_pro 3.17.0

records what that version is made of in `tools/rasa_pro/<version>/python<version>.txt`: run it with each Python that
shall be able to install it. `ensure` installs exactly what was recorded. Where that cannot be imported, because
something newer than the version no longer fits it, `limits.txt` beside it keeps pip from that. A version takes two
minutes and 1 GB, so only what tests against Rasa's own code asks for it; the program itself never does.
"""

import hashlib
import json
import os
import re
import sys
import tempfile
import venv
from pathlib import Path

from tools import cache, progress

RECORDS = Path(__file__).parent / "rasa_pro"

# The oldest that settings accept, the one that the pinned chart runs, and the newest.
VERSIONS = ("3.14.0", "3.17.0", "3.21.0")
DEFAULT = "3.17.0"

# A Python of another minor version needs other packages, or other versions of them.
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_PIP = ("-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check")
# It would ask the internet for the prices of language models.
_IMPORTING = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True"
}


def ensure(version: str) -> Path:
    """Return the Python of an environment that holds this version of rasa-pro, first made where it is missing.

    Start programs of it by `-m`: the environment is made elsewhere and moved, and its scripts name the first place.
    """
    pins = _recorded(version)
    fingerprint = hashlib.sha256(pins.read_bytes() + f"{sys.base_prefix} {_PYTHON}".encode()).hexdigest()[:12]

    def make(directory: Path) -> None:
        venv.create(directory, with_pip=True, symlinks=True)
        # All that is needed is recorded, so nothing is left to resolve; `check` tells what would be missing.
        install = ["install", "--no-compile", "--no-deps", "--requirement", pins]
        new = directory / "bin" / "python"
        progress.run(f"installing Rasa Pro {version}", [new, *_PIP, *install])
        progress.run(f"checking Rasa Pro {version}", [new, *_PIP, "check"])
        # This compiles what every use of it imports; the rest, most of it, stays as it came.
        progress.run(f"importing Rasa Pro {version}", [new, "-c", "import rasa.__main__"], env=_IMPORTING)

    return cache.provide(f"rasa-pro-{version}-{fingerprint}", make) / "bin" / "python"


def _recorded(version: str) -> Path:
    """The file that says what this version is made of on the running Python."""
    pins = _record_of(version)
    if not pins.exists():
        known = ", ".join(sorted(path.stem for path in pins.parent.glob("python*.txt"))) or "no Python"
        raise progress.StepFailed(
            f"setup: Rasa Pro {version} is recorded for {known} and this is {_PYTHON}; "
            f"use one of those (make PYTHON=...), or record it: {_PYTHON} -m tools.rasa_pro {version}"
        )
    return pins


def _record_of(version: str) -> Path:
    return RECORDS / version / f"{_PYTHON}.txt"


def record(version: str) -> Path:
    """Let pip find what this version of rasa-pro is made of on the running Python, and write it down."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        limits = RECORDS / version / "limits.txt"
        resolve = ["install", "--dry-run", "--ignore-installed", "--report", report, f"rasa-pro=={version}"]
        resolve += ["--constraint", limits] if limits.exists() else []
        progress.run(f"resolving Rasa Pro {version} for {_PYTHON}", [sys.executable, *_PIP, *resolve])
        found = json.loads(report.read_text())["install"]
    pins = sorted(f"{_normal(one['metadata']['name'])}=={one['metadata']['version']}\n" for one in found)
    path = _record_of(version)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(pins))
    return path


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Record each version that the command line names."""
    for version in sys.argv[1:]:
        print(f"wrote {record(version)}")


if __name__ == "__main__":
    main()
