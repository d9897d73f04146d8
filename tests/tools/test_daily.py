"""A sample is the same for a seed, another one for another, and all if that is asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

DRAW = "import json; from tools.daily import SEED, drawn; print(json.dumps([SEED, drawn('x', range(100), 8)]))"


def draw(**environment: str) -> Any:
    own = {key: value for key, value in os.environ.items() if key not in ("SEED", "SAMPLE")}
    return json.loads(subprocess.check_output([sys.executable, "-c", DRAW], env=own | environment))


def test_the_seed_decides():
    first, again, other = draw(SEED="2026-11-30"), draw(SEED="2026-11-30"), draw(SEED="2026-12-01")
    assert first == again
    assert first[1] != other[1]
    assert len(set(first[1])) == 8
    assert first[1] == sorted(first[1])


def test_the_seed_is_the_day():
    assert draw()[0].count("-") == 2


def test_all_are_taken_by_the_nightly_run():
    assert draw(SAMPLE="all")[1] == [*range(100)]
