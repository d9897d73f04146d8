"""What keeps the workflows safe. `make lint` checks that they are sound."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.recorder import ROOT
from tools.pulls.__main__ import commands

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FILES = [*WORKFLOWS, *sorted((GITHUB / "actions").glob("*/action.yml"))]
PINNED = re.compile(r"uses: [\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
OURS = re.compile(r"uses: \./\.github/(actions|workflows)/[\w.-]+$")
# Of a kind that would have to be stored: a token of the job's own is the only secret there is.
STORED = re.compile(
    r"secrets\.|SECRET_ACCESS_KEY|ACCESS_KEY_ID|CLIENT_SECRET|CREDENTIALS_JSON|credentials_json"
    r"|PULUMI_ACCESS_TOKEN|AZURE_CREDENTIALS|creds:|PASSPHRASE",
    re.IGNORECASE,
)
WRITES = {"contents", "pull-requests", "issues", "actions", "packages", "deployments", "checks", "statuses"}
EVERY_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(GITHUB)))
EVERY_WORKFLOW = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def content(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text())


def triggers(path: Path) -> set[str]:
    # YAML 1.1 reads the word `on` as true.
    on = content(path)[True]
    return {on} if isinstance(on, str) else set(on)


def writes(permissions: dict[str, str]) -> set[str]:
    return {name for name, level in permissions.items() if level == "write"} & WRITES


def checkouts(job: dict[str, Any]) -> list[dict[str, Any]]:
    """What each checkout of a job is given."""
    steps = job.get("steps", [])
    return [step.get("with", {}) for step in steps if step.get("uses", "").startswith("actions/checkout@")]


@EVERY_FILE
def test_every_action_is_pinned_by_its_commit_and_names_its_tag(path: Path):
    uses = [
        line.strip().removeprefix("- ") for line in path.read_text().splitlines() if re.search(r"^\s*-?\s*uses:", line)
    ]
    assert uses
    assert [line for line in uses if not (PINNED.match(line) or OURS.match(line))] == []


def test_an_action_has_one_commit_everywhere():
    found = {match for path in FILES for match in re.findall(r"uses: ([\w-]+/[\w./-]+)@(\S+ # \S+)", path.read_text())}
    assert len({name for name, _ in found}) == len(found)


@EVERY_WORKFLOW
def test_a_workflow_only_reads_and_a_job_has_few_rights_and_ends(path: Path):
    """A job that may write has no identity, an identity is only for an environment, a checkout leaves no token."""
    assert content(path)["permissions"] in ({}, {"contents": "read"})
    for name, job in content(path)["jobs"].items():
        permissions = job.get("permissions", {})
        assert isinstance(permissions, dict), name
        assert not (writes(permissions) and permissions.get("id-token")), name
        if "uses" not in job:
            assert job["timeout-minutes"], name
            assert job.get("environment") or not permissions.get("id-token"), name
        assert all(each.get("persist-credentials") is False for each in checkouts(job)), name


def test_what_a_pull_request_runs_cannot_write():
    (path,) = [path for path in WORKFLOWS if "pull_request" in triggers(path)]
    assert not any(writes(job.get("permissions", {})) for job in content(path)["jobs"].values())


def test_a_strangers_code_is_never_run_with_a_token_that_writes():
    for path in WORKFLOWS:
        assert "pull_request_target" not in triggers(path)
        if "workflow_run" in triggers(path):
            found = [each for job in content(path)["jobs"].values() for each in checkouts(job)]
            assert found
            assert not any({"ref", "repository"} & set(given) for given in found)


@EVERY_FILE
def test_no_key_is_stored(path: Path):
    assert STORED.search("aws-secret-access-key: ${{ secrets.KEY }}")
    assert STORED.findall(path.read_text()) == []


def scripts() -> list[str]:
    jobs = [job for path in WORKFLOWS for job in content(path)["jobs"].values()]
    return [step["run"] for job in jobs for step in job.get("steps", []) if "run" in step]


def test_no_script_has_an_expression_in_it():
    """GitHub would put text of a pull request into the shell; an environment variable stays text."""
    assert [script for script in scripts() if "${{" in script] == []


def test_the_commands_that_they_call_are_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made, called = set(), set()
    for script in scripts():
        made |= set(re.findall(r"make ([a-z-]+)", script))
        called |= {tuple(found.split(" >>")[0].split()) for found in re.findall(r"-m tools\.pulls (.+)", script)}
    assert {"lint", "test", "audit", "setup"} <= made <= targets
    assert {command[0] for command in called} == {"stacks", "preview", "up", "drift", "post", "report"}
    for command in called:
        commands().parse_args([word.strip('"') for word in command])


def test_plan_and_up_are_of_one_run_and_up_is_approved():
    jobs = content(GITHUB / "workflows" / "deploy-stack.yml")["jobs"]
    assert jobs["up"]["needs"] == "plan"
    assert jobs["up"]["environment"] == "${{ inputs.stack }}"
    assert jobs["plan"]["environment"] == "${{ inputs.stack }}-preview"
    (call,) = [job for job in content(GITHUB / "workflows" / "deploy.yml")["jobs"].values() if "uses" in job]
    assert call["concurrency"] == {"group": "deploy-${{ matrix.stack }}", "cancel-in-progress": False}


def test_the_identity_token_is_asked_for_its_audience(tmp_path: Path):
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$SEEN"\necho \'{"value": "a.b.c"}\'\n')
    jq = tmp_path / "jq"
    jq.write_text("#!/bin/sh\nsed 's/.*: \"\\(.*\\)\".*/\\1/'\n")
    for program in (curl, jq):
        program.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "SEEN": str(tmp_path / "seen"),
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example/?v=1",
    }
    script = GITHUB / "actions" / "sign-in" / "identity-token"
    printed = subprocess.run([script, "api://X"], env=environment, check=True, capture_output=True, text=True).stdout
    assert printed.strip() == "a.b.c"
    seen = (tmp_path / "seen").read_text().splitlines()
    assert "audience=api://X" in seen
    assert "Authorization: bearer request" in seen
    del environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    assert subprocess.run([script, "api://X"], env=environment, capture_output=True, check=False).returncode != 0
