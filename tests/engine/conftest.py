"""One `up` of each shipped stack file; tests that change something go on from a copy of it."""

from __future__ import annotations

import pytest

from tests.engine.workplace import Workplace, require_pulumi


@pytest.fixture(scope="session")
def pulumi() -> None:
    require_pulumi()


def _stood_up(tmp_path_factory: pytest.TempPathFactory, stack: str) -> Workplace:
    workplace = Workplace.make(tmp_path_factory.mktemp(stack) / "project", stack)
    workplace.up()
    return workplace


@pytest.fixture(scope="session")
def dev(pulumi: None, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The dev stack, up. Not to be changed."""
    return _stood_up(tmp_path_factory, "dev")


@pytest.fixture(scope="session")
def prod(pulumi: None, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The prod stack, up. Not to be changed."""
    return _stood_up(tmp_path_factory, "prod")
