"""The real Pulumi engine, a small program, and its whole life against the sandbox. Needs the CLI; fails without it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = f"""
name: tiny
runtime:
  name: python
  options: {{toolchain: pip, virtualenv: {sys.prefix}}}
"""
STACK = """
config:
  pulumi:disable-default-providers: ["*"]
  tiny:cidr: 10.0.0.0/16
  rasa:secrets:
    license: {secure: "only the user's own passphrase reads this"}
"""
PROGRAM = """
import json
import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pulumi_random as random

config = pulumi.Config()
of_the_user = pulumi.Config("rasa").require_secret_object("secrets")
kubeconfig = json.dumps({
    "current-context": "c",
    "clusters": [{"name": "c", "cluster": {"server": "https://cluster.example"}}],
    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    "users": [{"name": "u", "user": {"exec": {"command": "aws"}}}],
})
of_aws = pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-central-1", default_tags={"tags": {"a": "b"}}))
of_random = pulumi.ResourceOptions(provider=random.Provider("random"))
of_kubernetes = pulumi.ResourceOptions(
    provider=kubernetes.Provider("kubernetes", kubeconfig=kubeconfig, cluster_identifier="c")
)
vpc = aws.ec2.Vpc("vpc", cidr_block=config.require("cidr"), opts=of_aws)
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block=vpc.cidr_block.apply(lambda c: c.replace("/16", "/24")), opts=of_aws)
aws.s3.Bucket("models", tags={"team": config.get("team") or "none"}, opts=of_aws)
password = random.RandomPassword("password", length=32, special=False, opts=of_random)
namespace = kubernetes.core.v1.Namespace("space", metadata={"name": "rasa"}, opts=of_kubernetes)
secret = kubernetes.core.v1.Secret(
    "secret",
    metadata={"namespace": namespace.metadata.name},
    string_data={"password": password.result, "license": of_the_user["license"]},
    opts=of_kubernetes,
)
kubernetes.helm.v3.Release(
    "rasa", name="rasa", namespace=namespace.metadata.name, chart=config.get("chart") or "./chart",
    values={"secret": secret.metadata.name}, opts=of_kubernetes,
)
pulumi.export("vpc", vpc.id)
pulumi.export("password", password.result)
pulumi.export("endpoints", {"rasa": "tracker_store: {}"})
pulumi.export("values", {"rasa": {"replicas": 1}})
"""
CHART = """
apiVersion: v1
kind: ConfigMap
metadata: {name: rasa}
data: {secret: "{{ .Values.secret }}"}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    assert shutil.which("pulumi"), "no pulumi on PATH: run `make setup` and put its directory first"
    files = {"Pulumi.yaml": PROJECT, "Pulumi.dev.yaml": STACK, "__main__.py": PROGRAM}
    chart = {"Chart.yaml": "apiVersion: v2\nname: rasa\nversion: 1.0.0\n", "templates/config.yaml": CHART}
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    for name, text in {**files, **{f"chart/{name}": text for name, text in chart.items()}}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.matrix
def test_life_of_a_small_program(project: Path) -> None:
    def run(*arguments: str, succeeds: bool = True) -> str:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "RASA_CHART": ""}
        command = [sys.executable, "-m", "sandbox", "pulumi", *arguments]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        assert (done.returncode == 0) is succeeds, text
        return text

    def written(name: str) -> Any:
        """What the last run left beside the stack: what it would have taken, and the outputs, secrets masked."""
        return json.loads((project / ".sandbox" / "dev" / name).read_text())

    before = {path.name for path in project.iterdir()}
    up = run("up", "--yes")
    assert "+ 11 to create" in up, "the preview before the first deployment shows everything"
    assert "+ 11 created" in up
    assert "chart ./chart was rendered with Helm: 1 manifests are valid" in up
    assert "warning" not in up.lower()
    assert "On AWS this would take about 4 min" in up
    assert [urn.rpartition("::")[2] for urn in written("timeline.json")["criticalPath"]] == ["space", "secret", "rasa"]
    assert (project / ".sandbox" / "dev" / "values.yml").read_text() == "replicas: 1\n"
    assert written("outputs.json")["password"] == "[secret]"
    assert {path.name for path in project.iterdir()} - {"__pycache__"} == {*before, ".sandbox"}
    assert (project / "Pulumi.dev.yaml").read_text() == STACK

    vpc = written("outputs.json")["vpc"]
    assert "dummy secrets" in run("config", "set", "--secret", "x", "y", succeeds=False)
    run("config", "set-all", "--plaintext", "team=platform", "--plaintext", "cidr=10.1.0.0/16")
    assert "tiny:team: platform" in (project / "Pulumi.dev.yaml").read_text()
    changed = run("up", "--yes", "--skip-preview", "--refresh")
    assert "~ 1 updated" in changed
    assert "+-2 replaced" in changed
    done = {(one["name"], *one["operations"]) for one in written("timeline.json")["resources"]}
    # The network's successor is made beside it, the subnet's too; both old ones go at the end.
    replaced = {(name, operation) for name in ("vpc", "subnet") for operation in ("create", "delete")}
    assert done == {("models", "update"), *replaced}
    assert written("outputs.json")["vpc"] != vpc

    mistake = run("preview", "--config", "tiny:cidr=10.1.0.0/8", succeeds=False)
    assert "not a valid IPv4 CIDR block" in mistake

    database = project / ".sandbox" / "cloud.sqlite"
    with sqlite3.connect(database) as cloud:
        cloud.execute("DELETE FROM resources WHERE token = 'aws:s3/bucket:Bucket'")
    assert "- 1 deleted" in run("refresh", "--yes", "--skip-preview")
    destroyed = run("destroy", "--yes", "--skip-preview")
    assert "- 10 deleted" in destroyed
    assert "On AWS this would take about" in destroyed
    assert written("timeline.json")["command"] == "destroy"
    with sqlite3.connect(database) as cloud:
        assert cloud.execute("SELECT count(*) FROM resources").fetchone() == (0,)
