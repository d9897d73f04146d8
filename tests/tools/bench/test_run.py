"""What a process tells of itself, and what is read from what the engine says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bench.run import PROBE, counted


def test_a_process_tells_its_command_its_time_and_its_largest_size(tmp_path: Path):
    size = 200 * 2**20
    program = tmp_path / "program.py"
    program.write_text(f"held = b'x' * {size}\ndel held\nwhile __import__('time').process_time() < 0.3: pass\n")
    environment = {**os.environ, "PYTHONPATH": str(PROBE), "BENCH_REPORTS": str(tmp_path)}
    subprocess.run([sys.executable, program], check=True, env=environment)
    (report,) = (json.loads(path.read_text()) for path in tmp_path.glob("*.json"))
    assert report["command"][-1] == str(program)
    assert 0.3 <= report["processor"] < 10
    assert 200 < report["peak"] / 2**20 < 250


@pytest.mark.parametrize(
    ("printed", "count"),
    [
        ("Resources:\n    + 196 to create\n", 196),
        ("Resources:\n    + 196 created\n\nDuration: 9s\n", 196),
        ("Resources:\n    195 unchanged\n", 0),
    ],
)
def test_resources_are_counted_as_the_engine_counts_them(printed: str, count: int):
    assert counted(printed) == count
