"""The platforms that the tests look at, each built once."""

from __future__ import annotations

import pytest

from tests.components.aws.recorded import Built, build
from tests.settings.stack_files import DEV, PROD
from tools.stacks import changed

# Rasa takes the database's credentials from Vault or from its identity, never both.
IAM = {
    "trackerStore.auth": "iam",
    "lockStore.auth": "iam",
    "eventQueue.auth": "iam",
    "secretsManager": {"kind": "kubernetes"},
}
TWO = {"assistants": [{"name": "sales", "analytics": True}, {"name": "support"}]}


@pytest.fixture(scope="session")
def dev() -> Built:
    return build(DEV)


@pytest.fixture(scope="session")
def prod() -> Built:
    return build(changed(PROD, **{"assistants[0].replicas": 2}), stack="prod")


@pytest.fixture(scope="session")
def iam() -> Built:
    """Two assistants, the first with analytics, that sign in everywhere as their pods."""
    return build(changed(DEV, **IAM, **TWO))


@pytest.fixture(scope="session")
def shared() -> Built:
    """The same with passwords."""
    return build(changed(DEV, **TWO))
