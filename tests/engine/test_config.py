"""What a user writes, by hand or with `pulumi config set`, is what the program reads. No sandbox: only the engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.recorder import ROOT
from tools.workplace import environment

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine-config")]

# Creates nothing; shows what the loader makes of the stack file.
PROGRAM = """
import pulumi
from settings import load
settings = load()
pulumi.export("settings", settings.model_dump(mode="json"))
pulumi.export("license", settings.secret("license"))
"""
STACK_FILE = """
config:
  rasa:cloud: aws
  rasa:profile: prod
  rasa:region: eu-central-1
  rasa:allowDestroy: true
  rasa:tags: {cost-center: "0042", team: "yes"}
  rasa:cluster:
    apiAccess: [203.0.113.0/24, 198.51.100.0/24]
    version: "1.30"
  rasa:secretsManager: vault
  rasa:trackerStore:
    storageGb: 40
  rasa:assistants:
    - name: rasa
      analytics: true
      credentials: {rest: , socketio: {session_persistence: true, threshold: 0.50, jwt_key: "${JWT_SECRET}"}}
"""
# Nothing that reads the file before the program may stop at one of these.
SLIPS = """
config:
  rasa:cloud: aws
  rasa:profile: dev
  rasa:region: 014
  rasa:network: 10.0.0.0/16
  rasa:cluster: [203.0.113.0/24]
  rasa:lockStore:
  rasa:eventQueue: 5
  rasa:allowDestroy: [yes]
  rasa:tags: {a: 0042}
  rasa:assistants: [rasa, null, {endpoints: {nlg: {pin: 007, since: 2026-11-30}}}]
"""
Pulumi = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def pulumi_in_a_project(pulumi: None, tmp_path_factory: pytest.TempPathFactory) -> Pulumi:
    """The bare command line in a project that only loads the settings."""
    directory = tmp_path_factory.mktemp("config")
    (directory / "backend").mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", directory)
    for name in ("settings", ".venv"):
        (directory / name).symlink_to(ROOT / name)
    (directory / "__main__.py").write_text(PROGRAM)
    (directory / "Pulumi.dev.yaml").write_text(STACK_FILE)
    place = {
        "PATH": f"{Path(sys.executable).parent}:{environment()['PATH']}",
        "PULUMI_HOME": str(directory / "home"),
        "PULUMI_BACKEND_URL": f"file://{directory / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "dummy",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }

    def pulumi_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["pulumi", "--non-interactive", *arguments]
        return subprocess.run(
            command, cwd=directory, env=environment() | place, capture_output=True, text=True, check=False
        )

    for stack in ("slips", "dev"):
        assert pulumi_cli("stack", "init", stack).returncode == 0
    # Pulumi writes numbers in its own way whenever it writes the file, so the text follows the salt.
    with (directory / "Pulumi.slips.yaml").open("a") as file:
        file.write(SLIPS)
    return pulumi_cli


def test_everything_survives_the_way_from_the_file_to_the_program(pulumi_in_a_project: Pulumi):
    pulumi = pulumi_in_a_project
    for arguments in (
        ["--secret", "--path", "rasa:secrets.license", "dummy-license"],
        ["--secret", "--path", "rasa:secrets.other", "1.10"],
        ["--path", "rasa:lockStore.nodes", "3"],
        ["--path", "rasa:assistants[0].replicas", "4"],
        ["--path", "rasa:assistants[0].model", "one.tar.gz"],
        ["--path", "rasa:assistants[0].env.PIN", "0042"],
        ["--path", "rasa:assistants[0].resources.cpu", "1.5"],
        ["--path", "rasa:trackerStore.version", "16"],
        ["rasa:encryption", "create"],
    ):
        done = pulumi("config", "set", *arguments)
        assert done.returncode == 0, done.stderr
    done = pulumi("up", "--yes", "--skip-preview")
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = json.loads(pulumi("stack", "output", "--json").stdout)
    settings = outputs["settings"]
    assert settings["allow_destroy"] is True
    assert settings["tags"] == {"cost-center": "0042", "team": "yes"}
    assert settings["cluster"]["api_access"] == ["203.0.113.0/24", "198.51.100.0/24"]
    assert settings["cluster"]["version"] == "1.30"
    assert settings["tracker_store"]["storage_gb"] == 40
    assert settings["lock_store"]["nodes"] == 3
    (assistant,) = settings["assistants"]
    assert (assistant["analytics"], assistant["replicas"], assistant["model"]) == (True, 4, "one.tar.gz")
    assert (assistant["env"], assistant["resources"]["cpu"]) == ({"PIN": "0042"}, "1.5")
    assert settings["tracker_store"]["version"] == "16"
    assert settings["secrets_manager"]["kind"] == "vault"
    assert assistant["credentials"] == {
        "rest": None,
        "socketio": {"session_persistence": True, "threshold": 0.5, "jwt_key": "${JWT_SECRET}"},
    }
    assert settings["secrets"] == {"license": "**********", "other": "**********"}
    assert outputs["license"] == "[secret]"
    assert json.loads(pulumi("stack", "output", "--json", "--show-secrets").stdout)["license"] == "dummy-license"


def test_a_secret_that_was_set_without_encryption_is_refused(pulumi_in_a_project: Pulumi):
    pulumi = pulumi_in_a_project
    assert pulumi("config", "rm", "rasa:secrets").returncode == 0
    assert pulumi("config", "set", "--path", "rasa:secrets.license", "hunter2").returncode == 0
    refused = pulumi("preview")
    assert refused.returncode != 0
    assert "rasa:secrets.license: the value is in plain text in the stack file" in refused.stdout + refused.stderr
    assert "hunter2" not in refused.stdout + refused.stderr


def test_every_slip_is_a_problem_of_the_program_beside_all_others(pulumi_in_a_project: Pulumi):
    done = pulumi_in_a_project("preview", "--stack", "slips")
    assert done.returncode != 0
    lines = done.stdout.partition("Diagnostics:")[2]
    assert re.findall(r"^ +rasa:(\S+): \S.+; .+", lines, re.MULTILINE) == [
        "region", "tags.a", "assistants[2].endpoints.nlg.pin", "allowDestroy", "network", "cluster", "lockStore",
        "eventQueue", "assistants[0]", "assistants[1]", "assistants[2].endpoints", "secrets.license",
    ]  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
