"""The real Pulumi engine, a small program, and its whole life against the sandbox. Needs the CLI; fails without it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# One deployment, and what happens to it in the order of the file: all in one worker.
pytestmark = pytest.mark.xdist_group("sandbox-engine")

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


class Tiny:
    """A project directory; `run` is `python -m sandbox pulumi ...` in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "Pulumi.yaml").write_text(PROJECT)
        (directory / "Pulumi.dev.yaml").write_text(STACK)
        (directory / "__main__.py").write_text(PROGRAM)
        (directory / "chart" / "templates").mkdir(parents=True)
        (directory / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: rasa\nversion: 1.0.0\n")
        (directory / "chart" / "templates" / "config.yaml").write_text(CHART)

    def run(self, *arguments: str, succeeds: bool = True) -> str:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "RASA_CHART": ""}
        command = [sys.executable, "-m", "sandbox", "pulumi", *arguments]
        done = subprocess.run(command, cwd=self.directory, env=environment, capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        assert (done.returncode == 0) is succeeds, text
        return text

    def timeline(self) -> dict[str, Any]:
        """What the last run that did something would have taken."""
        return json.loads((self.directory / ".sandbox" / "dev" / "timeline.json").read_text())

    def outputs(self) -> dict[str, Any]:
        """What the last `up` wrote: the stack's outputs, secrets masked."""
        return json.loads((self.directory / ".sandbox" / "dev" / "outputs.json").read_text())


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """The project, deployed once."""
    assert shutil.which("pulumi"), "no pulumi on PATH: run `make setup` and put its directory first"
    project = Tiny(tmp_path_factory.mktemp("tiny"))
    up = project.run("up", "--yes")
    assert "+ 11 to create" in up, "the preview before the first deployment shows everything"
    assert "+ 11 created" in up
    assert "chart ./chart was rendered with Helm: 1 manifests are valid" in up
    assert "warning" not in up.lower()
    assert "On AWS this would take about 4 min" in up
    return project


def test_the_user_s_files_are_as_they_were(tiny: Tiny) -> None:
    assert (tiny.directory / "Pulumi.dev.yaml").read_text() == STACK
    assert {path.name for path in tiny.directory.iterdir()} - {"__pycache__"} == {
        "Pulumi.yaml",
        "Pulumi.dev.yaml",
        "__main__.py",
        "chart",
        ".sandbox",
    }


def test_a_second_up_has_nothing_to_do(tiny: Tiny) -> None:
    before = tiny.timeline()
    up = tiny.run("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")
    assert "11 unchanged" in up
    assert "would take" not in up
    assert tiny.timeline() == before


def test_up_predicts_its_time_on_the_cloud(tiny: Tiny) -> None:
    timeline = tiny.timeline()
    names = [resource["name"] for resource in timeline["resources"]]
    assert sorted(names) == sorted(["vpc", "subnet", "models", "password", "space", "secret", "rasa"])
    assert [urn.rpartition("::")[2] for urn in timeline["criticalPath"]] == ["space", "secret", "rasa"]
    assert "release" not in (tiny.directory / ".sandbox" / "dev" / "timeline.svg").read_text()


def test_no_secret_is_in_the_state_in_clear(tiny: Tiny) -> None:
    password = tiny.run("stack", "output", "password", "--show-secrets").strip()
    assert re.fullmatch(r"[A-Za-z0-9]{32}", password)
    state = tiny.run("stack", "export")
    assert password not in state
    assert "sandbox-dummy-license-not-a-real-secret" not in state
    assert "sandbox-dummy" in tiny.run("stack", "export", "--show-secrets"), "the control: the dummy is really in use"


def test_files_for_rasa_are_written_without_secrets(tiny: Tiny) -> None:
    directory = tiny.directory / ".sandbox" / "dev"
    assert (directory / "endpoints.yml").read_text() == "tracker_store: {}"
    assert (directory / "values.yml").read_text() == "replicas: 1\n"
    assert tiny.outputs()["password"] == "[secret]"


def test_a_change_updates_in_place_or_replaces(tiny: Tiny) -> None:
    before = tiny.outputs()["vpc"]
    tiny.run("config", "set-all", "--plaintext", "team=platform", "--plaintext", "cidr=10.1.0.0/16")
    assert "tiny:team: platform" in (tiny.directory / "Pulumi.dev.yaml").read_text()
    up = tiny.run("up", "--yes", "--skip-preview")
    assert "~ 1 updated" in up
    assert "+-2 replaced" in up
    done = {(one["name"], *one["operations"]) for one in tiny.timeline()["resources"]}
    # The network's successor is made beside it, the subnet's too; both old ones go at the end.
    replaced = {(name, operation) for name in ("vpc", "subnet") for operation in ("create", "delete")}
    assert done == {("models", "update"), *replaced}
    assert tiny.outputs()["vpc"] != before


def test_a_mistake_is_seen_in_the_preview(tiny: Tiny) -> None:
    preview = tiny.run("preview", "--config", "tiny:cidr=10.1.0.0/8", succeeds=False)
    assert "not a valid IPv4 CIDR block" in preview


def test_secrets_are_not_set_through_the_sandbox(tiny: Tiny) -> None:
    assert "dummy secrets" in tiny.run("config", "set", "--secret", "x", "y", succeeds=False)


def test_what_vanished_from_the_cloud_is_found_by_a_refresh(tiny: Tiny) -> None:
    with sqlite3.connect(tiny.directory / ".sandbox" / "cloud.sqlite") as cloud:
        cloud.execute("DELETE FROM resources WHERE token = 'aws:s3/bucket:Bucket'")
    assert "- 1 deleted" in tiny.run("refresh", "--yes", "--skip-preview")


def test_destroy_empties_the_cloud(tiny: Tiny) -> None:
    """Runs last, after the bucket has vanished: tests of a module run in the order of the file."""
    destroy = tiny.run("destroy", "--yes", "--skip-preview")
    assert "- 10 deleted" in destroy
    assert "On AWS this would take about" in destroy
    assert tiny.timeline()["command"] == "destroy"
    with sqlite3.connect(tiny.directory / ".sandbox" / "cloud.sqlite") as cloud:
        assert cloud.execute("SELECT count(*) FROM resources").fetchone() == (0,)
