"""Measures `preview` and the first `up` of each prod stack: of our program, a flat one, and an empty one.

A round measures all three, one after the other, so that other load on the machine affects all of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sandbox.clock.graph import read_graph
from sandbox.home import Home
from tools.bench import flat
from tools.bench.run import Run, copied, fresh, measure, say
from tools.stacks import PROD
from tools.workplace import Workplace

OURS: Final = "ours"
FLAT: Final = "flat"
EMPTY: Final = "empty"
COMMANDS: Final = {"preview": (), "up": ("--yes", "--skip-preview")}
MAIN: Final = "__main__.py"
# As in our program: the garbage collector is no cost of our components.
WITHOUT_COLLECTOR: Final = "import gc\n\ngc.disable()\n"
# A module, like the program's own parts: Python stores compiled code of modules only.
FLAT_MODULE: Final = "flat_program"

# The runs by program, in the order of rounds.
Runs = dict[str, list[dict[str, Any]]]


class OtherResources(Exception):
    """The flat program has not registered the resources of our program."""


def part(rounds: int) -> dict[str, dict[str, Runs]]:
    """Returns the runs by stack, command and program."""
    return {stack: _measured(stack, rounds) for stack in PROD.values()}


def _measured(stack: str, rounds: int) -> dict[str, Runs]:
    places = _places(stack)
    found: dict[str, Runs] = {command: {program: [] for program in places} for command in COMMANDS}
    resources: dict[str, Counter[str]] = {}
    for round_ in range(1, rounds + 1):
        for program, workplace in places.items():
            for command, options in COMMANDS.items():
                with copied(workplace) as place:
                    run = measure(place, command, *options)
                    resources[program] = registered(place)  # the resources of the last `up`
                found[command][program].append(asdict(run))
                say(f"{stack}, round {round_} of {rounds}: {command} of {program}: {told(run)}")
        if resources[FLAT] != resources[OURS]:
            raise OtherResources(f"{stack}: {resources[OURS] - resources[FLAT]}, {resources[FLAT] - resources[OURS]}")
    return found


def _places(stack: str) -> dict[str, Workplace]:
    """Returns a workplace for each program. The stack is ready and empty, and all Python is compiled."""
    places = {program: fresh(f"{stack}-{program}", stack) for program in (OURS, FLAT, EMPTY)}
    say(f"{stack}: getting ready: preview and up of {OURS}, whose state becomes the flat program")
    places[OURS].succeed("preview")
    with copied(places[OURS]) as place:
        place.up()
        state = place.resources(show_secrets=True)
    _replace_program(places[FLAT], f"import {FLAT_MODULE}\n")
    (places[FLAT].directory / f"{FLAT_MODULE}.py").write_text(flat.program(state))
    _replace_program(places[EMPTY], "")
    for program in (FLAT, EMPTY):
        say(f"{stack}: getting ready: preview of {program}")
        places[program].succeed("preview")
    return places


def _replace_program(workplace: Workplace, source: str) -> None:
    main = workplace.directory / MAIN
    main.unlink()  # a link to our program
    main.write_text(WITHOUT_COLLECTOR + source)


def registered(workplace: Workplace) -> Counter[str]:
    """Returns how many resources of each type the stack has, with provider instances and without components."""
    graph = read_graph(Home(Path(workplace.directory), workplace.stack))
    return Counter(node.token for node in graph.values() if flat.is_registered(node.token))


def told(run: Run) -> str:
    """Returns a run in a few words."""
    return f"{run.wall:.1f} s, {run.processor:.1f} s of processor time, {run.peak:.0f} MiB"
