"""Comments and drift of real previews: the engine on the sandbox."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.pulls import engine, stand_in
from tools.pulls.comment import comment
from tools.pulls.drift import report, why_dangerous
from tools.pulls.engine import Engine
from tools.pulls.outcome import Outcome
from tools.workplace import Workplace

pytestmark = pytest.mark.engine

OTHER_KEY = "arn:aws:kms:eu-central-1:705335088487:key/12345678-1234-1234-1234-123456789012"


@pytest.fixture(autouse=True)
def compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that forbids to keep compiled SDKs would pay for them at each of these runs."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


def preview(workplace: Workplace, into: Path, **changes: Any) -> Outcome:
    with workplace.changed(**changes):
        return engine.preview(Engine.of_sandbox(workplace.directory), workplace.stack, into, policy_pack="")


@pytest.mark.matrix
@pytest.mark.xdist_group("engine-dev")
def test_nothing_to_do(dev: Workplace, tmp_path: Path):
    found = preview(dev, tmp_path)
    assert "Nothing will change" in comment(found)
    assert found.unchanged > 100


@pytest.mark.xdist_group("engine-dev")
def test_another_image_is_an_update_of_the_release_and_no_risk(dev: Workplace, tmp_path: Path):
    text = comment(preview(dev, tmp_path, **{"assistants[0].image": "registry.example.com/rasa-pro:3.17.2"}))
    assert "No data is at risk" in text
    assert "`values.rasa.image.tag` `3.17.12-latest` → `3.17.2`" in text
    assert "Jobs that run again" in text
    assert "Replaced" not in text


@pytest.mark.matrix
@pytest.mark.xdist_group("engine-dev")
def test_a_database_that_is_replaced_is_in_bold_with_the_reason_and_no_secret_is_handed_on(
    dev: Workplace, tmp_path: Path
):
    text = comment(preview(dev, tmp_path, encryption={"kind": "existing", "key": OTHER_KEY}))
    assert "**Data is at risk:** the PostgreSQL with all conversations" in text
    line = next(
        line for line in text.splitlines() if "the PostgreSQL with all conversations will be replaced**" in line
    )
    assert "`rasa-dev-tracker-store-instance`" in line
    assert "`kmsKeyId`" in line

    # The passwords of the stack that is up, and the dummies of the sandbox.
    secrets = {
        json.loads(one["outputs"]["result"]["plaintext"])
        for one in json.loads(dev.state(show_secrets=True))["deployment"]["resources"]
        if one["type"] == "random:index/randomPassword:RandomPassword"
    } | {"not-a-real-secret"}
    assert len(secrets) > 3
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written.keys() == {engine.RESULT, engine.DIFF}
    assert "rasa-dev-tracker-store-instance" in written[engine.DIFF]
    assert not any(secret in text for secret in secrets for text in written.values())


@pytest.mark.matrix
@pytest.mark.xdist_group("engine-dev")
def test_wrong_settings_are_shown_as_the_program_tells_them(dev: Workplace, tmp_path: Path):
    found = preview(dev, tmp_path, **{"trackerStore.storageGb": 5})
    assert not found.succeeded
    assert "rasa:trackerStore.storageGb: 5 is below 20, the RDS minimum; set 20 or more" in comment(found)


@pytest.mark.matrix
@pytest.mark.xdist_group("engine-prod")
def test_in_prod_lost_data_is_refused(prod: Workplace, tmp_path: Path):
    found = preview(prod, tmp_path, **{"network.cidr": "10.8.0.0/16"})
    assert not found.succeeded
    assert found.errors == ()
    assert "Refused, because protected data would be lost" in comment(found)


@pytest.mark.xdist_group("engine-dev")
def test_a_stack_that_is_not_there_is_a_failure_that_says_so(dev: Workplace, tmp_path: Path):
    """The engine ends before it has an event to tell of."""
    alone = Engine(command=["pulumi"], directory=tmp_path, where="cloud")
    found = engine.preview(alone, "dev", tmp_path / "found", policy_pack="")
    assert not found.succeeded
    assert "no Pulumi.yaml project file found" in comment(found)


@pytest.mark.matrix
@pytest.mark.xdist_group("engine-dev")
def test_a_plan_is_carried_out_and_nothing_else(dev: Workplace, tmp_path: Path):
    place = dev.copy(tmp_path / "project")
    place.set(**{"trackerStore.size": "db.t4g.small"})
    sandbox, plan = Engine.of_sandbox(place.directory), tmp_path / engine.PLAN
    found = engine.preview(sandbox, "dev", tmp_path, policy_pack="", save_plan=True)
    assert [change.name for change in found.changes] == ["rasa-dev-tracker-store-instance"]
    assert "not-a-real-secret" not in plan.read_text()

    def size() -> str:
        database = next(one for one in place.resources() if one["type"] == "aws:rds/instance:Instance")
        return database["inputs"]["instanceClass"]

    with place.changed(**{"trackerStore.size": "db.t4g.large"}):
        assert engine.up(sandbox, "dev", plan, policy_pack="") != 0
    assert size() == "db.t4g.micro"
    assert engine.up(sandbox, "dev", plan, policy_pack="") == 0
    assert size() == "db.t4g.small"


@pytest.mark.matrix
@pytest.mark.xdist_group("engine-dev")
def test_drift_is_seen_and_told_apart(dev: Workplace, tmp_path: Path):
    place = dev.copy(tmp_path / "project")
    cloud = sqlite3.connect(place.directory / ".sandbox" / "cloud.sqlite")
    cloud.execute("PRAGMA foreign_keys = ON")
    for name, drifted in {
        "rasa-dev-tracker-store-instance": {"backupRetentionPeriod": 0},
        "rasa-dev-lock-store-group": {"tags": {"seen-by": "somebody"}},
    }.items():
        query = "SELECT key, inputs, outputs FROM resources WHERE urn LIKE ?"
        key, *texts = cloud.execute(query, (f"%::{name}",)).fetchone()
        changed = [json.dumps({**json.loads(text), **drifted}) for text in texts]
        cloud.execute("UPDATE resources SET inputs = ?, outputs = ? WHERE key = ?", (*changed, key))
    cloud.execute("DELETE FROM resources WHERE urn LIKE '%::rasa-dev-tracker-store-firewall-clients-5432'")
    cloud.commit()
    cloud.close()

    found = engine.drift(Engine.of_sandbox(place.directory), "dev", tmp_path / "found")
    assert found.succeeded
    assert {change.name: why_dangerous(change) for change in found.changes} == {
        "rasa-dev-tracker-store-instance": "the PostgreSQL with all conversations",
        "rasa-dev-lock-store-group": "",
        "rasa-dev-tracker-store-firewall-clients-5432": "gone",
    }
    assert "2 dangerous changes" in report(found)


@pytest.mark.matrix
@pytest.mark.xdist_group("engine-dev")
def test_without_credentials_a_change_is_compared_with_the_base(pulumi: None, tmp_path: Path):
    """A stack that is new on the branch is made from nothing; of one that was there only the change is shown."""
    place = Workplace.make(tmp_path / "project", "dev")

    def commit(message: str) -> None:
        name = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", "add", "--all", "."], cwd=place.directory, check=True)
        subprocess.run(["git", *name, "commit", "--quiet", "-m", message], cwd=place.directory, check=True)

    (place.directory / ".gitignore").write_text("/.venv\n")
    subprocess.run(["git", "init", "--quiet"], cwd=place.directory, check=True)
    aside = shutil.move(place.stack_file, tmp_path)
    commit("without the stack")
    shutil.move(aside, place.stack_file)
    commit("with the stack")
    place.set(**{"assistants[0].replicas": 2})

    def look(base: str) -> Outcome:
        return stand_in.preview(place.directory, "dev", tmp_path / base, base=base, policy_pack="")

    new = look("HEAD~1")
    assert {change.action for change in new.changes} == {"create"}
    assert "No data is at risk" in comment(new)
    changed = look("HEAD")
    assert {change.name for change in changed.changes} == {"rasa-release", "rasa-disruption-budget"}
    assert "On the sandbox" in comment(changed)
    assert not (place.directory / ".sandbox").exists()
