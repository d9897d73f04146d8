"""Fixtures of the tests of Azure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.azure.world import AzureWorld


@pytest.fixture
def world(tmp_path: Path) -> AzureWorld:
    """A stack `dev` whose subscription has a resource group and nothing else."""
    return AzureWorld(tmp_path)
