"""The tables of docs/performance.md, each from the result of a part, and whether the goal is met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tools.bench.assistants import COUNTS
from tools.bench.figures import Rounds, each_further, growth, middle, ratio, share
from tools.bench.stacks import EMPTY, FLAT, OURS
from tools.written import table

# Goals: as a multiple of the flat program, and of an earlier assistant's cost (1 is linear; the rest is for noise).
MOST_OF_FLAT: Final = 1.5
MOST_OF_LINEAR: Final = 1.1
MEASURES: Final = {"wall": "time", "processor": "processor time", "peak": "memory"}
GROWS: Final = {"resources": "resources", **MEASURES}
UNITS: Final = {"wall": ", s", "processor": ", s", "peak": ", MiB"}

ByStack = Mapping[str, Mapping[str, Mapping[str, Rounds]]]


def stacks(result: ByStack) -> str:
    """Returns our program and the empty one as multiples of the flat one."""
    head = ["Stack", "Command", *MEASURES.values(), *(f"empty: {measure}" for measure in MEASURES.values())]
    found = {
        (stack, command): [ratio(runs[program], runs[FLAT], key) for program in (OURS, EMPTY) for key in MEASURES]
        for stack, commands in result.items()
        for command, runs in commands.items()
    }
    rows = [[f"`{stack}`", f"`{command}`", *map(_times, ratios)] for (stack, command), ratios in found.items()]
    ours = {
        f"{measure} of `{command}` of `{stack}`": times
        for (stack, command), ratios in found.items()
        for measure, times in zip(MEASURES.values(), ratios, strict=False)
    }
    return f"{table(head, rows)}\n\n{verdict(MOST_OF_FLAT, ours)}"


def shares(result: ByStack) -> str:
    """Returns the shares of processor time in the commands of our program."""
    rows = [
        [f"`{stack}`", f"`{command}`", _percent(program), _percent(sandbox), _percent(1 - program - sandbox)]
        for stack, commands in result.items()
        for command, runs in commands.items()
        for program, sandbox in [[share(runs[OURS], part, "processor") for part in ("program", "sandbox")]]
    ]
    return table(["Stack", "Command", "Program", "Sandbox", "the rest"], rows)


def assistants(result: Mapping[str, Rounds]) -> str:
    """Returns previews with more and more assistants, and the cost of each further assistant."""
    by_count = {count: result[str(count)] for count in COUNTS}
    by_measure = {key: {count: middle(rounds, key) for count, rounds in by_count.items()} for key in GROWS}
    sizes = [[str(count), *(f"{values[count]:.0f}" for values in by_measure.values())] for count in COUNTS]
    head = ["Assistants", *(f"{name}{UNITS.get(key, '')}" for key, name in GROWS.items())]
    further = {key: each_further(values) for key, values in by_measure.items()}
    grows = {key: growth(by_count, key) for key in GROWS}
    few, some, many = COUNTS
    rows = [
        [f"{GROWS[key]}{UNITS.get(key, '')}", f"{earlier:.2f}", f"{later:.2f}", _times(grows[key])]
        for key, (earlier, later) in further.items()
    ]
    growing = table(["Each further one costs", f"{few} to {some}", f"{some} to {many}", "ratio"], rows)
    judged = {f"{GROWS[key]} of each further assistant": times for key, times in grows.items()}
    return f"{table(head, sizes)}\n\n{growing}\n\n{verdict(MOST_OF_LINEAR, judged)}"


def imports(result: Mapping[str, Rounds]) -> str:
    """Returns the imports of each cloud, as multiples of Pulumi's own SDK."""
    rows = [
        [cloud, *(_times(ratio(rounds, [{key: one["floor"]} for one in rounds], key)) for key in ("sdks", "ours"))]
        for cloud, rounds in result.items()
    ]
    return table(["Cloud", "SDKs of the clouds, of Kubernetes, and pydantic", "the program's own modules"], rows)


def verdict(goal: float, found: Mapping[str, float]) -> str:
    """Returns whether all figures, rounded as shown, are under the goal; else by how much each figure misses it."""
    shown = {name: round(value, 2) for name, value in found.items()}
    missed = [f"{name} by {value - goal:.2f}" for name, value in shown.items() if value >= goal]
    if missed:
        return f"Goal: under {goal} times. Missed: {', '.join(missed)}."
    most = max(shown, key=lambda name: shown[name])
    return f"Goal: under {goal} times. Met: the most is {shown[most]:.2f}, {most}."


def _times(value: float) -> str:
    return f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
