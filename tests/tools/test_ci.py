"""Steps of CI run two at a time, in their order, and the first one that fails ends the rest."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tools import ci
from tools.ci import STEPS, Step


def step(name: str, code: str, *needs: str) -> Step:
    return Step(name=name, command=(sys.executable, "-c", code), needs=frozenset(needs))


def log(path: Path, name: str, seconds: float = 0) -> str:
    """A program that leaves a line when it begins and when it ends."""
    line = f"open({str(path)!r}, 'a').write"
    return (
        f"import time\n{line}('{name} begins\\n')\ntime.sleep({seconds})\n{line}('{name} ends\\n')\nprint('1 passed')"
    )


def test_a_step_waits_for_what_it_needs_and_for_its_turn(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    seen = tmp_path / "seen"
    steps = [
        step("tool", log(seen, "tool", 1)),
        step("user", log(seen, "user"), "tool"),
        step("other", log(seen, "other", 2)),
        step("third", log(seen, "third")),
    ]
    assert ci.main(steps) == 0
    lines = seen.read_text().splitlines()
    assert lines.index("tool ends") < lines.index("user begins")
    assert lines.index("tool ends") < lines.index("third begins")
    assert lines.index("third begins") < lines.index("other ends")
    printed = capfd.readouterr().out
    assert printed.count("1 passed") == 2 * len(steps)  # its output, and its row of the table
    assert all(f"== {one.name} passed" in printed for one in steps)


def test_a_failure_ends_the_others_and_is_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    begun = time.monotonic()
    steps = [
        step("long", "import time; time.sleep(60)"),
        step("bad", "print('what went wrong'); raise SystemExit(3)"),
        step("later", log(tmp_path / "later", "later"), "long"),
    ]
    assert ci.main(steps) != 0
    assert time.monotonic() - begun < 30
    printed = capfd.readouterr().out
    assert "what went wrong\n== bad FAILED (status 3)" in printed
    assert not (tmp_path / "later").exists()


def test_processor_seconds_are_those_of_the_step_and_its_children(tmp_path: Path):
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    running = ci._start(  # pyright: ignore[reportPrivateUsage]
        step("busy", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"),
        tmp_path / "log",
        dict(os.environ),
    )
    assert 0.5 <= ci._wait([running]).processor < 3  # pyright: ignore[reportPrivateUsage]


def test_every_step_can_be_reached():
    names = [one.name for one in STEPS]
    assert len(set(names)) == len(names)
    for index, one in enumerate(STEPS):
        assert one.needs <= set(names[:index]), one.name
    makefile = (Path(ci.__file__).parents[1] / "Makefile").read_text()
    assert [one.name for one in STEPS if one.command[0] == "make" and f"\n{one.name}:" not in makefile] == []
