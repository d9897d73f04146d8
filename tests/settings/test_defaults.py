"""Defaults: what a small stack file becomes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from settings import Cloud, Profile, Settings, parse
from settings.network import AWS_ZONES, GCP_ZONES, CreateNetwork
from settings.tracker_store import CreateTrackerStore
from tests.settings.stack_files import DEV, PROD, SMALL
from tools.stacks import SHIPPED, changed, settings_of
from tools.venv import CHECKOUT

PROJECT = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())


@pytest.mark.parametrize("stack", SHIPPED)
def test_a_shipped_stack_file_is_valid_without_a_warning_and_holds_no_secret(stack: str):
    _, warnings = parse(settings_of(stack))
    assert warnings == []
    text = (CHECKOUT / f"Pulumi.{stack}.yaml").read_text()
    assert set(yaml.safe_load(text)) == {"config"}
    assert "secure" not in text
    assert "rasa:secrets" not in text


def test_a_dev_stack_takes_at_most_ten_lines():
    assert len((CHECKOUT / "Pulumi.dev.yaml").read_text().splitlines()) <= 10


def test_the_project_file_declares_every_key_with_a_default_that_means_not_given():
    declared = {key: value for key, value in PROJECT["config"].items() if key.startswith("rasa:")}
    assert list(declared) == [f"rasa:{field.alias}" for field in Settings.model_fields.values()]
    for key, value in declared.items():
        assert value["description"], key
        assert value["default"] in ("", False, {}, []), key
        assert "secret" not in value, key


def test_no_resource_may_take_a_default_provider():
    assert PROJECT["config"]["pulumi:disable-default-providers"] == {"value": ["*"]}


@pytest.mark.parametrize("stack_file", [DEV, PROD], ids=["dev", "prod"])
def test_a_value_of_the_stack_file_wins_over_the_default_beside_it(stack_file: dict[str, Any]):
    plain, _ = parse(stack_file)
    settings, _ = parse(
        changed(stack_file, **{"trackerStore.size": "db.r7g.xlarge", "assistants[0].resources.cpu": "4"})
    )
    assert settings.tracker_store == plain.tracker_store.model_copy(update={"size": "db.r7g.xlarge"})
    assert settings.assistants[0].resources == plain.assistants[0].resources.model_copy(update={"cpu": "4"})


def test_another_kind_takes_no_default_of_the_usual_one():
    settings, _ = parse(changed(DEV, lockStore={"kind": "none"}, eventQueue={"kind": "none"}))
    assert settings.lock_store.model_dump() == {"kind": "none"}
    assert settings.event_queue.model_dump() == {"kind": "none"}


def test_prod_is_redundant_where_dev_is_cheap():
    dev, prod = parse(DEV)[0], parse(PROD)[0]
    assert (dev.protect, prod.protect) == (False, True)
    assert parse(changed(PROD, allowDestroy=True))[0].protect is False
    assert isinstance(prod.network, CreateNetwork)
    assert len(prod.network.zones) == 3
    assert prod.assistants[0].replicas > dev.assistants[0].replicas
    assert isinstance(dev.tracker_store, CreateTrackerStore)
    assert isinstance(prod.tracker_store, CreateTrackerStore)
    assert prod.tracker_store.backup_days > dev.tracker_store.backup_days


@pytest.mark.parametrize(
    ("cloud", "region"),
    [
        *((Cloud.AWS, region) for region in (*AWS_ZONES, "eu-central-1")),
        *((Cloud.GCP, region) for region in (*GCP_ZONES, "us-central1")),
        (Cloud.AZURE, "westeurope"),
    ],
)
def test_the_default_zones_are_distinct_and_in_the_region(cloud: Cloud, region: str):
    network = parse(changed(SMALL[cloud], region=region, eventQueue={"kind": "none"}))[0].network
    assert isinstance(network, CreateNetwork)
    assert len(set(network.zones)) == len(network.zones) >= 2
    assert all(zone.startswith(region) or cloud is Cloud.AZURE for zone in network.zones)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("cloud", Cloud)
def test_every_cloud_and_profile_has_defaults_that_pass_the_rules(cloud: Cloud, profile: Profile):
    settings, warnings = parse({**SMALL[cloud], "profile": profile.value})
    assert (settings.cloud, settings.profile, warnings) == (cloud, profile, [])
