"""The virtual environment `.venv`, with exactly the packages that the requirements files pin.

It is created from scratch whenever they change, so that it never holds other packages. The stamp is written last: an
incomplete environment has none, and is created again.
"""

import hashlib
import importlib.util
import sys
import venv
from pathlib import Path

from tools import progress

CHECKOUT = Path(__file__).resolve().parent.parent
DIRECTORY = CHECKOUT / ".venv"
PYTHON = DIRECTORY / "bin" / "python"
REQUIREMENTS = (CHECKOUT / "requirements.txt", CHECKOUT / "requirements-dev.txt")
STAMP = DIRECTORY / "made-from"


def ensure() -> None:
    wanted = fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise progress.StepFailed("setup: Python's venv module is incomplete; install it (on Debian: python3-venv)")
    if DIRECTORY.is_symlink():
        DIRECTORY.unlink()  # a link to another environment: clearing it would empty that one
    progress.say("making a virtual environment")
    venv.create(DIRECTORY, clear=True, with_pip=True, symlinks=True)
    # Python compiles at the first import: compiling all cloud SDKs takes 600 MB, and most is never imported.
    install = ["pip", "install", "--quiet", "--no-compile", "--no-input", "--disable-pip-version-check"]
    files = [word for path in REQUIREMENTS for word in ("--requirement", path)]
    progress.run("installing the Python packages", [PYTHON, "-m", *install, *files])
    STAMP.write_text(wanted)


def fingerprint() -> str:
    """Returns a digest of the pins, the Python, and the directory, which the environment's scripts name."""
    pins = b"".join(path.read_bytes() for path in REQUIREMENTS)
    return f"{hashlib.sha256(pins).hexdigest()} Python {sys.version_info.major}.{sys.version_info.minor} {CHECKOUT}\n"
