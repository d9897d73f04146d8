"""Runs a long command quietly and shows that it is getting on.

On a terminal one line is rewritten every second; elsewhere (CI) a line is added every half minute. What the command
prints is kept back, and its end is shown only when it fails.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LINES_SHOWN_ON_FAILURE = 40


class StepFailed(Exception):
    """A command failed; the message is the end of what it printed."""


def say(text: str, end: str = "\n") -> None:
    print(f"setup: {text}", end=end, flush=True)


def run(
    label: str,
    command: Sequence[str | Path],
    *,
    total_lines: int = 0,
    timeout: float = float("inf"),
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run `command` under `label` and return what it printed, standard error included.

    `total_lines` is how many lines it will print, where that is known, and makes a percentage; `timeout` is in seconds.
    """
    started = time.monotonic()
    with tempfile.NamedTemporaryFile() as log:
        printed = Path(log.name)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            process_group=0,  # so that it can be ended with all that it started
            close_fds=False,  # so that it holds the lock of the step it is part of
        )
        try:
            _show(label)
            while not _ended(process) and time.monotonic() - started < timeout:
                lines = len(printed.read_bytes().splitlines())
                share = f", {100 * lines // total_lines} %" if total_lines else ""
                _show(f"{label}: {time.monotonic() - started:.0f} s{share}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        text = printed.read_text(errors="replace")
    seconds = time.monotonic() - started
    if process.returncode:
        _show(f"{label}: failed after {seconds:.0f} s", last=True)
        raise StepFailed("\n".join(text.splitlines()[-LINES_SHOWN_ON_FAILURE:]))
    _show(f"{label}: done in {seconds:.0f} s", last=True)
    return text


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait until the process has ended or it is time for the next sign of life."""
    try:
        process.wait(timeout=1 if sys.stdout.isatty() else 30)
    except subprocess.TimeoutExpired:
        return False
    return True


def _show(text: str, last: bool = False) -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="")
        say(text, end="\n" if last else "")
    else:
        say(text)
