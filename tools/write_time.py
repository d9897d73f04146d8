"""Writes docs/time.md and its picture: how long each shipped stack takes on its cloud, as the sandbox predicts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sandbox.clock.chart import svg
from sandbox.clock.timeline import Timeline, of_new_stack, told
from tools.stacks import SHIPPED, recording
from tools.written import filled

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = "docs/time.md"
PICTURE: Final = "docs/time.svg"
SHOWN: Final = "prod"
# How many of the longest links of the chain are shown, in their order.
LINKS: Final = 4
BEGIN: Final = "<!-- Written by `make docs` from the times in catalogue/ and the program. -->"
HEAD: Final = (
    "| Stack | Cloud | Minutes | On a slow day | What the first `up` waits for longest |\n|---|---|---|---|---|"
)


def prediction(stack: str) -> Timeline:
    """Returns the prediction for the first `up` of a shipped stack."""
    return of_new_stack(stack, recording(stack).graph)


def row(timeline: Timeline) -> str:
    """Returns a stack's line of the table."""
    longest = sorted(timeline.critical, key=lambda bar: -bar.minutes)[:LINKS]
    links = (
        f"{bar.node.name.removeprefix(f'rasa-{timeline.stack}-')} {told(bar.minutes)}"
        for bar in timeline.critical
        if bar in longest
    )
    cells = [f"`{timeline.stack}`", timeline.cloud, told(timeline.minutes), told(timeline.slow), ", ".join(links)]
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """Returns the page with a new table."""
    table = "\n".join([HEAD, *(row(prediction(stack)) for stack in SHIPPED)])
    return filled((ROOT / PAGE).read_text(), BEGIN, table)


def picture() -> str:
    """Returns the chart of the page."""
    return svg(prediction(SHOWN))
