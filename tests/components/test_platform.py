"""The platform of each cloud: protection from deletion, changes by the cloud itself, rights of assistants.

The invariants and the reasons to wait in `tests/program`, and the rules in `policy`, check protection by the engine,
order, encryption, TLS, redundancy and tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from policy import kinds as k
from settings import Cloud
from tests.components.built import Built, world
from tests.components.rights import rights

CLOUDS = pytest.mark.parametrize("cloud", Cloud)
DISK_KEY: Final = "azure-native:compute:DiskEncryptionSet"
# A service's own protection from deletion: type, property, and its value in dev, in prod, and in prod with
# `allowDestroy`. Final backups remain on.
GUARDS: Final[Mapping[Cloud, list[tuple[str, str, Any, Any, Any]]]] = {
    Cloud.AWS: [
        (k.RDS, "deletionProtection", False, True, False),
        (k.EKS, "deletionProtection", False, True, False),
        (k.S3, "forceDestroy", True, False, False),
        (k.RDS, "skipFinalSnapshot", True, False, False),
        (k.KMS, "deletionWindowInDays", 7, 30, 30),
        (k.AWS_SECRET, "recoveryWindowInDays", "0 7", 30, 30),  # MSK's and Vault's
    ],
    Cloud.AZURE: [
        # Otherwise a vault in dev could not be deleted completely.
        (k.KEY_VAULT, "properties.enablePurgeProtection", None, True, True),
        (k.LOCK, "level", "", "CanNotDelete", ""),
    ],
    Cloud.GCP: [
        *((kind, "deletionProtection", False, True, False) for kind in (k.CLOUD_SQL, k.MEMORYSTORE, k.GKE)),
        *((kind, "deletionProtection", False, True, False) for kind in (k.CONFLUENT, k.GCP_SECRET)),
        (k.CLOUD_SQL, "settings.deletionProtectionEnabled", False, True, False),
        (k.GCS, "forceDestroy", True, False, False),
        (k.CLOUD_SQL, "settings.finalBackupConfig.enabled", False, True, True),
        (k.CLOUD_SQL, "settings.retainBackupsOnDelete", False, True, True),
    ],
}


def at(inputs: Any, path: str) -> Any:
    """The value of a property; None if it is not given."""
    for key in path.split("."):
        inputs = (inputs or {}).get(key)
    return inputs


@CLOUDS
def test_services_refuse_deletion_in_prod_and_leave_a_backup_when_that_is_lifted(cloud: Cloud) -> None:
    worlds = [world(cloud, name) for name in ("dev", "prod", "allowDestroy")]
    for kind, path, *wanted in GUARDS[cloud]:
        for built, value in zip(worlds, wanted, strict=True):
            found = " ".join(sorted({str(at(one.inputs, path)) for one in built.all(kind)}))
            assert found == str(value), f"{kind} {path} in {built.profile}"
    for kind in (k.RDS, k.ELASTICACHE):
        for one in worlds[2].all(kind):
            assert "-final-" in one.inputs["finalSnapshotIdentifier"]


GROWN_NODES: Final = {
    k.EKS_NODES: ("scalingConfig.desiredSize",),
    k.AKS: ("agentPoolProfiles[0].count",),
    k.AKS_NODES: ("count",),
    k.VNET: ("subnets",),
    k.GKE: ("nodeConfig", "initialNodeCount"),
    k.GKE_NODES: ("initialNodeCount",),
    k.CLOUD_SQL: ("settings.diskSize",),
}
# Disks grow in prod only, and a server changes its zone in a failover. The name of a last snapshot changes with each
# run, so that a replacement gets another one.
GROWN_DISKS: Final = {
    k.MSK: ("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize",),
    k.AZURE_POSTGRES: ("availabilityZone", "highAvailability.standbyAvailabilityZone", "storage.storageSizeGB"),
    k.RDS: ("finalSnapshotIdentifier",),
    k.ELASTICACHE: ("finalSnapshotIdentifier",),
}


@CLOUDS
def test_what_the_cloud_changes_by_itself_is_left_alone(dev: Built, prod: Built) -> None:
    for built, wanted in ((dev, GROWN_NODES), (prod, GROWN_NODES | GROWN_DISKS)):
        ignored = {one.type: one.ignore_changes for one in built.recording.resources.values() if one.ignore_changes}
        here = {one.type for one in built.recording.resources.values()}
        assert ignored == {kind: keys for kind, keys in wanted.items() if kind in here}


# Each with the end of its grant's name. On Azure all services share an identity.
USERS_OF_THE_KEY: Final = {
    Cloud.AZURE: dict.fromkeys((k.AZURE_POSTGRES, k.AZURE_REDIS, k.EVENT_HUBS, k.BLOB_ACCOUNT, DISK_KEY), ""),
    Cloud.GCP: {
        k.CLOUD_SQL: "sql",
        k.MEMORYSTORE: "redis",
        k.GCS: "storage",
        k.GKE: "kubernetes",
        k.GKE_NODES: "compute",
    },
}


@pytest.mark.parametrize("cloud", USERS_OF_THE_KEY)
def test_nobody_uses_the_key_before_its_identity_may(cloud: Cloud, prod: Built, dev: Built) -> None:
    def grants(built: Built, service: str = "") -> list[str]:
        given = (*built.all(k.ROLE_ASSIGNMENT), *built.all(k.KEY_MEMBER))
        return [one.urn for one in given if "-data-" in one.name and one.name.endswith(service)]

    for kind, service in USERS_OF_THE_KEY[cloud].items():
        (granted,) = grants(prod, service)
        assert granted in prod.recording.reached_from(prod.one(kind).urn), kind
    assert grants(dev) == []


FULL: Final = {
    Cloud.AWS: ("aws:elasticache/parameterGroup:ParameterGroup", "parameters", [
        {"name": "maxmemory-policy", "value": "noeviction"},
    ]),
    Cloud.AZURE: (k.AZURE_REDIS_DATABASE, "evictionPolicy", "NoEviction"),
    Cloud.GCP: (k.MEMORYSTORE, "redisConfigs", {"maxmemory-policy": "noeviction"}),
}  # fmt: skip


@CLOUDS
def test_a_full_lock_store_refuses_to_write(cloud: Cloud, dev: Built) -> None:
    """Otherwise it would lose locks, and two pods would answer one conversation."""
    kind, key, wanted = FULL[cloud]
    assert dev.inputs(kind)[key] == wanted


STORES: Final = {k.S3, k.ELASTICACHE, k.MSK, k.GCS}


@pytest.mark.parametrize(
    ("cloud", "profile"), [(Cloud.AWS, "iam"), (Cloud.AZURE, "keyless"), (Cloud.GCP, "two assistants")]
)
@pytest.mark.parametrize(("mine", "other"), [("sales", "support"), ("support", "sales")])
def test_an_assistant_has_rights_to_nothing_of_another(built: Built, mine: str, other: str) -> None:
    """`gcp/test_cloud.py` checks Google's condition on a shared bucket."""
    places = {right.where for right in rights(built) if right.who.startswith(f"{mine}:")}
    shared = {
        one.outputs["arn"] if built.cloud is Cloud.AWS else one.inputs["name"]
        for kind in STORES
        for one in built.all(kind)
    }
    assert places
    assert not [place for place in places - shared if mine not in place or other in place]
