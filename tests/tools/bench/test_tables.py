"""Medians, ratios and growth, from runs that are made up."""

from __future__ import annotations

import pytest

from tools.bench.tables import each_further, growth, middle, ratio, share


def rounds(*values: float) -> list[dict[str, float]]:
    return [{"wall": value} for value in values]


def test_one_slow_round_does_not_move_the_median():
    assert middle(rounds(2.0, 90.0, 1.0), "wall") == 2.0


def test_ratios_and_shares_compare_within_a_round():
    """The machine was three times slower in the second round, for both."""
    assert ratio(rounds(2.0, 6.0, 2.2), rounds(1.0, 3.0, 1.0), "wall") == 2.0
    assert share([{"part": 1.0, "whole": 4.0}, {"part": 5.0, "whole": 10.0}], "part", "whole") == 0.375
    with pytest.raises(ValueError, match="shorter"):
        ratio(rounds(1.0, 2.0), rounds(1.0), "wall")


def test_the_cost_of_one_more_is_constant_only_if_growth_is_linear():
    assert each_further({50: 108.0, 1: 10.0, 10: 28.0}) == [2.0, 2.0]
    assert each_further({count: float(count**2) for count in (1, 10, 50)}) == [11.0, 60.0]
    # The second round was ten times slower, and is linear too.
    assert growth({1: rounds(1.0, 10.0), 10: rounds(10.0, 100.0), 50: rounds(50.0, 500.0)}, "wall") == 1
