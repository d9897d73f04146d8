"""A small sample of `make faults` on a stack that is drawn: the engine is killed, then some creates fail.

The seed is the day, so that every day tries something else. FAULTS_SEED repeats what failed.
"""

from __future__ import annotations

import datetime
import os
import random
from pathlib import Path

import pytest

from sandbox.faults import Fault
from tests.program.stacks import DEV
from tools.faults import ways_back
from tools.faults.exercise import Exercise
from tools.faults.kinds import GO_ON, PASSING

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

SEED = os.environ.get("FAULTS_SEED", str(datetime.datetime.now(datetime.UTC).date()))
FAILING = 8


def test_a_sample_of_faults_is_overcome(tmp_path: Path, pulumi: None):
    print(f"FAULTS_SEED={SEED}")
    stack = random.Random(SEED).choice([*DEV.values()])  # noqa: S311 - has to come out the same again
    exercise = Exercise.begin(tmp_path, stack, SEED)
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
