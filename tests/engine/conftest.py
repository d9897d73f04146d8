"""One `up` of each shipped stack file; tests that change something go on from a copy of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cache

import pytest

from tools.workplace import Workplace

StoodUp = Callable[[str], Workplace]


@pytest.fixture(scope="session")
def pulumi() -> None:
    """Skips engine tests on a machine without the CLI; in CI that is a failure."""
    if shutil.which("pulumi") is None:
        message = "no pulumi on PATH: run `make setup`"
        assert not os.environ.get("CI"), message
        pytest.skip(message)


@pytest.fixture(scope="session")
def stood_up(pulumi: None, tmp_path_factory: pytest.TempPathFactory) -> StoodUp:
    """A shipped stack, up. Not to be changed. A worker of a parallel run has to run all tests of a stack."""

    @cache
    def of(stack: str) -> Workplace:
        workplace = Workplace.make(tmp_path_factory.mktemp(stack) / "project", stack)
        workplace.up()
        return workplace

    return of


@pytest.fixture(scope="session")
def dev(stood_up: StoodUp) -> Workplace:
    """The dev stack, up. Not to be changed."""
    return stood_up("dev")


@pytest.fixture(scope="session")
def prod(stood_up: StoodUp) -> Workplace:
    """The prod stack, up. Not to be changed."""
    return stood_up("prod")
