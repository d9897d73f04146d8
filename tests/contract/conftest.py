"""Rasa is only asked about what some test of this run wants to know."""

from __future__ import annotations

import pytest

from tests.contract import judged


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell the judge which stacks the chosen tests are about."""
    parameters = [
        item.callspec.params
        for item in session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    judged.wanted(
        stacks={str(each["stack"]) for each in parameters if "stack" in each},
        controls=any("mistake" in each for each in parameters),
    )
