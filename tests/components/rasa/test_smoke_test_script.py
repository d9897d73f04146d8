"""The smoke test's own logic: tries all, says one sentence each, tells no secret. Real services come elsewhere."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import components.rasa as package
from tests.scripts import loaded

PATH = Path(package.__path__[0]) / "scripts" / "smoke_test.py"
PASSWORD = "p$ssw0rd"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; it imports Rasa only where it uses it."""
    module = loaded(PATH)
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    return module


def config(**endpoints: Any) -> dict[str, Any]:
    """What the Job mounts."""
    model = {"storage": "aws", "key": "rasa/model.tar.gz", "upload": "aws s3 cp"}
    return {"endpoints": endpoints, "model": model, "secrets": ["DB_PASSWORD", "NOT_SET"]}


DATABASE = {"url": "db.example.com", "port": 5432, "password": "${DB_PASSWORD}"}
REDIS = {"host": "redis.example.com", "port": 6379}
KAFKA = {"url": "b-1.example.com:9096"}


def test_every_service_is_tried_although_one_fails(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any) -> str:
        raise ConnectionError("slow\nfor a long\n  reason")

    monkeypatch.setattr(script, "check_model_storage", lambda _: "there")
    monkeypatch.setattr(script, "check_tracker_store", refuse)
    monkeypatch.setattr(script, "check_lock_store", lambda _: "locks")
    monkeypatch.setattr(script, "check_event_broker", lambda _: "events")
    assert script.main(config(tracker_store=DATABASE, lock_store=REDIS, event_broker=KAFKA)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "ok: model storage (aws): there",
        "ok: lock store at redis.example.com:6379: locks",
        "ok: event broker at b-1.example.com:9096: events",
        # Failures stand last, where the end of the log is shown.
        "FAILED: tracker store at db.example.com:5432: ConnectionError: slow for a long reason",
    ]


def test_all_well_is_zero(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "check_tracker_store", lambda *_: "tables")
    assert script.main({**config(tracker_store=DATABASE), "model": None}) == 0


def test_a_service_that_is_not_configured_is_not_tried(script: ModuleType) -> None:
    assert list(script.checks({"endpoints": {"nlg": {"url": "https://x"}}, "model": None})) == []


def test_no_secret_is_told(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leak(section: Any, _: Any) -> str:
        raise ValueError(f"cannot use {script.with_variables(section)['password']}")

    monkeypatch.setattr(script, "check_tracker_store", leak)
    assert script.main({**config(tracker_store=DATABASE), "model": None}) == 1
    said = capsys.readouterr().out
    assert PASSWORD not in said
    assert "cannot use ***" in said


VAULT = {"url": "https://vault.example.com:8200", "mount_point": "secret", "secrets_path": "rasa/tracker-store"}
IN_VAULT = {
    **DATABASE,
    "username": {"source": "secrets_manager.vault", "secret_key": "db_username"},
    "password": {"source": "secrets_manager.vault", "secret_key": "db_password"},
}


def test_vault_is_asked_for_what_the_tracker_store_wants(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"db_username": "rasa", "db_password": PASSWORD}
    monkeypatch.setattr(script, "from_vault", lambda _: found)
    names = [name for name, _ in script.checks(config(tracker_store=IN_VAULT, secrets_manager=VAULT))]
    assert "secrets manager at https://vault.example.com:8200" in names
    wanted = script.keys_in_vault(IN_VAULT).values()
    assert script.check_secrets_manager(VAULT, wanted) == "credentials can be read at secret/rasa/tracker-store"
    del found["db_password"]
    with pytest.raises(script.Fault, match="secret/rasa/tracker-store has no db_password"):
        script.check_secrets_manager(VAULT, wanted)


def test_without_vault_nobody_asks_it(script: ModuleType) -> None:
    assert script.keys_in_vault(DATABASE) == {}
    assert not any("secrets manager" in name for name, _ in script.checks(config(tracker_store=DATABASE)))


def test_variables_are_replaced_as_rasa_does(script: ModuleType) -> None:
    section = {"password": "${DB_PASSWORD}", "username": "$ConnectionString", "port": 5432, "use_ssl": True}
    assert script.with_variables(section) == {**section, "password": PASSWORD}
