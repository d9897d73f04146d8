"""Bring your own on the real engine, on every cloud: all layers, and of the single ones a sample that changes daily."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

from settings import Cloud
from tests.program.invariants import all_texts
from tests.program.test_existing import SINGLE, USERS_OF_OPENSHIFT, layers_to_make, managed_layers
from tests.settings.existing import EXISTING, LAYERS, existing
from tools.daily import drawn
from tools.stacks import changed
from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

CASES: Final[dict[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    **SINGLE,
    "cluster on OpenShift": (("network", "cluster"), USERS_OF_OPENSHIFT),
    "everything": (LAYERS, {}),
}
A_DAY: Final = 3
CHOSEN: Final = [
    *((cloud, "everything") for cloud in Cloud),
    *drawn("bring your own", [*product(Cloud, [case for case in CASES if case != "everything"])], A_DAY),
]
# Where Rasa is told of a service, and the address of the existing one.
TOLD: Final = {
    "trackerStore": ("endpoints.yml", r"db\.acme\.example\.com"),
    "lockStore": ("endpoints.yml", r"redis\.acme\.example\.com"),
    "eventQueue": ("endpoints.yml", r"kafka1\.acme\.example\.com:9092,kafka2\.acme\.example\.com:9093"),
    "modelStorage": ("values.yml", r"acme-?models"),
}
# Words of an existing layer that are the program's own, or that a created layer could have as well.
NOT_A_NAME: Final = re.compile(r"(?!acme)[a-zA-Z]{1,12}|\d+(\.\d+){3}/\d+")


def names_of(cloud: Cloud, layers: tuple[str, ...]) -> set[str]:
    """Ids and names of what exists."""
    return {text for layer in layers for text in all_texts(EXISTING[cloud][layer]) if not NOT_A_NAME.fullmatch(text)}


@pytest.mark.parametrize(("cloud", "case"), CHOSEN)
def test_nothing_existing_is_managed_and_rasa_is_told_of_it(cloud: Cloud, case: str, tmp_path: Path, pulumi: None):
    layers, changes = CASES[case]
    workplace = Workplace.make(tmp_path / "project", "byo")
    workplace.write(changed(existing(cloud, *layers), **changes))
    workplace.up()
    resources = workplace.resources()
    managed = managed_layers(cloud, ((one["type"], one["urn"].rpartition("::")[2]) for one in resources))
    assert managed == layers_to_make(cloud, layers)
    existing_names = names_of(cloud, layers)
    assert [one["urn"] for one in resources if one.get("id") in existing_names] == []
    assert [one["urn"] for one in resources if one.get("external")] == []
    for layer, (file, address) in TOLD.items():
        told = re.search(address, (workplace.sandbox / file).read_text()) is not None
        assert told == (layer in layers), layer
    assert "warning" not in workplace.succeed("preview", "--expect-no-changes")


def test_what_exists_would_be_seen():
    """The controls of the checks above."""
    made = {
        "aws:s3/bucket:Bucket": "rasa-byo-model-storage-bucket",
        "aws:ec2/vpc:Vpc": "rasa-byo-network-vpc",
        "aws:kms/key:Key": "rasa-byo-vault-seal-key",
    }
    assert managed_layers(Cloud.AWS, made.items()) == {"modelStorage", "network", "secretsManager"}
    for cloud in Cloud:
        assert len(names_of(cloud, LAYERS)) > 8
        for layer in LAYERS:
            assert names_of(cloud, (layer,)) != set(), layer
    assert json.dumps(sorted(names_of(Cloud.AWS, ("network",)))).count("subnet-") == 6
