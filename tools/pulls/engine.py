"""Runs the engine for a workflow and stores its output: `result.json` for programs, `diff.txt` for people."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.pulls.outcome import Outcome, read_events

RESULT, DIFF, PLAN = "result.json", "diff.txt", "plan.json"
LAST_LINES = 20
_UP = ("up", "--yes", "--skip-preview", "--suppress-outputs")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A Pulumi CLI: the command, the directory of the project, and `cloud` or `sandbox`."""

    command: Sequence[str]
    directory: Path
    where: str

    @classmethod
    def of_cloud(cls, checkout: Path) -> Engine:
        return cls(command=["pulumi"], directory=checkout, where="cloud")

    @classmethod
    def of_sandbox(cls, checkout: Path) -> Engine:
        return cls(command=[sys.executable, "-m", "sandbox", "pulumi"], directory=checkout, where="sandbox")


def preview(engine: Engine, stack: str, into: Path, *, policy_pack: str, save_plan: bool = False) -> Outcome:
    """Returns what `up` would do. `save_plan` stores a plan, to which `up --plan` then keeps."""
    plan = ["--save-plan", str(into / PLAN)] if save_plan else []
    pack = ["--policy-pack", policy_pack] if policy_pack else []
    return _look(engine, ["preview", *pack, *plan], stack, into)


def drift(engine: Engine, stack: str, into: Path) -> Outcome:
    """Returns the differences between the clouds and the state."""
    return _look(engine, ["refresh", "--preview-only"], stack, into)


def up(engine: Engine, stack: str, plan: Path, *, policy_pack: str) -> int:
    """Runs a plan; the CLI's output goes to the terminal. Returns its exit status."""
    pack = ["--policy-pack", policy_pack] if policy_pack else []
    command = [*engine.command, *_UP, *pack, "--plan", str(plan), *_common(stack)]
    return subprocess.run(command, cwd=engine.directory, env=_environment(), check=False).returncode


def stand_up(engine: Engine, stack: str) -> subprocess.CompletedProcess[str]:
    """Deploys the program without printing the CLI's output."""
    return _quietly(engine, [*_UP, *_common(stack)])


def _common(stack: str) -> list[str]:
    return ["--stack", stack, "--non-interactive", "--color", "never"]


def _look(engine: Engine, command: Sequence[str], stack: str, into: Path) -> Outcome:
    into.mkdir(parents=True, exist_ok=True)
    log = into / "events.jsonl"
    print(f"running pulumi {' '.join(command)} on stack {stack} ({engine.where})", file=sys.stderr, flush=True)
    arguments = [*command, "--diff", "--suppress-outputs", *_common(stack), "--event-log", str(log)]
    found = _quietly(engine, arguments)
    (into / DIFF).write_text(found.stdout)
    outcome = read_events(log.read_text().splitlines() if log.exists() else [], stack=stack, where=engine.where)
    log.unlink(missing_ok=True)  # it holds the whole state, which is not needed any more
    if found.returncode and not outcome.errors and not outcome.changes:
        # The engine did not begin: the sign-in or the backend failed, or the stack does not exist.
        outcome = failed(stack, engine.where, end_of(found.stdout))
    save(outcome, into)
    return outcome


def end_of(text: str) -> str:
    """Returns the last lines, which have the reason of a failure."""
    return "\n".join(text.splitlines()[-LAST_LINES:])


def failed(stack: str, where: str, sentence: str) -> Outcome:
    """Returns the outcome of a preview that could not begin."""
    return Outcome(stack=stack, where=where, succeeded=False, errors=(sentence,))


def save(outcome: Outcome, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    (into / RESULT).write_text(outcome.to_json())


def _quietly(engine: Engine, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*engine.command, *arguments],
        cwd=engine.directory,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _environment() -> dict[str, str]:
    """Returns variables that make the CLI write its event log. Pulumi's own Automation API uses them too."""
    return os.environ | {"PULUMI_DEBUG_COMMANDS": "true"}
