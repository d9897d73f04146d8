"""Fixtures of the sandbox's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.clouds import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A stack `dev` whose clouds are empty."""
    return World(tmp_path)
