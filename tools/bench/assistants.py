"""`preview` of one platform with more and more assistants, by the real engine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from settings import Cloud
from tools.bench.run import fresh, measure, say
from tools.bench.stacks import told
from tools.stacks import PROD, settings_of
from tools.workplace import Workplace

COUNTS: Final = (1, 10, 50)
STACK: Final = PROD[Cloud.AWS]


def part(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Returns the runs by the number of assistants, in the order of rounds."""
    places = {count: _place(count) for count in COUNTS}
    say("assistants: warm-up")
    places[COUNTS[0]].succeed("preview")  # Python compiles new modules
    found: dict[str, list[dict[str, Any]]] = {str(count): [] for count in COUNTS}
    for round_ in range(1, rounds + 1):
        for count, place in places.items():
            say(f"assistants, round {round_} of {rounds}: preview, {count} of them")
            run = measure(place, "preview")
            found[str(count)].append(asdict(run))
            told_of = f"preview, {count} of them: {told(run)}, {run.resources} resources"
            say(f"assistants, round {round_} of {rounds}: {told_of}")
    return found


def _place(count: int) -> Workplace:
    """Returns a ready workplace with a number of assistants like the shipped one; nothing is created yet."""
    say(f"assistants: getting ready for {count}")
    place = fresh(f"assistants-{count}", STACK)
    place.set(assistants=assistants(count))
    place.succeed("config")  # creates the stack
    return place


def assistants(count: int) -> list[dict[str, Any]]:
    """Returns settings of assistants like the shipped one, each with its own name and host."""
    (one,) = settings_of(STACK)["assistants"]
    return [
        one | {"name": f"rasa{number}", "ingress": one["ingress"] | {"host": f"rasa{number}.example.com"}}
        for number in range(1, count + 1)
    ]
