"""Changes that the clouds refuse, or that move nothing, though the plan says that they are updates."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.entry import Refused
from catalogue.wire import Properties
from sandbox.cloud import Cloud
from tests.sandbox.clouds import AWS, World
from tests.sandbox.google import Google, T, sql

RDS = "aws:rds/instance:Instance"
MSK = "aws:msk/cluster:Cluster"
DATABASE: Properties = {
    "identifier": "rasa",
    "engine": "postgres",
    "instanceClass": "db.m7g.large",
    "allocatedStorage": 50,
    "username": "rasa",
    "password": "a-long-password",
    "skipFinalSnapshot": True,
}


@pytest.mark.parametrize(
    ("old", "new", "more", "refusal"),
    [
        ("17", "18", {}, "AllowMajorVersionUpgrade"),
        ("17.6", "17.4", {}, "Cannot upgrade postgres"),
        ("17", "16", {"allowMajorVersionUpgrade": True}, "Cannot upgrade postgres"),
        ("17", "18", {"allowMajorVersionUpgrade": True}, ""),
        ("17.6", "17", {}, ""),
    ],
)
def test_versions_of_rds(world: World, old: str, new: str, more: Properties, refusal: str) -> None:
    id, outputs = world.make(RDS, "db", {**DATABASE, "engineVersion": old})
    changed = {**DATABASE, **more, "engineVersion": new}
    if not refusal:
        world.change(RDS, "db", id, outputs, changed)
        return
    with pytest.raises(Refused, match=refusal):
        world.change(RDS, "db", id, outputs, changed)


@pytest.mark.parametrize(
    ("old", "new", "refusal"), [("3.9.x", "4.0.x.kraft", "ZooKeeper"), ("3.9.x", "3.8.x", "cannot be lowered")]
)
def test_versions_of_msk(world: World, old: str, new: str, refusal: str) -> None:
    _, subnets = world.network()
    brokers = {"instanceType": "kafka.m7g.large", "clientSubnets": subnets, "securityGroups": []}
    inputs = {"clusterName": "rasa", "kafkaVersion": old, "numberOfBrokerNodes": 3, "brokerNodeGroupInfo": brokers}
    id, outputs = world.make(MSK, "kafka", inputs)
    with pytest.raises(Refused, match=refusal):
        world.change(MSK, "kafka", id, outputs, {**inputs, "kafkaVersion": new})


def test_versions_of_cloud_sql(google: Google) -> None:
    network = google.vpc()
    inputs = sql(network, google.connection(network))
    id, outputs = google.make(T["DatabaseInstance"], "db", {**inputs, "databaseVersion": "POSTGRES_17"})
    with pytest.raises(Refused, match="cannot be lowered"):
        google.change(T["DatabaseInstance"], "db", id, outputs, {**inputs, "databaseVersion": "POSTGRES_16"})


def test_a_range_that_a_cluster_uses_stays(google: Google) -> None:
    _, outputs = google.gke()
    inputs: Properties = {"network": outputs["network"], "ipCidrRange": "10.0.0.0/20"}
    olds = {**inputs, "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.64.0.0/14"}]}
    news = {**inputs, "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.128.0.0/14"}]}
    with pytest.raises(Refused, match="is used by"):
        google.change(T["Subnetwork"], "subnet", outputs["subnetwork"], olds, news)


def test_a_resource_stays_in_its_region(tmp_path: Path, world: World) -> None:
    """The provider's region moves nothing; what is new goes there, and does not find the old network."""
    vpc, outputs = world.make("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})
    urn = world.urn("aws:ec2/vpc:Vpc", "vpc")
    moved = Cloud(AWS, AWS.configure({"region": "eu-west-1"}, world.stack), world.store)
    assert not moved.diff(urn, vpc, {"cidrBlock": "10.0.0.0/16"}, outputs, {"cidrBlock": "10.0.0.0/16"}).changes
    assert moved.read(urn, vpc, {}, {})[2]["region"] == "eu-central-1"
    subnet = {"vpcId": vpc, "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-1a"}
    with pytest.raises(Refused, match=r"InvalidVpcID\.NotFound"):
        moved.create(world.urn("aws:ec2/subnet:Subnet", "new"), subnet, preview=False)
    moved.delete(urn, vpc)
    assert moved.read(urn, vpc, {}, {})[0] == ""
