"""Rasa's own chart, released by real Helm with the generated values on a real API server, where it can be had."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.artifacts import CHART_VERSION
from components.rasa.names import RELEASE
from sandbox.recorder import run_program
from sandbox.recording import Recording
from tests.e2e.cluster import Cluster
from tests.e2e.manifests import clear, manifests
from tests.processes import Finished, run, wait_until
from tests.program.stacks import STACKS, recording
from tests.real_chart import helm, home, reached
from tools.stacks import SHIPPED, changed, settings_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e cluster")]

DEPLOYMENTS = "/apis/apps/v1/namespaces/{namespace}/deployments"


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pinned chart."""
    return reached(tmp_path_factory.mktemp("chart"))


@dataclass(frozen=True, kw_only=True)
class Release:
    """The release of an assistant on a server, and where its files are."""

    server: Cluster
    chart: Path
    namespace: str
    directory: Path

    def upgrade(self, values: Mapping[str, Any], *, seconds: int = 60) -> Finished:
        """Install or upgrade, as the program has Helm do it: back to what was there if it fails."""
        file = self.directory / "values.yml"
        file.write_text(json.dumps(values))
        options = ["--values", file, "--version", CHART_VERSION, "--atomic", "--timeout", f"{seconds}s"]
        return self._helm("upgrade", "--install", RELEASE, self.chart, *options, seconds=3 * seconds)

    def history(self) -> list[tuple[int, str]]:
        """Revision and status of every revision."""
        told = json.loads(self._helm("history", RELEASE, "--output", "json").output)
        return [(each["revision"], each["status"]) for each in told]

    def deployment(self) -> dict[str, Any]:
        """Rasa's Deployment."""
        return self.server.get(f"{DEPLOYMENTS.format(namespace=self.namespace)}/{RELEASE}")

    def ready(self) -> list[dict[str, Any]]:
        """Rasa's pods that are ready."""
        pods = (each for each in self.server.pods(self.namespace) if "deletionTimestamp" not in each["metadata"])
        return [each for each in pods if _is_ready(each) and _name(each) == RELEASE]

    def _helm(self, *arguments: str | Path, seconds: float = 60) -> Finished:
        where = ["--namespace", self.namespace, "--kubeconfig", self.server.kubeconfig]
        return run([helm(), *arguments, *where], environment=home(self.directory), seconds=seconds)


def _is_ready(pod: Mapping[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _name(pod: Mapping[str, Any]) -> str | None:
    return pod["metadata"]["labels"].get("app.kubernetes.io/name")


@contextmanager
def prepared(server: Cluster, chart: Path, found: Recording, directory: Path) -> Iterator[Release]:
    """All that the program makes before the release."""
    for each in manifests(found):
        server.apply(each)
    try:
        yield Release(server=server, chart=chart, namespace=found.outputs["namespaces"]["rasa"], directory=directory)
    finally:
        clear(server, found)


def values(found: Recording) -> Mapping[str, Any]:
    """The values that the program gives the chart."""
    return found.outputs["values"]["rasa"]


def variant(stack: str, **settings: Any) -> Mapping[str, Any]:
    """The values of a stack whose assistant has other settings."""
    (assistant,) = STACKS[stack]["assistants"]
    return values(run_program(changed(settings_of(stack), assistants=[{**assistant, **settings}]), stack=stack))


@pytest.mark.parametrize("stack", SHIPPED)
def test_the_release_comes_up_is_upgraded_and_a_failed_upgrade_is_rolled_back(
    api_server: Cluster, chart: Path, stack: str, tmp_path: Path
) -> None:
    found = recording(stack)
    with prepared(api_server, chart, found, tmp_path) as release:
        comes_up(release, values(found))
        pods = is_upgraded(release, stack)
        is_rolled_back(release, stack, pods)


def comes_up(release: Release, given: Mapping[str, Any]) -> None:
    """Install the release: every Deployment of the chart is whole."""
    before = len(release.server.warnings)
    finished = release.upgrade(given)
    assert finished.status == 0, finished.output
    # Nothing of the chart breaks the restricted standard that the namespace enforces.
    assert "violate PodSecurity" not in finished.output
    assert release.server.warnings[before:] == []
    assert release.history() == [(1, "deployed")]
    # With autoscaling the chart says no number: there is one pod until the autoscaler knows better.
    wanted = given["rasa"]["replicaCount"]

    def settled() -> bool:
        all_ = release.server.get(DEPLOYMENTS.format(namespace=release.namespace))["items"]
        whole = [each["status"].get("availableReplicas") == each["spec"]["replicas"] for each in all_]
        return all(whole) and len(release.ready()) == release.deployment()["spec"]["replicas"] == wanted

    wait_until(settled, f"every deployment is whole, and Rasa has {wanted} pods", 60)


def is_upgraded(release: Release, stack: str) -> set[str]:
    """Another number of replicas, and a secret that has changed: every pod is a new one. Returns their names."""
    old = {each["metadata"]["name"] for each in release.ready()}
    second = dict(variant(stack, replicas=4))
    second["rasa"] = {**second["rasa"], "podAnnotations": {"checksum/secrets": "another"}}
    finished = release.upgrade(second)
    assert finished.status == 0, finished.output
    wait_until(lambda: len(release.ready()) == 4, "four pods are ready", 30)
    new = {each["metadata"]["name"] for each in release.ready()}
    assert not old & new
    assert {each["metadata"]["annotations"]["checksum/secrets"] for each in release.ready()} == {"another"}
    return new


def is_rolled_back(release: Release, stack: str, pods: set[str]) -> None:
    """Pods that ask for more than any node has: back to what was, whose pods have never been touched."""
    resources = {"cpu": "1000", "memory": "2Gi", "memoryLimit": "4Gi"}
    failed = release.upgrade(variant(stack, replicas=4, resources=resources), seconds=15)
    assert failed.status != 0
    assert "rolled back due to atomic being set" in failed.output
    assert release.history() == [(1, "superseded"), (2, "superseded"), (3, "failed"), (4, "deployed")]
    assert {each["metadata"]["name"] for each in release.ready()} == pods
    assert release.deployment()["spec"]["replicas"] == 4
