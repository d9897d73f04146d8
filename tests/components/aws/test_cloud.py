"""Services on AWS: sign-in by identity, firewalls, a second valid password, disks that grow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.connections import IamRoles, KafkaIamAuth, PasswordAuth, RedisIamAuth
from policy import kinds as k
from settings import Cloud
from tests.components.built import Built, build, known, password, world
from tests.settings.stack_files import DEV, PROD
from tools.stacks import changed


def test_connections_with_iam() -> None:
    iam = world(Cloud.AWS, "iam")
    redis, kafka = iam.redis("sales"), iam.kafka("sales")
    assert iam.postgres.roles == IamRoles(region="eu-central-1")
    assert redis.auth == RedisIamAuth(
        username="rasa-dev-lock-store-sales", region="eu-central-1", replication_group="rasa-dev-lock-store"
    )
    assert iam.inputs(k.ELASTICACHE)["replicationGroupId"] == "rasa-dev-lock-store"
    assert kafka.producer == KafkaIamAuth(region="eu-central-1")
    assert (kafka.mechanism, kafka.ports) == ("OAUTHBEARER", (9098,))
    assert known(kafka.bootstrap).endswith(":9098")
    assert iam.all(k.AWS_SECRET) == []


def test_a_rotation_leaves_the_password_before_it_valid_and_none_older() -> None:
    built = build(changed(DEV, rotation={"trackerStore": 3, "lockStore": 3, "eventQueue": 3}))

    def made(name: str) -> str:
        return built.recording.output(f"rasa-dev-{name}", "result")

    valid: Any = built.inputs(k.ELASTICACHE_USER)["authenticationMode"]["passwords"]
    new, old = (made(f"lock-store-rasa-password-{generation}") for generation in (3, 2))
    assert len(valid) == 2
    assert all(each in str(valid) for each in (new, old))
    assert password(built.redis().auth) == new
    # A user of MSK has one password, so each generation is a new user.
    producer = built.kafka().producer
    assert isinstance(producer, PasswordAuth)
    assert producer.username == "rasa-3"
    assert password(producer) == made("event-queue-rasa-3-password")
    assert password(built.postgres.admin) == made("tracker-store-admin-password-3")


def test_only_the_clusters_pods_reach_the_data_services(prod: Built) -> None:
    rules = prod.all(k.INGRESS)
    ports = {rule.inputs["fromPort"]: rule for rule in rules if rule.name.endswith(tuple("0123456789"))}
    assert set(ports) == {5432, 6379, 9098}
    assert {prod.source(rule, "referencedSecurityGroupId") for rule in ports.values()} == {
        "rasa-prod-cluster-control-plane"
    }
    ways_out = prod.all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert [rule.name for rule in (*rules, *ways_out) if "/0" in str(rule.inputs)] == []
    assert [rule.name for rule in rules if "10.0.0.0/16" in str(rule.inputs)] == ["rasa-prod-network-endpoints-https"]


def test_data_subnets_have_no_way_out(prod: Built) -> None:
    tables = prod.names("aws:ec2/routeTable:RouteTable")
    with_a_route = {prod.source(route, "routeTableId") for route in prod.all("aws:ec2/route:Route")}
    assert {f"rasa-prod-{table}" for table in tables} - with_a_route == {"rasa-prod-network-data"}
    associations = prod.all("aws:ec2/routeTableAssociation:RouteTableAssociation")
    of_data = [each for each in associations if "-data-" in prod.source(each, "subnetId")]
    assert len(of_data) == 3
    assert {prod.source(each, "routeTableId") for each in of_data} == {"rasa-prod-network-data"}


def test_disks_of_kafka_can_grow_in_prod_only(dev: Built, prod: Built) -> None:
    target = "aws:appautoscaling/target:Target"
    size = prod.inputs(k.MSK)["brokerNodeGroupInfo"]["storageInfo"]["ebsStorageInfo"]["volumeSize"]
    assert prod.inputs(target)["maxCapacity"] > size
    assert dev.all(target) == []


@pytest.mark.parametrize(("sizes", "image"), [(["m7i.large", "g4dn.xlarge"], "x86_64"), (["m7gd.large"], "ARM_64")])
def test_nodes_have_the_image_of_their_architecture_and_the_stacks_tags_and_key(sizes: list[str], image: str) -> None:
    made = build(changed(PROD, **{"cluster.nodeSizes": sizes, "tags": {"owner": "me"}}))
    assert made.inputs(k.EKS_NODES)["amiType"] == f"AL2023_{image}_STANDARD"
    (template,) = made.all("aws:ec2/launchTemplate:LaunchTemplate")
    tagged = {one["resourceType"]: one["tags"]["owner"] for one in template.inputs["tagSpecifications"]}
    assert tagged == dict.fromkeys(("instance", "volume", "network-interface"), "me")
    (disk,) = template.inputs["blockDeviceMappings"]
    (key,) = (one for one in made.all(k.KMS) if one.name == "rasa-prod-data-key")
    assert disk["ebs"]["kmsKeyId"] == key.outputs["arn"]
    # Without these rights of Auto Scaling no node would start.
    (role,) = {
        one["Condition"]["ArnEquals"]["aws:PrincipalArn"]
        for one in json.loads(key.inputs["policy"])["Statement"]
        if one["Principal"] == {"AWS": "*"}
    }
    assert role.endswith(":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
