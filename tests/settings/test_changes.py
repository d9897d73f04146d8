"""What the last `up` deployed limits what this one may change; nothing is created before that is checked."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from sandbox.recorder import run_program
from settings import Cloud, parse
from settings.changes import RECORDED, is_raised, record, refused_changes
from tools.stacks import DEV, PROD, SHIPPED, changed, recording, settings_of

ACCOUNT = "111122223333"
Changes = dict[str, Any]


def refused(stack: str, before: Changes, after: Changes) -> list[str]:
    """The keys that are refused if a shipped stack changes from one to the other."""
    old, new = (parse(changed(settings_of(stack), **changes))[0] for changes in (before, after))
    return sorted(problem.key for problem in refused_changes(record(old, ACCOUNT), record(new, ACCOUNT), new))


AWS, AZURE, GCP = Cloud.AWS, Cloud.AZURE, Cloud.GCP
# Cloud, key, a value, and a lower (or just another) one; whether the way back is refused as well.
NEEDS_CONSENT = (
    (AWS, "trackerStore.version", "17", "16", True),
    (GCP, "trackerStore.version", "17", "16", True),
    (AWS, "lockStore.version", "8.2", "7.2", False),
    (GCP, "lockStore.version", "7.2", "7.0", False),
    (AWS, "eventQueue.version", "3.9.x", "3.8.x", False),
    (AWS, "eventQueue.version", "3.9.x.kraft", "3.9.x", True),
    (AWS, "trackerStore.storageGb", 40, 30, False),
    (AZURE, "trackerStore.storageGb", 128, 64, False),
    (GCP, "trackerStore.storageGb", 40, 30, False),
    (AWS, "eventQueue.storageGb", 200, 150, False),
    (AWS, "eventQueue.partitions", 6, 3, False),
    (GCP, "eventQueue.partitions", 6, 3, False),
    (AWS, "eventQueue.brokers", 6, 3, False),
    (AWS, "secretsManager.kind", "vault", "kubernetes", False),
    (AWS, "secretsManager.init", "job", "runbook", False),
    (AWS, "secretsManager.storageGb", 20, 10, True),
)
FOR_GOOD = (
    (AWS, "cluster.version", "1.35", "1.34", False),
    (AWS, "region", "eu-central-1", "eu-west-1", True),
    (AZURE, "network.cidr", "10.0.0.0/16", "10.8.0.0/16", True),
    (GCP, "cluster.podCidr", "10.64.0.0/14", "10.68.0.0/14", True),
    (GCP, "cluster.serviceCidr", "172.20.0.0/20", "172.21.0.0/20", True),
)
LOSES_HISTORY = (
    (AWS, "eventQueue.retentionHours", 168, 72),
    (AZURE, "trackerStore.backupDays", 14, 7),
    (AWS, "lockStore.backupDays", 7, 3),
    (GCP, "modelStorage.oldVersionDays", 90, 30),
)


def ids(cases: tuple[tuple[Any, ...], ...]) -> list[str]:
    return [f"{cloud.value}-{key}-{value}" for cloud, key, value, *_ in cases]


@pytest.mark.parametrize("stacks", [DEV, PROD], ids=["dev", "prod"])
@pytest.mark.parametrize(
    ("cloud", "key", "value", "other", "both_ways"), NEEDS_CONSENT + FOR_GOOD, ids=ids(NEEDS_CONSENT + FOR_GOOD)
)
def test_what_the_cloud_cannot_do_or_what_destroys_data_is_refused(
    cloud: Cloud, key: str, value: Any, other: Any, both_ways: bool, stacks: dict[Cloud, str]
) -> None:
    before, after = ({key: value}, {key: other})
    if key == "region":
        zones: Changes = {"network.zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"]}
        after |= zones
    assert refused(stacks[cloud], before, after) == [key]
    assert refused(stacks[cloud], after, before) == ([key] if both_ways else [])
    consent = refused(stacks[cloud], before, {**after, "allowDestroy": True})
    assert consent == ([] if (cloud, key, value, other, both_ways) in NEEDS_CONSENT else [key])


@pytest.mark.parametrize(("cloud", "key", "value", "other"), LOSES_HISTORY, ids=ids(LOSES_HISTORY))
def test_history_is_shortened_in_dev_and_with_consent_in_prod(cloud: Cloud, key: str, value: int, other: int) -> None:
    assert refused(PROD[cloud], {key: value}, {key: other}) == [key]
    assert refused(PROD[cloud], {key: value}, {key: other, "allowDestroy": True}) == []
    assert refused(PROD[cloud], {key: other}, {key: value}) == []
    assert refused(DEV[cloud], {key: value}, {key: other}) == []


def test_two_brokers_become_four_only_with_consent() -> None:
    zones = {"network.zones": ["eu-central-1a", "eu-central-1b"]}
    before, after = {**zones, "eventQueue.brokers": 2}, {**zones, "eventQueue.brokers": 4}
    assert refused("dev", before, after) == ["eventQueue.brokers"]
    assert refused("dev", after, {**zones, "eventQueue.brokers": 6}) == []


@pytest.mark.parametrize("stack", SHIPPED)
def test_a_run_records_what_the_next_one_compares_and_nothing_secret(stack: str) -> None:
    recorded = recording(stack).outputs["deployed"]
    assert set(recorded) <= set(RECORDED)
    assert {"cloud", "profile", "region", "account", "trackerStore.version"} <= set(recorded)
    again = run_program(settings_of(stack), stack=stack, last={"deployed": recorded})
    assert again.outputs["deployed"] == recorded


def test_every_refused_change_is_named_before_anything_is_registered() -> None:
    recorded = recording("prod").outputs["deployed"]
    after = changed(settings_of("prod"), **{"trackerStore.version": "16", "eventQueue.partitions": 3})
    with pytest.raises(pulumi.RunError) as error:
        run_program(after, stack="prod", last={"deployed": recorded})
    lines = str(error.value).splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("  rasa:trackerStore.version: '16' was '17' at the last `up`")
    assert lines[2].startswith("  rasa:eventQueue.partitions: 3 was 6 at the last `up`")


@pytest.mark.parametrize("stack", DEV.values())
def test_another_account_is_refused_although_no_setting_names_it(stack: str) -> None:
    recorded = recording(stack).outputs["deployed"]
    with pytest.raises(pulumi.RunError, match=r"rasa:provider: .* was 'somebody-elses' at the last `up`"):
        run_program(settings_of(stack), stack=stack, last={"deployed": {**recorded, "account": "somebody-elses"}})


@pytest.mark.parametrize(
    ("cloud", "provider"),
    [
        (AWS, {"roleArn": "arn:aws:iam::444455556666:role/deployer"}),
        (AZURE, {"subscriptionId": "99999999-1111-2222-3333-444444444444"}),
        (GCP, {"project": "another-project"}),
    ],
    ids=["aws", "azure", "gcp"],
)
def test_an_account_that_a_setting_names_is_refused_before_the_provider_is_registered(
    cloud: Cloud, provider: Changes
) -> None:
    settings, _ = parse(changed(settings_of(DEV[cloud]), provider=provider))
    assert settings.provider.account is not None
    old = record(settings, ACCOUNT)
    assert [one.key for one in refused_changes(old, record(settings, settings.provider.account), settings)] == [
        "provider"
    ]


def test_an_assistant_goes_in_dev_and_with_consent_in_prod() -> None:
    two = {"assistants": [{"name": name, "model": "model.tar.gz"} for name in ("sales", "support")]}
    one = {"assistants": two["assistants"][:1]}
    assert refused("prod-gcp", two, one) == ["assistants"]
    assert refused("prod-gcp", two, {**one, "allowDestroy": True}) == refused("prod-gcp", one, two) == []
    assert refused("dev-gcp", two, one) == []


def test_only_premium_event_hubs_take_more_partitions() -> None:
    before, after = {"eventQueue.partitions": 4}, {"eventQueue.partitions": 8}
    assert refused("dev-azure", before, {**after, "allowDestroy": True}) == ["eventQueue.partitions"]
    assert refused("prod-azure", before, after) == []


@pytest.mark.parametrize(("deployed", "raised"), [(50.0, True), (100.0, False), (None, False)])
def test_a_disk_is_raised_only_against_a_recorded_size(deployed: float | None, raised: bool) -> None:
    """The engine returns numbers as floats."""
    settings, _ = parse(changed(settings_of("prod"), **{"eventQueue.storageGb": 100}))
    settings.remember({} if deployed is None else {"eventQueue.storageGb": deployed})
    assert is_raised(settings, "eventQueue.storageGb") is raised
