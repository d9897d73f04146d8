"""What is acknowledged is on disk; what failed left no trace; two processes never corrupt one another's work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.store import Store
from tests.sandbox.world import World


def test_another_process_sees_what_was_made(world: World, tmp_path: Path) -> None:
    vpc = world.make("ec2.Vpc")
    found, inputs, outputs = World(tmp_path).cloud(vpc.urn).read(vpc.urn, vpc.id, {}, {})
    assert (found, inputs["cidrBlock"], outputs["arn"].rsplit("/", 1)[1]) == (vpc.id, "10.0.0.0/16", vpc.id)


def test_a_failed_operation_leaves_nothing(world: World) -> None:
    def fail() -> None:
        with world.store.transaction() as transaction:
            transaction.insert(token="t", scope="s", id="vpc-1", urn="u", seed="", inputs={}, outputs={})
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        fail()
    with world.store.transaction() as transaction:
        assert transaction.get("t", "s", "vpc-1") is None


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
    program = """
import sys, json
from pathlib import Path
from catalogue.entry import Refused
from tests.sandbox.world import World
world = World(Path(sys.argv[1]), stack=sys.argv[2])
won = []
for number in range(15):
    try:
        world.make("s3.Bucket", bucket=f"bucket-{number}")
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
    bucket = world.make("s3.Bucket", bucket="models")
    world.refuses("BucketAlreadyExists", "s3.Bucket", bucket="models")
    world.delete(bucket)
    world.make("s3.Bucket", bucket="models")
