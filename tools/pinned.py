"""A Python tool in its own virtual environment in the user's cache, with exactly the packages of a pin file."""

import hashlib
import sys
import venv
from pathlib import Path

from tools import cache, progress


def ensure(name: str, pins: Path) -> Path:
    """Returns the Python of an environment with the pinned packages; creates it first if it is missing."""

    def make(directory: Path) -> None:
        venv.create(directory, with_pip=True, symlinks=True)
        # Everything is pinned, so there is nothing to resolve.
        install = ["-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "install", "--no-deps"]
        progress.run(f"installing {name}", [directory / "bin" / "python", *install, "--requirement", pins])

    made_of = pins.read_bytes() + f"{sys.version_info[:2]} {sys.base_prefix}".encode()
    fingerprint = hashlib.sha256(made_of).hexdigest()[:12]
    return cache.provide(f"{name}-{fingerprint}", make) / "bin" / "python"
