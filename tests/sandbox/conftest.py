"""Fixtures of the sandbox's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.azure import Azure
from tests.sandbox.google import Google
from tests.sandbox.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A stack `dev` whose clouds are empty."""
    return World(tmp_path)


@pytest.fixture
def azure(tmp_path: Path) -> Azure:
    """A stack `dev` whose subscription has a resource group and nothing else."""
    return Azure(tmp_path)


@pytest.fixture
def google(tmp_path: Path) -> Google:
    """A stack `dev` whose project has its APIs on and nothing else."""
    return Google(tmp_path)
