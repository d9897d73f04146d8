"""The commands, as the workflows call them: by any Python 3.11 or later, without a package."""

from __future__ import annotations

import json
import subprocess
import sys

from sandbox.recorder import ROOT


def run(*arguments: str) -> str:
    command = [sys.executable, "-S", "-m", "tools.pulls", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_stacks_are_the_outputs_of_a_step():
    lines = dict(line.split("=", 1) for line in run("stacks", "--cloud", "dev prod-gcp").splitlines())
    assert lines.keys() == {"cloud", "sandbox"}
    cloud = json.loads(lines["cloud"])
    assert cloud == [{"stack": "dev", "cloud": "aws"}, {"stack": "prod-gcp", "cloud": "gcp"}]
    assert "prod" in {one["stack"] for one in json.loads(lines["sandbox"])}


def test_nothing_touched_is_an_empty_list():
    assert run("stacks", "--since", "HEAD", "--cloud", "dev").splitlines() == ["cloud=[]", "sandbox=[]"]


def test_the_commands_of_jobs_that_write_need_no_package():
    assert "usage" in run("post", "--help")
