"""The page on time is fresh."""

from __future__ import annotations

import pytest

from sandbox.clock.chart import svg
from tests.program.stacks import each
from tools.stacks import SHIPPED
from tools.write_time import BEGIN, PAGE, PICTURE, ROOT, SHOWN, prediction, row
from tools.written import written

STALE = "run: python -m tools.write_time"


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_it_tells_what_is_predicted(stack: str):
    assert row(prediction(stack)) in (ROOT / PAGE).read_text().splitlines(), STALE


def test_it_tells_of_the_shipped_stacks_only():
    table = written((ROOT / PAGE).read_text(), BEGIN)
    assert sum(line.startswith("| `") for line in table.splitlines()) == len(SHIPPED)


@pytest.mark.parametrize("stack", each([SHOWN]))
def test_its_picture_is_fresh(stack: str):
    assert (ROOT / PICTURE).read_text() == svg(prediction(stack)), STALE
