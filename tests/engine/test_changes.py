"""Changing one setting changes exactly what it is about; what would lose data in prod is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

# Changes of the dev stack, and what `up` would do then, by the resource's name.
CHANGES: Final = {
    "assistants[0].replicas": 2,
    "assistants[0].model": "other.tar.gz",
    "trackerStore.size": "db.t4g.small",
    "lockStore.size": "cache.t4g.small",
    "modelStorage.oldVersionDays": 30,
    "eventQueue.retentionHours": 24,
    "cluster.apiAccess": ["198.51.100.0/24"],
    "cluster.maxNodes": 6,
    "cluster.nodeSizes": ["m7i.xlarge"],
    "allowDestroy": True,
}
EXPECTED: Final = {
    "rasa-release": "update",
    "rasa-disruption-budget": "create",
    # The smoke test looks for the model that it is told, so it runs again.
    "rasa-smoke-test-files": "update",
    "rasa-smoke-test-job": "replace",
    "rasa-dev-tracker-store-instance": "update",
    "rasa-dev-lock-store-group": "update",
    "rasa-dev-model-storage-lifecycle": "update",
    "rasa-dev-event-queue-rasa-core-events": "update",
    "rasa-dev-cluster-control-plane": "update",
    "rasa-dev-cluster-nodes-group": "replace",
}


@pytest.mark.xdist_group("engine-dev")
def test_a_change_reaches_exactly_what_it_is_about(dev: Workplace):
    with dev.changed(**CHANGES):
        assert dev.preview() == EXPECTED


@pytest.mark.xdist_group("engine-dev")
def test_a_service_that_is_turned_off_goes_and_takes_nothing_else_along(dev: Workplace):
    with dev.changed(lockStore={"kind": "none"}):
        steps = dev.preview()
    deleted = {name for name, operation in steps.items() if operation == "delete"}
    assert "rasa-dev-lock-store-group" in deleted
    assert all(name.startswith("rasa-dev-lock-store") for name in deleted)


@pytest.mark.xdist_group("engine-prod")
def test_what_would_replace_data_in_prod_is_refused_and_nothing_is_done(prod: Workplace):
    before = prod.resources()
    with prod.changed(**{"network.cidr": "10.8.0.0/16"}):
        refused = prod.pulumi("up", "--yes")
    assert refused.status != 0
    assert re.search(r'unable to replace resource "[^"]*::rasa-prod-network-vpc"', refused.output)
    assert "protection" in refused.output
    assert prod.resources() == before


@pytest.mark.xdist_group("engine-prod")
def test_a_change_that_the_cloud_cannot_do_is_refused_by_preview_and_up_and_nothing_is_done(prod: Workplace):
    def state() -> dict[str, Any]:
        # Each run writes the resources in another order, and secrets with another ciphertext.
        return {one["urn"]: one for one in prod.resources(show_secrets=True)}

    before = state()
    changes = {"region": "eu-west-1", "trackerStore.version": "16", "eventQueue.retentionHours": 24}
    with prod.changed(**changes):
        for command in ("preview", "up --yes --skip-preview"):
            refused = prod.pulumi(command)
            assert refused.status != 0
            assert {line.split(":")[1] for line in re.findall(r"rasa:[\w.]+:", refused.output)} == set(changes)
    assert state() == before


@pytest.mark.xdist_group("engine-prod")
def test_a_larger_disk_is_asked_for_also_where_disks_grow_by_themselves(prod: Workplace):
    with prod.changed(**{"trackerStore.storageGb": 200, "eventQueue.storageGb": 200}):
        steps = prod.preview()
    assert steps == {
        "rasa-prod-tracker-store-instance": "update",
        "rasa-prod-event-queue-cluster": "update",
        "rasa-prod-event-queue-storage": "update",
    }


@pytest.mark.xdist_group("engine-prod")
def test_data_is_replaced_twice_and_then_destroyed_as_the_page_says(prod: Workplace, tmp_path: Path):
    """Each server takes its final snapshot under a name of its own."""
    workplace = prod.copy(tmp_path / "project")
    workplace.set(allowDestroy=True)
    workplace.up()
    names = ("rasa-prod-tracker-store-instance", "rasa-prod-lock-store-group")
    urns = [one["urn"] for one in workplace.resources() if one["urn"].rpartition("::")[2] in names]
    taken: set[str] = set()
    for _ in range(2):
        taken |= {one["inputs"]["finalSnapshotIdentifier"] for one in workplace.resources() if one["urn"] in urns}
        workplace.succeed("up --yes --skip-preview", *(option for urn in urns for option in ("--replace", urn)))
    assert len(taken) == 4
    workplace.succeed("destroy --yes --skip-preview")
