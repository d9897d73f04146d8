"""The tools, and worlds to run the scripts in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vault.servers import Seal
from tests.vault.world import Tools, World, new_world
from tools import progress, rasa_pro, vault_server


@pytest.fixture(scope="session")
def tools() -> Tools:
    try:
        return Tools(vault=vault_server.ensure(), python=rasa_pro.ensure(rasa_pro.DEFAULT))
    except progress.StepFailed as failure:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"a tool is missing and cannot be made here: {failure}")


@pytest.fixture(scope="session")
def seal(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seal]:
    """The key that the Vaults of all tests are sealed with. Not to be stopped."""
    seal = Seal(tools.vault, tmp_path_factory.mktemp("seal"))
    seal.start()
    yield seal
    seal.stop()


@pytest.fixture
def world(tools: Tools, seal: Seal, tmp_path: Path) -> Iterator[World]:
    """An empty Vault of one node, on AWS."""
    with new_world(tools, tmp_path, seal) as world:
        world.node.start()
        yield world


@pytest.fixture(scope="module")
def platform(tools: Tools, seal: Seal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A Vault that was set up. Tests of a module share it, each with an assistant of its own."""
    with new_world(tools, tmp_path_factory.mktemp("platform"), seal) as world:
        world.node.start()
        done = world.init()
        assert done.status == 0, done.output
        yield world
