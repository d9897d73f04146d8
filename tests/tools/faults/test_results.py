"""Results of exercises, and the page that shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.program.stacks import cloud_of, recording
from tools.faults import results
from tools.faults.kinds import HAVE_ALL_TYPES, KILLS, KINDS, is_due
from tools.faults.results import BEGIN, PAGE, Part, Result
from tools.stacks import SHIPPED
from tools.written import written

PART = Part("dev", "kills")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "KEPT", tmp_path)
    return tmp_path


def test_a_result_is_found_again_for_the_same_program_and_seed(kept: Path):
    assert results.of(PART, "1") is None
    result = Result(cases=34, seconds=600, seed="1", program=results.program())
    results.keep(PART, result)
    assert results.of(PART, "1") == result
    assert results.of(PART, "2") is None
    results.keep(PART, replace(result, program="another"))
    assert results.of(PART, "1") is None


def test_a_failure_shows_in_the_table():
    found = {PART: Result(3, 60, "1", "", failure="made twice"), Part("dev", "reads"): Result(140, 60, "1", "")}
    assert results.shown(["kills", "reads"], ["dev", "prod"], found).splitlines()[2:] == [
        "| `dev` | **failed** | 140 |",
        "| `prod` | - | - |",
    ]


def test_the_page_explains_every_kind_and_shows_it_on_every_stack_without_a_failure():
    text = PAGE.read_text()
    assert [kind for kind in KINDS if f"\n| {kind} | " not in text] == []
    table = written(text, BEGIN).strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert rows[0][1:] == [*KINDS]
    assert [row[0].strip("`") for row in rows[2:]] == [*SHIPPED]
    for stack, row in zip(SHIPPED, rows[2:], strict=True):
        for kind, cell in zip(KINDS, row[1:], strict=True):
            assert re.fullmatch(r"[1-9]\d*" if is_due(kind, stack) else "-", cell), f"{kind} on {stack}"


def test_every_type_of_a_cloud_is_in_a_stack_that_is_led_through_faults_for_each_type():
    def types(stacks: Iterable[str]) -> set[tuple[str, str]]:
        return {(cloud_of(stack), one.type) for stack in stacks for one in recording(stack).resources.values()}

    assert types(HAVE_ALL_TYPES) == types(SHIPPED)


def test_the_engine_is_killed_two_hundred_times():
    assert sum(KILLS.values()) * len(SHIPPED) >= 200
