"""The list of mistakes that were tried stays one of this program, and the page shows it."""

from __future__ import annotations

import pytest

from tests.contract.mutation_table import MUTATIONS, Mutation
from tests.contract.mutations import ROOT, table


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.mistake)
def test_what_would_be_changed_is_there_once(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text(encoding="utf-8").count(mutation.old) == 1
    assert (ROOT / mutation.test.partition("::")[0]).exists()


def test_the_page_lists_them() -> None:
    assert table() in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
