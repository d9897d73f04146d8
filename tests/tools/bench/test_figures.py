"""Medians, ratios and growth, from runs that are made up."""

from __future__ import annotations

import pytest

from tools.bench.figures import each_further, growth, middle, ratio, share


def rounds(key: str, *values: float) -> list[dict[str, float]]:
    return [{key: value} for value in values]


def test_one_slow_round_does_not_move_the_median():
    assert middle(rounds("wall", 2.0, 90.0, 1.0), "wall") == 2.0


def test_a_ratio_compares_within_a_round():
    """The machine was three times slower in the second round, for both."""
    assert ratio(rounds("wall", 2.0, 6.0, 2.2), rounds("wall", 1.0, 3.0, 1.0), "wall") == 2.0


def test_rounds_that_do_not_belong_together_are_an_error():
    with pytest.raises(ValueError, match="shorter"):
        ratio(rounds("wall", 1.0, 2.0), rounds("wall", 1.0), "wall")


def test_a_share_is_of_the_same_run():
    assert share([{"part": 1.0, "whole": 4.0}, {"part": 5.0, "whole": 10.0}], "part", "whole") == 0.375


def test_each_further_one_costs_the_same_where_growth_is_linear():
    assert each_further({50: 108.0, 1: 10.0, 10: 28.0}) == [2.0, 2.0]


def test_growth_is_that_of_a_round():
    """The second round was ten times slower, and in itself linear too."""
    by_count = {1: rounds("wall", 1.0, 10.0), 10: rounds("wall", 10.0, 100.0), 50: rounds("wall", 50.0, 500.0)}
    assert growth(by_count, "wall") == 1


def test_each_further_one_costs_more_where_it_is_not():
    earlier, later = each_further({count: float(count**2) for count in (1, 10, 50)})
    assert (earlier, later) == (11.0, 60.0)
