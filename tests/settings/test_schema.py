"""The generated files are fresh, and the schema for editors agrees with the program."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from settings import Cloud
from settings.schema import cloud_schema, stack_file_schema
from tests.settings.existing import LAYERS, existing
from tests.settings.full import FULL
from tests.settings.stack_files import DEV, SMALL
from tools.stacks import changed
from tools.venv import CHECKOUT
from tools.write_reference import SCHEMA_FILE

STACK_FILES = sorted(CHECKOUT.glob("Pulumi.*.yaml"))


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(stack_file_schema())


def faults(stack_file: dict[str, Any]) -> list[str]:
    """What an editor would underline in a stack file with these settings."""
    config = {f"rasa:{key}": value for key, value in stack_file.items() if key != "secrets"}
    return [error.message for error in validator().iter_errors({"config": config})]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(stack_file_schema())


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_a_shipped_stack_file_satisfies_the_schema_and_names_it(path: Path):
    text = path.read_text()
    validator().validate(yaml.safe_load(text))
    assert text.splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_FILE}"


@pytest.mark.parametrize(
    "stack_file",
    [
        *(pytest.param(stack_file, id=f"small {cloud}") for cloud, stack_file in SMALL.items()),
        *(pytest.param(stack_file, id=f"full {name}") for name, stack_file in FULL.items()),
        *(pytest.param(existing(cloud, *LAYERS), id=f"existing {cloud}") for cloud in Cloud),
        pytest.param(changed(DEV, lockStore="none", eventQueue={}), id="the word of a kind, and empty"),
        pytest.param(changed(DEV, allowDestroy="true"), id="a quoted boolean"),
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
        {"assistants[0].egress": [{"cidr": "10.0.0.0/8"}]},
        {"allowDestroy": "yes"},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_program_refuses(changes: dict[str, Any]):
    assert faults(changed(DEV, **changes)) != []


def test_a_secret_in_clear_is_a_fault():
    for cloud in Cloud:
        secrets = jsonschema.Draft202012Validator(cloud_schema(cloud)["properties"]["secrets"])
        assert secrets.is_valid({"license": {"secure": "v1:abc"}})
        assert not secrets.is_valid({"license": "abc"})
