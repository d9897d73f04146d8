"""Helm that is killed half-way and the way back of docs/reliability.md on a real API server with a chart of our own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.e2e.cluster import Cluster
from tests.processes import Finished, run, wait_until
from tests.real_chart import helm, home

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e cluster")]

NAMESPACE = "stuck"
IN_PROGRESS = "another operation (install/upgrade/rollback) is in progress"
CHART = {"apiVersion": "v2", "name": "one-pod", "version": "1.0.0"}
# No node has a thousand cores, so a release that asks for them is waited for without end.
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: pod}
spec:
  selector: {matchLabels: {app: pod}}
  template:
    metadata: {labels: {app: pod}}
    spec:
      containers:
      - {name: pod, image: "registry.example.com/pod:1", resources: {requests: {cpu: "{{ .Values.cores }}"}}}
"""


@dataclass(frozen=True)
class Release:
    """A release, and where its files are."""

    server: Cluster
    directory: Path

    def helm(self, *arguments: str) -> Finished:
        return run(self._command(*arguments), environment=home(self.directory))

    def upgrade(self, cores: int) -> Finished:
        return self.helm(*self._upgrade(cores))

    def killed_while_it_upgrades(self, cores: int) -> None:
        """Ends Helm as a killed engine ends it, once it has said that it is at work."""
        command = self._command(*self._upgrade(cores))
        working = subprocess.Popen(command, env=home(self.directory), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: any(each.startswith("pending-") for each in self.statuses()), "Helm is at work", 30)
        finally:
            working.kill()
            working.communicate()

    def statuses(self) -> list[str]:
        """Of every revision."""
        told = self.helm("history", "rasa", "--output", "json")
        return [each["status"] for each in json.loads(told.output)] if told.status == 0 else []

    def _upgrade(self, cores: int) -> list[str]:
        return ["upgrade", "--install", "rasa", str(self.directory), "--wait", "--set-string", f"cores={cores}"]

    def _command(self, *arguments: str) -> list[str]:
        return [helm(), *arguments, "--namespace", NAMESPACE, "--kubeconfig", str(self.server.kubeconfig)]


@pytest.fixture
def release(api_server: Cluster, tmp_path: Path) -> Iterator[Release]:
    (tmp_path / "Chart.yaml").write_text(yaml.safe_dump(CHART))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "pod.yaml").write_text(DEPLOYMENT)
    api_server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    yield Release(api_server, tmp_path)
    api_server.delete_namespaces(NAMESPACE)


def test_a_release_that_never_was_is_uninstalled(release: Release):
    release.killed_while_it_upgrades(1000)
    refused = release.upgrade(1)
    assert refused.status != 0
    assert IN_PROGRESS in refused.output
    assert release.helm("uninstall", "rasa").status == 0
    assert release.upgrade(1).status == 0
    assert release.statuses() == ["deployed"]


def test_a_release_that_was_is_rolled_back(release: Release):
    assert release.upgrade(1).status == 0
    release.killed_while_it_upgrades(1000)
    refused = release.upgrade(2)
    assert refused.status != 0
    assert IN_PROGRESS in refused.output
    assert release.helm("rollback", "rasa", "1").status == 0
    assert release.upgrade(2).status == 0
    assert release.statuses()[-1] == "deployed"
