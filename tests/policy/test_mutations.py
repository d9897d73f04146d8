"""The changes of `make policy-mutations`, which takes minutes, can still be made: one for each rule, of one line."""

from __future__ import annotations

import pytest

from policy.pack import RULES
from sandbox.recorder import ROOT
from tests.policy.mutation_table import MUTATIONS


def test_every_rule_has_one():
    assert set(MUTATIONS) == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", MUTATIONS)
def test_it_changes_one_line_of_the_program(rule: str):
    mutation = MUTATIONS[rule]
    text = (ROOT / mutation.file).read_text()
    assert text.count(mutation.old) == 1
    before, after = text.splitlines(), text.replace(mutation.old, mutation.new).splitlines()
    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
