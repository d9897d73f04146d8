"""The platforms that the tests look at. In a cloud's folder they are of that cloud; else the cloud is a parameter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from settings import Cloud
from tests.components.built import Built, world


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """One worker of a parallel run builds all platforms of a cloud."""
    for item in items:
        if isinstance(item, pytest.Function) and Path(__file__).parent in item.path.parents:
            cloud = item.callspec.params.get("cloud") if hasattr(item, "callspec") else None
            cloud = cloud or item.path.parent.name
            if cloud in set(Cloud):
                item.add_marker(pytest.mark.xdist_group(f"platform-{cloud}"))


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> Cloud:
    return Cloud(request.path.parent.name)


@pytest.fixture
def built(cloud: Cloud, profile: str) -> Built:
    """The platform of a stack file whose name, one of `STACK_FILES`, is a parameter."""
    return world(cloud, profile)


@pytest.fixture
def dev(cloud: Cloud) -> Built:
    return world(cloud, "dev")


@pytest.fixture
def prod(cloud: Cloud) -> Built:
    return world(cloud, "prod")


@pytest.fixture
def shared(cloud: Cloud) -> Built:
    """Two assistants, `sales` with analytics and `support`."""
    return world(cloud, "two assistants")
