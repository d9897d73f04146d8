"""The platforms that the tests look at, each built once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.gcp.recorded import Built, build
from tests.settings.stack_files import GCP
from tools.stacks import changed

PROD: dict[str, Any] = {**GCP, "profile": "prod"}
TWO = {"assistants": [{"name": "sales", "analytics": True}, {"name": "support"}]}


@pytest.fixture(scope="session")
def dev() -> Built:
    return build(GCP)


@pytest.fixture(scope="session")
def prod() -> Built:
    return build(changed(PROD, **{"assistants[0].replicas": 2, "assistants[0].analytics": True}), stack="prod")


@pytest.fixture(scope="session")
def shared() -> Built:
    """Two assistants, the first with analytics."""
    return build(changed(GCP, **TWO))
