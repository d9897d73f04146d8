"""How long Python takes to import what the program of each cloud imports: SDK modules first, then our own."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from sandbox import sdk
from settings import Cloud
from tests.engine.workplace import environment
from tests.program.stacks import PROD, recording
from tests.recorder import ROOT, Recording
from tools.bench.place import say

FLOOR: Final = "pulumi"
# What the program imports for a cloud only; components/platform.py is where it does.
OF_CLOUD: Final[Mapping[Cloud, tuple[str, ...]]] = {
    Cloud.AWS: ("components.aws.platform", "providers.aws"),
    Cloud.AZURE: ("components.azure.platform", "providers.azure"),
    Cloud.GCP: ("components.gcp.platform", "providers.gcp", "providers.confluent"),
}
TIMER: Final = """
import json, time
def seconds(source):
    started = time.process_time()
    exec(source, {})
    return time.process_time() - started
print(json.dumps([seconds(step) for step in json.loads(input())]))
"""


def part(rounds: int) -> dict[str, list[dict[str, float]]]:
    """Processor seconds by cloud in the order of rounds: `floor` is Pulumi's own SDK, `sdks` those of the clouds."""
    steps = {cloud: _steps(cloud) for cloud in Cloud}
    found: dict[str, list[dict[str, float]]] = {cloud.value: [] for cloud in Cloud}
    for round_ in range(rounds + 1):  # in the first one Python compiles what is new to it
        for cloud in Cloud:
            seconds: dict[str, float] = dict(zip(("floor", "sdks", "ours"), timed(steps[cloud]), strict=True))
            if round_:
                found[cloud.value].append(seconds)
                shown = ", ".join(f"{step} {taken:.2f} s" for step, taken in seconds.items())
                say(f"imports, round {round_} of {rounds}: {cloud.value}: {shown}")
    return found


def timed(steps: Iterable[str]) -> list[float]:
    """Processor seconds of each step, one after the other in a Python of their own."""
    command = [sys.executable, "-c", TIMER]
    answer = subprocess.run(
        command, input=json.dumps(list(steps)), cwd=ROOT, env=environment(), check=True, capture_output=True, text=True
    )
    return json.loads(answer.stdout)


def _steps(cloud: Cloud) -> list[str]:
    return [_importing([FLOOR]), _importing(sdk_modules(recording(PROD[cloud]))), _own(cloud)]


def sdk_modules(made: Recording) -> list[str]:
    """The SDK modules of all that a program registers."""
    tokens = {one.type for one in made.resources.values() if one.custom}
    return sorted({sdk.constructor(token).__module__ for token in tokens})


def _own(cloud: Cloud) -> str:
    """What the program itself imports, and what it then imports for a cloud."""
    main = ast.parse((ROOT / "__main__.py").read_text())
    imports = [ast.unparse(node) for node in main.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join([*imports, _importing(OF_CLOUD[cloud])])


def _importing(modules: Iterable[str]) -> str:
    return "\n".join(f"import {module}" for module in modules)
