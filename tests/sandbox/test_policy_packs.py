"""A policy pack's directory becomes a program that the engine can start; anything else stays what it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.policy_packs import runnable


@pytest.mark.parametrize("form", [["--policy-pack", "{}"], ["--policy-pack={}"]])
def test_a_directory_becomes_a_program_that_starts_it(form: list[str], tmp_path: Path):
    pack = tmp_path / "my pack"
    pack.mkdir()
    (pack / "__main__.py").write_text("import sys; print(sys.argv[1:], sys.path[0])")
    arguments = runnable(["preview", *(word.format(pack) for word in form)], tmp_path / "programs")
    program = arguments[-1].removeprefix("--policy-pack=")
    assert arguments == ["preview", *(word.format(program) for word in form)]
    assert os.access(program, os.X_OK)
    assert Path(program).read_text().splitlines()[1].startswith(f"exec {sys.executable} ")
    started = subprocess.run([program, "127.0.0.1:1"], capture_output=True, text=True, check=True)
    assert str(pack) in started.stdout


def test_what_is_no_directory_and_every_other_argument_stays(tmp_path: Path):
    program = tmp_path / "pack"
    program.touch()
    for arguments in (["up", "--policy-pack", str(program)], ["stack", "ls"], ["--policy-pack"]):
        assert runnable(arguments, tmp_path) == arguments
