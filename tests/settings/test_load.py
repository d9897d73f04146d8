"""Reading the stack file: what the engine hands over as text becomes settings, or one message with every problem."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as runtime_config

from settings import Settings, load
from settings.cluster import CreateCluster
from settings.tracker_store import CreateTrackerStore
from tests.settings.stack_files import DEV
from tools.stacks import changed


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lines.append)
    return lines


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")


def load_from(stack_file: dict[str, Any], *, encrypted: bool = True) -> Settings:
    """Loads a stack file as the engine hands it over: a text for each key, JSON unless it is a word."""
    texts = {f"rasa:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in stack_file.items()}
    runtime_config.set_all_config(texts, ["rasa:secrets"] if encrypted else [])
    return load()


def test_lists_maps_numbers_and_booleans_survive(warnings: list[str]):
    settings = load_from(changed(DEV, allowDestroy=True, **{"trackerStore.storageGb": 30, "tags": {"owner": "1.10"}}))
    assert settings.allow_destroy is True
    assert isinstance(settings.tracker_store, CreateTrackerStore)
    assert settings.tracker_store.storage_gb == 30
    assert settings.tags == {"owner": "1.10"}
    assert isinstance(settings.cluster, CreateCluster)
    assert settings.cluster.api_access == ("203.0.113.0/24",)
    assert [assistant.name for assistant in settings.assistants] == ["rasa"]
    assert settings.secrets["license"].get_secret_value() == DEV["secrets"]["license"]
    assert warnings == []


def test_the_empty_defaults_of_the_project_file_count_as_not_given():
    settings = load_from({**DEV, "network": {}, "tags": {}, "allowDestroy": False, "provider": {}})
    assert settings == load_from(DEV)


NUMBERS = """
config:
  rasa:cluster: {version: 1.40}
  rasa:tags: {release: 7.0, year: 2026}
  rasa:assistants:
    - env: {COST: 42, FACTOR: .50}
      values: {rasa: {defaultMode: 0644}}
      endpoints: {nlg: {pin: 0x1f, code: 17}}
"""


def test_a_number_that_should_be_a_text_is_the_text_in_the_stack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text(NUMBERS)
    # As Pulumi reads it: without the final zero, and octal.
    stack_file = changed(DEV, **{"cluster.version": 1.4, "tags": {"release": 7, "year": 2026}})
    settings = load_from(changed(stack_file, **{"assistants[0].env": {"FACTOR": 0.5}}))
    assert isinstance(settings.cluster, CreateCluster)
    assert (settings.cluster.version, settings.tags) == ("1.40", {"release": "7.0", "year": "2026"})
    assert settings.assistants[0].env == {"FACTOR": ".50"}
    (tmp_path / "Pulumi.dev.yaml").write_text(NUMBERS.replace("42", "0042").replace("17", "-017"))
    with pytest.raises(pulumi.RunError) as error:
        load_from(changed(stack_file, **{"assistants[0].env": {"COST": 34}, "tags": {"release": 8}}))
    keys = [line.split(": ")[0].strip() for line in str(error.value).splitlines()[1:]]
    assert keys == ["rasa:assistants[0].env.COST", "rasa:assistants[0].endpoints.nlg.code", "rasa:tags.release"]


def test_what_is_missing_is_told_by_the_program_and_all_at_once():
    with pytest.raises(pulumi.RunError) as error:
        load_from({"cloud": "", "profile": "", "region": "", "assistants": [], "clutser": {}})
    lines = str(error.value).splitlines()
    assert lines[0] == "the stack file has 4 problems; nothing was created:"
    assert [line.split(": ")[0].strip() for line in lines[1:]] == [
        "rasa:cloud", "rasa:profile", "rasa:region", "rasa:clutser",
    ]  # fmt: skip


def test_a_weak_dev_stack_is_one_warning(warnings: list[str]):
    load_from(changed(DEV, **{"cluster.apiAccess": ["0.0.0.0/0"]}))
    assert len(warnings) == 1
    assert warnings[0].startswith("rasa:cluster.apiAccess: 0.0.0.0/0 lets everyone reach the Kubernetes API; ")


def test_a_secret_in_clear_is_refused_beside_all_else_and_never_shown():
    with pytest.raises(pulumi.RunError) as error:
        load_from(changed(DEV, **{"secrets.license": "hunter2", "lockStore.nodes": 9}), encrypted=False)
    lines = str(error.value).splitlines()
    assert lines[0] == "the stack file has 2 problems; nothing was created:"
    assert [line.split(": ")[0].strip() for line in lines[1:]] == ["rasa:secrets.license", "rasa:lockStore.nodes"]
    assert "config set --secret --path 'rasa:secrets.license'" in lines[1]
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("name", ["production-of-the-whole-world", "9lives", "Dev", "d", "dev-"])
def test_a_stack_name_that_cannot_be_part_of_names_is_refused(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulumi, "get_stack", lambda: name)
    with pytest.raises(
        pulumi.RunError, match=f"rasa:<stack name>: {name} is not a-z, 0-9 and -, .*pulumi stack rename"
    ):
        load_from(DEV)


def test_no_secret_is_shown_by_the_settings_themselves():
    settings = load_from(changed(DEV, **{"secrets.license": "hunter2"}))
    assert "hunter2" not in repr(settings) + str(settings.secrets) + settings.model_dump_json()
