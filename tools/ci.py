"""Runs every check of `.ci/run`, at most two at a time on two cores: `python3 -m tools.ci`.

Tools are built while checks run that do not need them. Each step prints into a file, which is shown at the end of the
step. The final table has each step's seconds and its seconds of processor time, which change little on a busy machine.
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools import daily, progress, venv

AT_ONCE: Final = 2
MAKE: Final = ("make", "--no-print-directory", "READY=1")
BUILD: Final = (str(venv.PYTHON), "-m", "tools.everything")
ENVIRONMENT: Final = {"CI": "true", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command that may run when the steps of `needs` have passed."""

    name: str
    command: Sequence[str]
    needs: frozenset[str] = frozenset()


def _build(tool: str, *needs: str) -> Step:
    return Step(name=f"tools: {tool}", command=(*BUILD, tool), needs=frozenset(f"tools: {one}" for one in needs))


def _check(target: str, *tools: str) -> Step:
    return Step(name=target, command=(*MAKE, target), needs=frozenset(f"tools: {one}" for one in tools))


# The first of the possible steps run first. One tool at a time: a build keeps both cores busy.
STEPS: Final = (
    _build("pulumi"),
    _build("contract", "pulumi"),
    _build("e2e", "contract"),
    _check("lint"),
    _check("audit"),
    _check("test", "pulumi"),
    _check("test-contract", "contract"),
    _check("test-e2e", "e2e"),
    _check("test-matrix", "pulumi"),
    _check("test-vault", "e2e"),
    _check("mutations-sample", "contract"),
)


@dataclass
class Running:
    """A running step; `seconds` and `processor` are set at its end."""

    step: Step
    process: subprocess.Popen[bytes]
    log: Path
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0
    processor: float = 0
    status: int = 0

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def show(self) -> None:
        outcome = "passed" if self.status == 0 else f"FAILED (status {self.status})"
        print(f"== {self.step.name}\n{self.output}== {self.step.name} {outcome} in {self.seconds:.0f} s", flush=True)

    def row(self) -> str:
        last = (self.output.splitlines() or [""])[-1].strip("= ")
        return f"{self.step.name:20} {self.seconds:6.0f} s {self.processor:6.0f} s  {last}"


def main(steps: Sequence[Step] = STEPS) -> int:
    """Runs all steps until one fails; returns the status."""
    started = time.monotonic()
    print(f"== CI draws {daily.HINT}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ci-") as scratch:
        done = _run(steps, Path(scratch), os.environ | ENVIRONMENT | {"GO_CACHES": f"{scratch}/go"})
        print(f"{'step':20} {'clock':>8} {'cores':>8}", *(one.row() for one in done), sep="\n")
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = f"{time.monotonic() - started:6.0f} s {spent.ru_utime + spent.ru_stime:6.0f} s"
    print(f"{'all':20} {total}", flush=True)
    return max(one.status != 0 for one in done)


def _run(steps: Sequence[Step], scratch: Path, environment: dict[str, str]) -> list[Running]:
    waiting, running, done = list(steps), list[Running](), list[Running]()
    try:
        while running or waiting:
            passed = {one.step.name for one in done}
            ready = [step for step in waiting if step.needs <= passed]
            for step in ready[: AT_ONCE - len(running)]:
                waiting.remove(step)
                print(f"== {step.name} begins", flush=True)
                running.append(_start(step, scratch / f"{len(waiting)}.log", environment))
            ended = _wait(running)
            running.remove(ended)
            done.append(ended)
            ended.show()
            if ended.status:
                break
    finally:
        for one in running:
            os.killpg(one.process.pid, signal.SIGKILL)
            _wait([one])
    return done


def _start(step: Step, log: Path, environment: dict[str, str]) -> Running:
    with log.open("wb") as output:
        process = subprocess.Popen(
            step.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=venv.CHECKOUT,
            process_group=0,
        )
    return Running(step, process, log)


def _wait(running: Sequence[Running]) -> Running:
    """Waits for the first step to end, and prints progress every minute."""
    by_pid = {one.process.pid: one for one in running}
    shown = time.monotonic()
    while (ended := os.wait4(-1, os.WNOHANG))[0] not in by_pid:
        time.sleep(0.2)
        if time.monotonic() - shown > 60:
            shown = time.monotonic()
            print("== under way:", *(f"{one.step.name} ({shown - one.started:.0f} s)" for one in running), flush=True)
    pid, status, spent = ended
    one = by_pid[pid]
    one.process.returncode = one.status = os.waitstatus_to_exitcode(status)
    one.seconds, one.processor = time.monotonic() - one.started, spent.ru_utime + spent.ru_stime
    return one


def _stop(*_: object) -> None:
    sys.exit("CI was stopped")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)  # so that no step outlives this process
    try:
        venv.ensure()
    except progress.StepFailed as failure:
        sys.exit(str(failure))
    sys.exit(main())
