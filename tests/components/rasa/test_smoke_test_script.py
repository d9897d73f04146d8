"""The smoke test's own logic: tries all, says one sentence each, tells no secret. Real services come elsewhere."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import components.rasa as package

PATH = Path(package.__path__[0]) / "scripts" / "smoke_test.py"
PASSWORD = "p$ssw0rd"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; it imports Rasa only where it uses it."""
    spec = importlib.util.spec_from_file_location("smoke_test", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
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
    def refuse(_section: Any) -> str:
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
    monkeypatch.setattr(script, "check_tracker_store", lambda _: "tables")
    assert script.main({**config(tracker_store=DATABASE), "model": None}) == 0


def test_a_service_that_is_not_configured_is_not_tried(script: ModuleType) -> None:
    assert list(script.checks({"endpoints": {"nlg": {"url": "https://x"}}, "model": None})) == []


def test_no_secret_is_told(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leak(section: Any) -> str:
        raise ValueError(f"cannot use {script.with_variables(section)['password']}")

    monkeypatch.setattr(script, "check_tracker_store", leak)
    assert script.main({**config(tracker_store=DATABASE), "model": None}) == 1
    said = capsys.readouterr().out
    assert PASSWORD not in said
    assert "cannot use ***" in said


def test_variables_are_replaced_as_rasa_does(script: ModuleType) -> None:
    section = {"password": "${DB_PASSWORD}", "username": "$ConnectionString", "port": 5432, "use_ssl": True}
    assert script.with_variables(section) == {**section, "password": PASSWORD}
