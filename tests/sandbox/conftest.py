"""Fixtures of the sandbox's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.clouds import World
from tests.sandbox.google import Google


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A stack `dev` whose clouds are empty."""
    return World(tmp_path)


@pytest.fixture
def google(tmp_path: Path) -> Google:
    """A stack `dev` whose project has its APIs on and nothing else."""
    return Google(tmp_path)
