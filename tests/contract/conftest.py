"""Rasa is only asked about what some test of this run wants to know."""

from __future__ import annotations

import pytest

from tests.contract import judged


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell the judge which stacks the chosen tests are about."""
    judged.wanted(
        {
            str(item.callspec.params["stack"])
            for item in session.items
            if isinstance(item, pytest.Function) and hasattr(item, "callspec") and "stack" in item.callspec.params
        }
    )
