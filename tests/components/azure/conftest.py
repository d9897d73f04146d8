"""The platforms that the tests look at, each built once."""

from __future__ import annotations

import pytest

from tests.components.azure.recorded import Built, build
from tests.settings.stack_files import AZURE
from tools.stacks import changed

PROD = changed(AZURE, **{"profile": "prod", "assistants[0].replicas": 2})
TWO = {
    "assistants": [{"name": "sales", "model": "m.tar.gz", "analytics": True}, {"name": "support", "model": "m.tar.gz"}]
}


@pytest.fixture(scope="session")
def dev() -> Built:
    return build(AZURE)


@pytest.fixture(scope="session")
def prod() -> Built:
    return build(PROD, stack="prod")


@pytest.fixture(scope="session")
def shared() -> Built:
    """Two assistants, the first with analytics."""
    return build(changed(AZURE, **TWO))


@pytest.fixture(scope="session")
def keyless() -> Built:
    """The same without any key for models."""
    return build(changed(AZURE, **TWO, **{"modelStorage.auth": "initDownload"}))
