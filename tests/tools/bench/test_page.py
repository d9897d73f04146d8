"""The page has a place for every table, and a table a row for all that is measured. Figures are nobody's test."""

from __future__ import annotations

import re
from typing import Any

import pytest

from settings import Cloud
from tools.bench import __main__ as bench
from tools.bench import page, tables
from tools.bench.assistants import COUNTS
from tools.bench.stacks import COMMANDS, EMPTY, FLAT, OURS
from tools.stacks import PROD
from tools.written import END, filled, written

TEXT = page.PAGE.read_text()


def run(times: float = 1.0) -> dict[str, Any]:
    taken = {"wall": 10.0, "processor": 20.0, "program": 5.0, "sandbox": 8.0, "peak": 150.0}
    return {**{key: value * times for key, value in taken.items()}, "resources": 200}


def stacks(ours: float) -> dict[str, Any]:
    runs = {OURS: [run(ours)], FLAT: [run()], EMPTY: [run(0.25)]}
    return {stack: dict.fromkeys(COMMANDS, runs) for stack in PROD.values()}


def assistants(power: float) -> dict[str, Any]:
    return {str(count): [{**run(count**power), "resources": 49 * count + 183}] for count in COUNTS}


IMPORTS = {cloud.value: [{"floor": 0.5, "sdks": 2.0, "ours": 0.25}] for cloud in Cloud}
RESULTS = {"stacks": stacks(1.2), "assistants": assistants(1), "imports": IMPORTS}


def rows(table: str, first: str = "") -> list[str]:
    return [line for line in table.splitlines() if line.startswith(f"| {first}")]


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, of_part in page.TABLES.items() for name in of_part])
def test_the_page_has_each_table_with_all_its_rows(part: str, name: str):
    """Not the figures: those are of another run."""

    def without_figures(table: str) -> list[str]:
        return [re.sub(r"(?<= )[\d.,]+(?= )", "0", row) for row in rows(table)]

    assert TEXT.count(page.begin(name)) == 1
    table = page.TABLES[part][name](RESULTS[part])
    assert len(rows(table)) > 4
    assert without_figures(table) == without_figures(written(TEXT, page.begin(name)))


def test_every_part_has_tables_and_each_of_them_a_place_of_its_own():
    assert page.TABLES.keys() == bench.PARTS.keys() == RESULTS.keys()
    before = f"a\n{page.begin('x')}\nold\n{END}\nb\n{page.begin('y')}\nkept\n{END}\n"
    after = filled(before, page.begin("x"), "new")
    assert after == before.replace("\nold\n", "\n\nnew\n\n")
    assert filled(after, page.begin("x"), "new") == after


def test_figures_are_in_times_of_the_flat_program_shares_of_the_whole_and_in_times_of_pulumis_own_sdk():
    assert rows(tables.stacks(stacks(1.2)), "`prod` ")[0] == (
        "| `prod` | `preview` | 1.20 | 1.20 | 1.20 | 0.25 | 0.25 | 0.25 |"
    )
    assert rows(tables.shares(stacks(1.2)), "`prod` ")[0] == "| `prod` | `preview` | 25 % | 40 % | 35 % |"
    assert rows(tables.imports(IMPORTS), "gcp ") == ["| gcp | 4.00 | 0.50 |"]


def test_a_goal_is_met_with_the_worst_figure_or_missed_by_each():
    assert tables.verdict(1.5, {"a": 1.2, "b": 1.4}) == "Goal: under 1.5 times. Met: the most is 1.40, b."
    assert tables.verdict(1.5, {"a": 1.2, "b": 1.5, "c": 1.7}) == "Goal: under 1.5 times. Missed: b by 0.00, c by 0.20."
    assert "Missed: time of `preview` of `prod` by 0.10" in tables.stacks(stacks(1.6))


def test_growth_is_compared_within_a_round_and_judged():
    """The machine was twice as slow in the second round."""
    result = assistants(1)
    for rounds in result.values():
        rounds.append({key: 2 * value for key, value in rounds[0].items()})
    assert "| time, s | 15.00 | 15.00 | 1.00 |" in tables.assistants(result)
    assert "Goal: under 1.1 times. Met" in tables.assistants(assistants(1))
    assert "Missed: time of each further assistant by" in tables.assistants(assistants(2))
    assert "Missed: resources" not in tables.assistants(assistants(2))
