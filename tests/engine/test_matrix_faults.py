"""A small sample of `make faults`, of a stack and faults that are drawn anew every day: kills, then failing creates."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.faults import Fault
from tools.daily import SEED, draws
from tools.faults import ways_back
from tools.faults.exercise import Exercise
from tools.faults.kinds import GO_ON, PASSING
from tools.stacks import DEV

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

FAILING = 8


def test_a_sample_of_faults_is_overcome(tmp_path: Path, pulumi: None):
    exercise = Exercise.begin(tmp_path, draws("stack of faults").choice([*DEV.values()]), SEED)
    urns = exercise.expected()
    draw = exercise.random
    killed, struck = exercise.run(
        "up", [Fault(draw.choice(("kill", "kill-late")), after=draw.randrange(len(urns) // 2))]
    )
    assert killed.status != 0
    assert struck
    ways_back.after_a_kill(exercise)
    left = [urn for urn in urns if urn not in exercise.known]
    faults = [Fault(draw.choice(PASSING), "create", urn) for urn in draw.sample(left, FAILING)]
    exercise.until_done("up", faults, GO_ON)
    exercise.all_is_well()
