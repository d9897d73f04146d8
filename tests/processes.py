"""Real servers and commands of tests: on loopback and free ports, waited for with a limit, and never left behind.

Each one is told to end when the process that started it ends, so that nothing goes on after tests that were killed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

START_SECONDS: Final = 90
STOP_SECONDS: Final = 20
# Whose rights a server gets that refuses to run as root.
UNPRIVILEGED: Final = "nobody"


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its status, and all that it printed."""

    status: int
    output: str


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(port: int) -> bool:
    """Whether something does."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(done: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Wait for something that has to happen."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, f"not within {seconds} seconds: {what}"
        time.sleep(0.2)


@contextmanager
def server(
    command: Sequence[str | Path],
    log: Path,
    ready: Callable[[], bool],
    *,
    environment: Mapping[str, str] | None = None,
    unprivileged: bool = False,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """Run a server for as long as the block runs; `stop` ends it. The end of its log tells why it did not start."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*bound(stop, unprivileged), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            _wait(process, log, ready)
            yield
        finally:
            process.send_signal(stop)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    unprivileged: bool = False,
    stdin: str = "",
    seconds: float = 120,
) -> Finished:
    """Run a command to its end. Both outputs come as one text."""
    done = subprocess.run(
        [*bound(signal.SIGKILL, unprivileged), *command],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=directory,
        timeout=seconds,
        check=False,
    )
    return Finished(done.returncode, done.stdout)


def succeed(command: Sequence[str | Path], *, unprivileged: bool = False, stdin: str = "") -> str:
    """Run a command that has to succeed, and return what it printed."""
    done = run(command, unprivileged=unprivileged, stdin=stdin)
    assert done.status == 0, f"{command[0]}: {done.output[-2000:]}"
    return done.output


def bound(stop: signal.Signals, unprivileged: bool = False) -> list[str]:
    """The prefix that makes a process end with the one that started it."""
    prefix = ["setpriv", "--pdeathsig", stop.name.removeprefix("SIG")]
    if unprivileged and os.geteuid() == 0:
        prefix += [f"--reuid={UNPRIVILEGED}", "--regid=nogroup", "--clear-groups"]
    return prefix


def _wait(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            raise AssertionError(f"{log.stem} did not start (status {process.poll()}):\n{end}")
        time.sleep(0.1)
