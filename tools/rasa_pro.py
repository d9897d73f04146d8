"""Rasa Pro of an exact version, in a virtual environment of its own in the user's cache.

    python -m tools.rasa_pro 3.17.12

records the packages of that version in `tools/rasa_pro/<version>/python<version>.txt`, for each Python that Rasa Pro
runs on. uv resolves them in seconds; pip takes ten minutes and more. `ensure` installs exactly what was recorded. If a
newer package breaks the version's import, `limits.txt` in the same directory excludes that package. A version takes two
minutes and 1 GB, so only tests against Rasa's own code use it; the program itself does not.
"""

import hashlib
import json
import os
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final

from settings.assistant import TESTED_VERSIONS
from tools import cache, daily, progress

RECORDS = Path(__file__).parent / "rasa_pro"

VERSIONS: Final = dict(zip(("oldest", "default", "newest"), TESTED_VERSIONS, strict=True))
DEFAULT: Final = VERSIONS["default"]
_READ: Final = Path(__file__).parents[1] / "settings" / "data" / "rasa.json"

PYTHONS: Final = ("3.11", "3.12", "3.13")
# A Python of another minor version needs other packages or versions.
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_UV: Final = (sys.executable, "-m", "uv", "pip")
# It would download the prices of language models.
_IMPORTING = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True"
}


def minor(version: str) -> str:
    """Returns "3.17" for "3.17.0"."""
    return version.rpartition(".")[0]


def asked() -> dict[str, str]:
    """Returns the versions that the contract tests ask, by their names: of `SAMPLE=all` each recorded one, too."""
    return {**VERSIONS, **({version: version for version in nightly()} if daily.ALL else {})}


def nightly() -> list[str]:
    """Returns the newest patch of each minor version that is recorded here, apart from the versions above."""
    newest = [one["patches"][-1] for one in json.loads(_READ.read_text(encoding="utf-8")).values()]
    recorded = {path.parent.name for path in RECORDS.glob("*/python*.txt")}
    return [patch for patch in newest if patch in recorded - set(VERSIONS.values())]


def ensure(version: str) -> Path:
    """Returns the Python of an environment with this version of rasa-pro; creates it first if it is missing.

    Start its programs by `-m`: the environment is built elsewhere and moved, and its scripts name the first place.
    """
    pins = _recorded(version)
    fingerprint = hashlib.sha256(pins.read_bytes() + f"{sys.base_prefix} {_PYTHON}".encode()).hexdigest()[:12]

    def make(directory: Path) -> None:
        venv.create(directory, symlinks=True)
        new = directory / "bin" / "python"
        # Everything is recorded, so there is nothing to resolve; `check` reports missing packages.
        install = ["install", "--system-certs", "--no-deps", "--requirement", pins]
        progress.run(f"installing Rasa Pro {version}", [*_UV, *install, "--python", new])
        progress.run(f"checking Rasa Pro {version}", [*_UV, "check", "--python", new])
        # This compiles what every use imports; most other modules stay uncompiled.
        progress.run(f"importing Rasa Pro {version}", [new, "-c", "import rasa.__main__"], env=_IMPORTING)

    return cache.provide(f"rasa-pro-{version}-{fingerprint}", make) / "bin" / "python"


def _recorded(version: str) -> Path:
    """Returns the file with the packages of this version for the running Python."""
    pins = _record_of(version, _PYTHON)
    if not pins.exists():
        known = ", ".join(sorted(path.stem for path in pins.parent.glob("python*.txt"))) or "no Python"
        raise progress.StepFailed(
            f"setup: Rasa Pro {version} is recorded for {known} and this is {_PYTHON}; "
            f"use one of those (make PYTHON=...), or record it: python -m tools.rasa_pro {version}"
        )
    return pins


def _record_of(version: str, python: str) -> Path:
    return RECORDS / version / f"{python}.txt"


def record(version: str, python: str) -> Path:
    """Resolves this version of rasa-pro for a Python, such as "3.11", and records the packages. Keeps recorded ones."""
    path, limits = _record_of(version, f"python{python}"), RECORDS / version / "limits.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch, "wanted.txt")
        wanted.write_text(f"rasa-pro=={version}\n")
        resolve = ["compile", wanted, "--python-version", python, "--output-file", path]
        resolve += ["--quiet", "--no-header", "--no-annotate", "--system-certs"]
        resolve += ["--constraint", limits] if limits.exists() else []
        progress.run(f"resolving Rasa Pro {version} for Python {python}", [*_UV, *resolve])
    return path


def main() -> None:
    """Records each version on the command line."""
    for version in sys.argv[1:]:
        for python in PYTHONS:
            print(f"wrote {record(version, python)}")


if __name__ == "__main__":
    main()
