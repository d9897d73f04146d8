"""The tables of docs/performance.md, each from the result of a part, and whether the goal is met.

Figures are medians over rounds, ratios within a round, and the cost of one more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, Final

from tools.bench.assistants import COUNTS
from tools.bench.stacks import EMPTY, FLAT, OURS
from tools.written import table

# Goals: as a multiple of the flat program, and of an earlier assistant's cost (1 is linear; the rest is for noise).
MOST_OF_FLAT: Final = 1.5
MOST_OF_LINEAR: Final = 1.1
MEASURES: Final = {"wall": "time", "processor": "processor time", "peak": "memory"}
GROWS: Final = {"resources": "resources", **MEASURES}
UNITS: Final = {"wall": ", s", "processor": ", s", "peak": ", MiB"}

Rounds = Sequence[Mapping[str, Any]]
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


def middle(rounds: Rounds, key: str) -> float:
    """Returns the median of a measure over the rounds."""
    return median(one[key] for one in rounds)


def ratio(rounds: Rounds, floor: Rounds, key: str) -> float:
    """Returns the median of a measure's ratio to the floor of the same round."""
    return median(one[key] / least[key] for one, least in zip(rounds, floor, strict=True))


def share(rounds: Rounds, part: str, whole: str) -> float:
    """Returns the median share that a measure has of another one of the same run, 0 to 1."""
    return median(one[part] / one[whole] for one in rounds)


def each_further(by_count: Mapping[int, float]) -> list[float]:
    """Returns the cost of one more between each count and the next."""
    return [(after - before) / (many - few) for (few, before), (many, after) in pairwise(sorted(by_count.items()))]


def growth(by_count: Mapping[int, Rounds], key: str) -> float:
    """Returns the cost of one more between the two highest of three counts, as a multiple of the two lowest.

    That is the median of the ratios within each round.
    """
    of_rounds = zip(*([one[key] for one in rounds] for rounds in by_count.values()), strict=True)
    further = [each_further(dict(zip(by_count, values, strict=True))) for values in of_rounds]
    return median(later / earlier for earlier, later in further)
