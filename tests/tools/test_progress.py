"""What a person sees of a long step."""

from __future__ import annotations

import re
import sys

import pytest

from tools import progress


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_its_beginning_and_its_end_are_told_and_what_it_prints_is_kept_back(capsys: pytest.CaptureFixture[str]):
    assert progress.run("building", script("print('compiling')")) == "compiling\n"
    assert re.fullmatch(r"setup: building\nsetup: building: done in \d+ s\n", capsys.readouterr().out)


def test_of_one_that_fails_the_end_is_told(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(progress.StepFailed) as failed:
        progress.run("building", script("print(*range(100), sep='\\n', flush=True); raise SystemExit('no compiler')"))
    lines = str(failed.value).splitlines()
    assert len(lines) == progress.LINES_SHOWN_ON_FAILURE
    assert "no compiler" in lines
    assert re.search(r"\nsetup: building: failed after \d+ s\n$", capsys.readouterr().out)


def test_a_person_who_watches_sees_that_it_goes_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    progress.run("building", script("import time; print('one', flush=True); time.sleep(1.5)"), total_lines=4)
    first, *others, last = capsys.readouterr().out.split("\r\033[K")[1:]
    assert first == "setup: building"
    assert others
    assert all(re.fullmatch(r"setup: building: \d+ s, (0|25) %", text) for text in others)
    assert re.fullmatch(r"setup: building: done in \d+ s\n", last)


def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(progress.StepFailed):
        progress.run("building", script("import time; time.sleep(600)"), timeout=0.1)
