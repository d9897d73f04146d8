"""The platform as a whole: who waits for whom, what is protected and encrypted, what the profiles change."""

from __future__ import annotations

import pytest

from tests.components.aws.conftest import IAM
from tests.components.aws.recorded import BUCKET, CACHE, EKS, INGRESS, MSK, NAT, NODES, RDS, Built, build
from tests.settings.stack_files import DEV, PROD
from tools.stacks import changed

DATA = (RDS, MSK, CACHE)


@pytest.mark.parametrize("profile", ["dev", "prod"])
@pytest.mark.parametrize("service", DATA)
def test_data_services_wait_for_subnets_and_key_only(
    profile: str, service: str, request: pytest.FixtureRequest
) -> None:
    built: Built = request.getfixturevalue(profile)
    waits_for = built.waits_for(built.one(service))
    slow = {f"aws:{kind}" for kind in (*DATA, EKS, NODES, NAT, "ec2/eip:Eip", "ec2/route:Route", "eks/addon:Addon")}
    assert waits_for & slow == set()
    assert {"aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"} <= waits_for


def test_firewall_rules_and_nodes_do_wait(dev: Built) -> None:
    """The control of the test above: the same walk finds what is there."""
    rules = [rule for rule in dev.all(INGRESS) if "clients" in rule.name]
    assert len(rules) == len(DATA)
    assert all(f"aws:{EKS}" in dev.waits_for(rule) for rule in rules)
    assert f"aws:{NAT}" in dev.waits_for(dev.one(NODES))
    assert f"aws:{MSK}" in dev.waits_for(dev.one("msk/topic:Topic"))


def test_the_control_plane_does_not_wait_for_nat(prod: Built) -> None:
    assert f"aws:{NAT}" not in prod.waits_for(prod.one(EKS))
    assert len(prod.all(NAT)) == 3


def test_prod_protects_the_data_its_keys_and_its_network(prod: Built, dev: Built) -> None:
    kinds = (*DATA, EKS, BUCKET, "kms/key:Key", "msk/topic:Topic", "ec2/vpc:Vpc", "ec2/subnet:Subnet")
    assert all(prod.all(kind) for kind in kinds)
    assert all(resource.protect for kind in kinds for resource in prod.all(kind))
    assert not any(resource.protect for resource in dev.recording.resources.values())


def test_prod_turns_on_the_services_own_protections(prod: Built) -> None:
    assert prod.one(RDS).inputs["deletionProtection"] is True
    assert prod.one(EKS).inputs["deletionProtection"] is True
    assert prod.one(BUCKET).inputs["forceDestroy"] is False


def test_allow_destroy_lifts_the_protections_but_keeps_the_last_snapshots() -> None:
    built = build(changed(PROD, allowDestroy=True), stack="prod")
    assert not any(resource.protect for resource in built.recording.resources.values())
    assert built.one(RDS).inputs["deletionProtection"] is False
    assert built.one(EKS).inputs["deletionProtection"] is False
    assert built.one(BUCKET).inputs["forceDestroy"] is True
    assert built.one(RDS).inputs["skipFinalSnapshot"] is False
    for kind in (RDS, CACHE):
        assert "-final-" in built.one(kind).inputs["finalSnapshotIdentifier"]


