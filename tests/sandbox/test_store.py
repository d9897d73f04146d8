"""What is acknowledged is on disk; what failed left no trace; two processes never corrupt one another's work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from catalogue.entry import Refused
from sandbox.store import Store
from tests.sandbox.clouds import AWS_TOKENS, World

VPC = AWS_TOKENS["Vpc"]
BUCKET = AWS_TOKENS["Bucket"]


def test_another_process_sees_what_was_made(world: World, tmp_path: Path) -> None:
    id, _ = world.make(VPC, "vpc", {"cidrBlock": "10.0.0.0/16"})
    again = World(tmp_path)
    found, inputs, outputs = again.aws.read(again.urn(VPC, "vpc"), id, {}, {})
    assert (found, inputs["cidrBlock"], outputs["arn"].rsplit("/", 1)[1]) == (id, "10.0.0.0/16", id)


def test_a_failed_operation_leaves_nothing(world: World) -> None:
    def fail() -> None:
        with world.store.transaction() as transaction:
            transaction.insert(token=VPC, scope="s", id="vpc-1", urn="u", seed="", inputs={}, outputs={})
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        fail()
    with world.store.transaction() as transaction:
        assert transaction.get(VPC, "s", "vpc-1") is None


def test_a_kill_in_the_middle_of_an_operation_leaves_nothing(tmp_path: Path) -> None:
    program = """
import os, sys
from pathlib import Path
from sandbox.store import Store
store = Store(Path(sys.argv[1]))
for number in range(3):
    with store.transaction() as transaction:
        transaction.insert(token="t", scope="s", id=str(number), urn="u", seed="", inputs={}, outputs={})
        if number == 2:
            os.kill(os.getpid(), 9)
"""
    path = tmp_path / "cloud.sqlite"
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == -9
    with Store(path).transaction() as transaction:
        assert [record.id for record in transaction.all("t")] == ["0", "1"]


def test_two_processes_cannot_take_one_name(tmp_path: Path) -> None:
    program = f"""
import sys, json
from pathlib import Path
from catalogue.entry import Refused
from tests.sandbox.clouds import World
world = World(Path(sys.argv[1]), stack=sys.argv[2])
won = []
for number in range(15):
    try:
        world.make({BUCKET!r}, f"b{{number}}", {{"bucket": f"bucket-{{number}}"}})
        won.append(number)
    except Refused:
        pass
print(json.dumps(won))
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    racers = [subprocess.Popen([*command, stack], stdout=subprocess.PIPE, text=True) for stack in ("one", "two")]
    first, second = (json.loads(racer.communicate()[0]) for racer in racers)
    assert sorted([*first, *second]) == list(range(15))


def test_a_name_is_free_again_when_its_owner_is_gone(world: World) -> None:
    id, _ = world.make(BUCKET, "b", {"bucket": "models"})
    with pytest.raises(Refused, match="BucketAlreadyExists"):
        world.make(BUCKET, "c", {"bucket": "models"})
    world.delete(BUCKET, "b", id)
    world.make(BUCKET, "c", {"bucket": "models"})
