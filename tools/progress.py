"""Runs a long command quietly and shows progress.

On a terminal it rewrites one line every second; elsewhere (CI) it adds a line every half minute. It shows the end of
the command's output only if the command fails.
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
    """A command failed; the message is the end of its output."""


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
    """Runs `command` under `label`; returns its output, standard error included.

    `total_lines` is the expected number of lines, if known; it makes a percentage. `timeout` is in seconds.
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
            process_group=0,  # so that it can be ended with its child processes
            close_fds=False,  # so that it holds the lock of its step
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
    """Waits until the process has ended or the next progress line is due."""
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