def test_prod_encrypts_everything_with_its_own_key(prod: Built) -> None:
    groups = prod.all("cloudwatch/logGroup:LogGroup")
    assert len(groups) >= 7
    for resource in (prod.one(RDS), prod.one(CACHE), *groups):
        assert prod.source(resource, "kmsKeyId") == "rasa-prod-data-key"
    assert prod.source(prod.one(MSK), "encryptionInfo") == "rasa-prod-data-key"
    models = prod.one("s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
    assert prod.source(models, "rules") == "rasa-prod-data-key"


def test_dev_encrypts_with_the_services_keys_and_its_own_where_there_is_no_other(dev: Built) -> None:
    assert dev.one(RDS).inputs["storageEncrypted"] is True
    assert dev.one(CACHE).inputs["atRestEncryptionEnabled"] is True
    assert "kmsKeyId" not in dev.one(RDS).inputs
    assert dev.source(dev.one("secretsmanager/secret:Secret", "-rasa-secret"), "kmsKeyId") == "rasa-dev-data-key"
    assert dev.source(dev.one(EKS), "encryptionConfig") == "rasa-dev-data-key"


def test_clients_must_use_tls(dev: Built) -> None:
    assert dev.one(MSK).inputs["encryptionInfo"]["encryptionInTransit"] == {"clientBroker": "TLS", "inCluster": True}
    assert dev.one(CACHE).inputs["transitEncryptionMode"] == "required"
    assert {"name": "rds.force_ssl", "value": "1"} in dev.one("rds/parameterGroup:ParameterGroup").inputs["parameters"]
    assert dev.postgres.ssl_mode == "verify-full"


def test_the_profiles_differ_in_redundancy(dev: Built, prod: Built) -> None:
    assert (len(dev.all(NAT)), len(prod.all(NAT))) == (1, 3)
    assert (dev.one(RDS).inputs["multiAz"], prod.one(RDS).inputs["multiAz"]) == (False, True)
    assert (dev.one(CACHE).inputs["multiAzEnabled"], prod.one(CACHE).inputs["multiAzEnabled"]) == (False, True)
    assert (dev.one(NODES).inputs["capacityType"], prod.one(NODES).inputs["capacityType"]) == ("SPOT", "ON_DEMAND")
    assert (len(dev.all("ec2/flowLog:FlowLog")), len(prod.all("ec2/flowLog:FlowLog"))) == (0, 1)
    assert (len(dev.all("ec2/vpcEndpoint:VpcEndpoint")), len(prod.all("ec2/vpcEndpoint:VpcEndpoint"))) == (1, 12)


def ignored(built: Built) -> dict[str, tuple[str, ...]]:
    """The changes that each resource ignores, by its type."""
    return {one.type: one.ignore_changes for one in built.recording.resources.values() if one.ignore_changes}


def test_growing_disks_are_left_to_grow_in_prod_only(dev: Built, prod: Built) -> None:
    target = prod.one("appautoscaling/target:Target").inputs
    size = prod.one(MSK).inputs["brokerNodeGroupInfo"]["storageInfo"]["ebsStorageInfo"]["volumeSize"]
    assert target["maxCapacity"] > size
    assert dev.all("appautoscaling/target:Target") == []
    nodes = {"aws:eks/nodeGroup:NodeGroup": ("scalingConfig.desiredSize",)}
    disks = {"aws:msk/cluster:Cluster": ("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize",)}
    assert ignored(dev) == nodes
    # The name of the snapshot changes with each run, so that a replacement gets another one.
    snapshots = {f"aws:{kind}": ("finalSnapshotIdentifier",) for kind in (RDS, CACHE)}
    assert ignored(prod) == nodes | disks | snapshots


def test_what_is_not_wanted_is_not_made() -> None:
    none = {f"{layer}.kind": "none" for layer in ("lockStore", "eventQueue", "modelStorage")}
    built = build(changed(DEV, **none, assistants=[{"name": "rasa"}]))
    rasa = built.platform.assistants["rasa"]
    assert (rasa.lock_store, rasa.event_queue, rasa.model_storage) == (None, None, None)
    assert rasa.rasa.ready == ()
    assert list(built.platform.services) == ["network", "cluster", "trackerStore"]
    services = {resource.type.split("/")[0] for resource in built.recording.resources.values()}
    assert "aws:rds" in services
    assert not services & {"aws:msk", "aws:s3", "aws:elasticache"}


def test_names_that_pulumi_makes_fit_for_the_longest_stack_and_assistant() -> None:
    built = build(changed(DEV, **IAM, assistants=[{"name": "a" * 20, "analytics": True}]), stack="s" * 20)
    limits = {
        NODES: 63,
        "msk/configuration:Configuration": 64,
        "ec2/launchTemplate:LaunchTemplate": 128,
        "iam/rolePolicy:RolePolicy": 128,
        "ec2/securityGroup:SecurityGroup": 255,
    }
    for kind, limit in limits.items():
        assert built.all(kind)
        # Pulumi adds a hyphen and 7 random characters.
        assert not [each.name for each in built.all(kind) if len(each.name) + 8 > limit]
