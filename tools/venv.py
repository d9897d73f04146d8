"""The virtual environment `.venv`, with exactly the packages that the requirements files pin.

It is made from empty whenever they change, so that it never holds a package that they do not name. The stamp is
written last: an environment whose making was interrupted has none, and is made again.
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
        DIRECTORY.unlink()  # an environment of somebody else's: to clear it would empty theirs
    progress.say("making a virtual environment")
    venv.create(DIRECTORY, clear=True, with_pip=True, symlinks=True)
    # Byte code is left to the first import: compiling all of the cloud SDKs costs 600 MB and most is never imported.
    install = ["pip", "install", "--quiet", "--no-compile", "--no-input", "--disable-pip-version-check"]
    files = [word for path in REQUIREMENTS for word in ("--requirement", path)]
    progress.run("installing the Python packages", [PYTHON, "-m", *install, *files])
    STAMP.write_text(wanted)


def fingerprint() -> str:
    """What the environment depends on: the pins, the Python, and the place, which its scripts name."""
    pins = b"".join(path.read_bytes() for path in REQUIREMENTS)
    return f"{hashlib.sha256(pins).hexdigest()} Python {sys.version_info.major}.{sys.version_info.minor} {CHECKOUT}\n"
