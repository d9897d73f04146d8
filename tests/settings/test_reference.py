"""The generated files are fresh, and the schema for editors agrees with the program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from settings import Cloud
from settings.schema import cloud_schema, schema_text, stack_file_schema
from tests.settings.existing import LAYERS, existing
from tests.settings.full import FULL
from tests.settings.stack_files import DEV, SMALL
from tests.settings.test_any_value import paths
from tools.stacks import changed
from tools.write_reference import ROOT, SCHEMA_FILE, reference

STACK_FILES = sorted(ROOT.glob("Pulumi.*.yaml"))
PAGE = reference()


def faults(stack_file: dict[str, Any]) -> list[str]:
    """What an editor would underline in a stack file with these settings."""
    config = {f"rasa:{key}": value for key, value in stack_file.items() if key != "secrets"}
    validator = jsonschema.Draft202012Validator(stack_file_schema())
    return [error.message for error in validator.iter_errors({"config": config})]


@pytest.mark.parametrize(("path", "content"), [(SCHEMA_FILE, schema_text()), ("docs/configuration.md", PAGE)])
def test_the_generated_files_are_fresh(path: str, content: str):
    assert (ROOT / path).read_text() == content, "run: python -m tools.write_reference"


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(stack_file_schema())


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_a_shipped_stack_file_satisfies_the_schema_and_names_it(path: Path):
    text = path.read_text()
    jsonschema.validate(yaml.safe_load(text), stack_file_schema(), jsonschema.Draft202012Validator)
    assert text.splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_FILE}"


@pytest.mark.parametrize(
    "stack_file",
    [
        *SMALL.values(),
        *FULL.values(),
        *(existing(cloud, *LAYERS) for cloud in Cloud),
        changed(DEV, lockStore={"kind": "none"}, eventQueue={}, modelStorage={"oldVersionDays": 3}),
        changed(DEV, allowDestroy="true"),
    ],
)
def test_the_schema_takes_what_the_program_takes(stack_file: dict[str, Any]):
    assert faults(stack_file) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"cloud": "x"},
        {"region": 3},
        {"cluster": {"kind": "existing"}},
        {"cluster.podCidr": "10.244.0.0/16"},
        {"eventQueue": {"kind": "eventHubs"}},
        {"profile": "production"},
        {"lockstore": {}},
        {"trackerStore": {"storageGB": 30}},
        {"trackerStore.storageGb": "30"},
        {"trackerStore.version": 17},
        {"lockStore": {"kind": "none", "size": "x"}},
        {"lockStore": {"kind": "redis"}},
        {"cluster": {}},
        {"assistants": {"name": "rasa"}},
        {"assistants[0].actionServer": {}},
        {"allowDestroy": "yes"},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_program_refuses(changes: dict[str, Any]):
    assert faults(changed(DEV, **changes)) != []


def test_a_secret_in_clear_is_a_fault():
    for cloud in Cloud:
        validator = jsonschema.Draft202012Validator(cloud_schema(cloud)["properties"]["secrets"])
        assert validator.is_valid({"license": {"secure": "v1:abc"}})
        assert not validator.is_valid({"license": "abc"})


def test_the_page_tells_of_every_setting_its_meaning_and_what_changing_it_does():
    rows = [row.strip("| ").split(" | ") for row in PAGE.splitlines() if row.startswith("| `")]
    told = {part for row in rows for part in re.split(r"[`.:]", row[0])} | set(
        re.findall(r"^## `rasa:(\w+)`", PAGE, re.M)
    )
    free_form = re.compile(r"^(tags|secrets)\.|(channels|secretEnv|Subnets)\.|modelGroups\[|ogins\.rasa$")
    settings = {
        re.sub(r"\[\d+\]", "", path).split(".")[-1]
        for full in FULL.values()
        for path in paths(full)
        if not free_form.search(path)
    }
    assert len(settings) > 80
    assert settings - told == set()
    assert [row for row in rows if len(row) not in (6, 7) or not (row[1] and row[-2] and row[-1])] == []
