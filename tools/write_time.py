"""Writes docs/time.md and its picture: how long each shipped stack takes on its cloud, as the sandbox predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sandbox.clock.chart import svg
from sandbox.clock.timeline import Timeline, of_new_stack, told
from tools.stacks import SHIPPED, recording
from tools.written import page_of, table

PAGE: Final = "docs/time.md"
PICTURE: Final = "docs/time.svg"
SHOWN: Final = "prod"
# How many of the longest links of the chain are shown, in their order.
LINKS: Final = 4
HEAD: Final = ("Stack", "Cloud", "Minutes", "On a slow day", "What the first `up` waits for longest")


def prediction(stack: str) -> Timeline:
    """Returns the prediction for the first `up` of a shipped stack."""
    return of_new_stack(stack, recording(stack).graph)


def _row(timeline: Timeline) -> Sequence[str]:
    longest = sorted(timeline.critical, key=lambda bar: -bar.minutes)[:LINKS]
    links = ", ".join(
        f"{bar.node.name.removeprefix(f'rasa-{timeline.stack}-')} {told(bar.minutes)}"
        for bar in timeline.critical
        if bar in longest
    )
    return f"`{timeline.stack}`", timeline.cloud, told(timeline.minutes), told(timeline.slow), links


def page() -> str:
    """Returns the page with a new table."""
    return page_of(PAGE, {"times": table(HEAD, (_row(prediction(stack)) for stack in SHIPPED))})


def picture() -> str:
    """Returns the chart of the page."""
    return svg(prediction(SHOWN))
