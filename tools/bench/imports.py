"""Measures the imports of each cloud's program: SDK modules first, then our own."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Final

from catalogue import sdk
from sandbox.recorder import ROOT
from sandbox.recording import Recording
from settings import Cloud
from tools.bench.run import say
from tools.stacks import PROD, recording
from tools.workplace import environment

FLOOR: Final = "pulumi"
# The settings use this library; it counts as an SDK.
SETTINGS: Final = "pydantic"
TIMER: Final = """
import json, time
def seconds(source):
    started = time.process_time()
    exec(source, {})
    return time.process_time() - started
print(json.dumps([seconds(step) for step in json.loads(input())]))
"""


def part(rounds: int) -> dict[str, list[dict[str, float]]]:
    """Returns processor seconds by cloud, in the order of rounds: `floor` is Pulumi's SDK, `sdks` are the clouds'."""
    say("imports: finding out what each program uses")
    steps = {cloud: _steps(cloud) for cloud in Cloud}
    found: dict[str, list[dict[str, float]]] = {cloud.value: [] for cloud in Cloud}
    for round_ in range(rounds + 1):  # in the first round Python compiles new modules
        for cloud in Cloud:
            seconds: dict[str, float] = dict(zip(("floor", "sdks", "ours"), timed(steps[cloud]), strict=True))
            if round_:
                found[cloud.value].append(seconds)
            shown = ", ".join(f"{step} {taken:.2f} s" for step, taken in seconds.items())
            say(f"imports, {f'round {round_} of {rounds}' if round_ else 'warm-up'}: {cloud.value}: {shown}")
    return found


def timed(steps: Iterable[str]) -> list[float]:
    """Returns the seconds of processor time of each step, run one after the other in a new Python process."""
    command = [sys.executable, "-c", TIMER]
    answer = subprocess.run(
        command, input=json.dumps(list(steps)), cwd=ROOT, env=environment(), check=True, capture_output=True, text=True
    )
    return json.loads(answer.stdout)


def _steps(cloud: Cloud) -> list[str]:
    sdks = [*sdk_modules(recording(PROD[cloud])), SETTINGS]
    return [f"import {FLOOR}", "\n".join(f"import {module}" for module in sdks), "\n".join(own(cloud))]


def sdk_modules(made: Recording) -> list[str]:
    """Returns the SDK modules of everything that a program registers."""
    tokens = {one.type for one in made.resources.values() if one.custom}
    return sorted({sdk.constructor(token).__module__ for token in tokens})


def own(cloud: Cloud) -> list[str]:
    """Returns the imports of the program, and those that it does for one cloud only."""
    main = ast.parse((ROOT / "__main__.py").read_text())
    chooses = ast.parse((ROOT / "components" / "platform.py").read_text())
    cases = {
        ast.unparse(case.pattern): case.body
        for node in ast.walk(chooses)
        if isinstance(node, ast.Match)
        for case in node.cases
    }
    statements = [*main.body, *cases[f"{cloud.value.title()}Settings()"]]
    return [ast.unparse(node) for node in statements if isinstance(node, ast.Import | ast.ImportFrom)]
