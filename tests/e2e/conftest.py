"""The tier's servers: one set for each cloud, started when the first test asks for it, ended with the run."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from settings import Cloud
from tests.e2e import clouds
from tests.e2e.cluster import Cluster, cluster
from tests.e2e.world import World, world
from tools import rasa_pro, system_packages

Worlds = Callable[[Cloud], World]


@pytest.fixture(scope="session")
def rasa_python() -> Path:
    """The Python of Rasa Pro's environment."""
    return rasa_pro.ensure(rasa_pro.DEFAULT)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands in for a trained model: an archive as Rasa makes them."""
    file = tmp_path_factory.mktemp("model") / "model.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        archive.add(__file__, "metadata.json")
    return file


@pytest.fixture(scope="session")
def worlds(rasa_python: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """The services of a cloud as they are after `up`: the program's own Jobs have made roles, databases and topics."""
    system_packages.ensure()
    with ExitStack() as stack:

        @cache
        def of(cloud: Cloud) -> World:
            started = stack.enter_context(world(cloud, tmp_path_factory.mktemp(cloud), rasa_python))
            jobs = {"roles": clouds.database_roles}
            if cloud is Cloud.GCP:
                jobs["topics"] = clouds.topics
            for name, pod in jobs.items():
                finished = started.run(started.here(pod(started.recording)), name)
                assert finished.status == 0, finished.output
            if started.s3:
                started.s3.upload(started.model_key, model)
            return started

        yield of


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane with nodes."""
    system_packages.ensure()
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


def on(*chosen: Cloud) -> pytest.MarkDecorator:
    """Runs a test once for each of these clouds; one worker of a parallel run has all tests of a cloud."""
    return pytest.mark.parametrize(
        "cloud", [pytest.param(each, marks=pytest.mark.xdist_group(f"e2e {each}")) for each in chosen]
    )
