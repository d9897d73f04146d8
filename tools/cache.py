"""The user's cache directory: tools that take minutes to build, by name and version, for all checkouts.

An entry is complete or missing: it is built next to its final place under a lock and then renamed.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tools.progress import say

ROOT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rasa-pulumi"


def provide(name: str, make: Callable[[Path], None]) -> Path:
    """Returns the directory of `name`; if it is missing, `make(directory)` fills it first."""
    entry = ROOT / name
    if entry.is_dir():
        return entry
    ROOT.mkdir(parents=True, exist_ok=True)
    lock = ROOT / f"{name}.lock"
    lock.touch()  # never removed, or two processes could each hold a lock of that name
    with alone(lock, f"another checkout makes {name}"):
        if not entry.is_dir():
            unfinished = ROOT / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
            unfinished.mkdir()
            try:
                make(unfinished)
                unfinished.rename(entry)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    return entry


@contextmanager
def alone(path: Path, meanwhile: str) -> Generator[None]:
    """Holds the lock on an existing file. `meanwhile` is the message for a second run while it waits.

    The lock ends with the process and its commands, so a command that survives a killed run is waited for.
    """
    with path.open() as lock:
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting while {meanwhile}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
