"""AWS: the exact forms of its answers, and its refusals."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from cryptography import x509

from catalogue.wire import Properties
from components.aws.event_queue import first_brokers
from tests.sandbox.world import Made, World, refused

ACCOUNT = r"\d{12}"
RDS, MSK, RULE = "rds.Instance", "msk.Cluster", "vpc.SecurityGroupIngressRule"


def _policy(principal: dict[str, str], action: str, **more: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUST = _policy({"Service": "eks.amazonaws.com"}, "sts:AssumeRole")


def _role(world: World, name: str = "role") -> str:
    return world.make("iam.Role", name=name, assumeRolePolicy=TRUST)["arn"]


def _cluster(world: World, **more: Any) -> Made:
    subnets = [subnet.id for subnet in world.network()[1]]
    return world.make("eks.Cluster", name="rasa", roleArn=_role(world), vpcConfig={"subnetIds": subnets}, **more)


def _broker(world: World, **more: Any) -> Made:
    vpc, subnets = world.network()
    group = world.make("ec2.SecurityGroup", vpcId=vpc.id).id
    nodes = {"clientSubnets": [subnet.id for subnet in subnets], "instanceType": "kafka.t3.small"}
    inputs: Properties = {
        "clusterName": "rasa-dev",
        "kafkaVersion": "3.9.x",
        "numberOfBrokerNodes": 3,
        "brokerNodeGroupInfo": {**nodes, "securityGroups": [group]},
        "clientAuthentication": {"sasl": {"scram": True}},
    }
    return world.make(MSK, **{**inputs, **more})


def test_forms_of_identifiers(world: World) -> None:
    vpc, subnets = world.network()
    assert re.fullmatch(r"vpc-[0-9a-f]{17}", vpc.id)
    assert all(re.fullmatch(r"subnet-[0-9a-f]{17}", subnet.id) for subnet in subnets)
    group = world.make("ec2.SecurityGroup", vpcId=vpc.id)
    assert re.fullmatch(rf"arn:aws:ec2:eu-central-1:{ACCOUNT}:security-group/sg-[0-9a-f]{{17}}", group["arn"])
    key = world.make("kms.Key").id
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", key)
    secret = world.make("secretsmanager.Secret", name="n").id
    assert re.fullmatch(rf"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:n-[0-9a-zA-Z]{{6}}", secret)


def test_forms_of_the_data_services(world: World) -> None:
    database = world.make(RDS)
    assert re.fullmatch(r"rasa\.[a-z0-9]{12}\.eu-central-1\.rds\.amazonaws\.com", database["address"])
    assert database["endpoint"] == f"{database['address']}:5432"
    assert re.fullmatch(r"db-[A-Z0-9]{26}", database["resourceId"])
    redis = world.make("elasticache.ReplicationGroup")
    assert re.fullmatch(r"master\.rasa\.[0-9a-f]{6}\.euc1\.cache\.amazonaws\.com", redis["primaryEndpointAddress"])
    kafka = _broker(world)
    first, *others = kafka["bootstrapBrokersSaslScram"].split(",")
    assert re.fullmatch(r"b-1\.rasa-dev\.[0-9a-f]{6}\.c2\.kafka\.eu-central-1\.amazonaws\.com:9096", first)
    assert len(others) == 2
    assert {kafka["bootstrapBrokersSaslIam"], kafka["bootstrapBrokersTls"], kafka["bootstrapBrokers"]} == {""}


def test_forms_of_the_cluster(world: World) -> None:
    cluster = _cluster(world)
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.eu-central-1\.eks\.amazonaws\.com", cluster["endpoint"])
    issuer = cluster["identities"][0]["oidcs"][0]["issuer"]
    assert re.fullmatch(r"https://oidc\.eks\.eu-central-1\.amazonaws\.com/id/[0-9A-F]{32}", issuer)
    authority = x509.load_pem_x509_certificate(base64.b64decode(cluster["certificateAuthority"]["data"]))
    assert authority.subject == authority.issuer
    assert cluster["vpcConfig"]["vpcId"].startswith("vpc-")


IAM_USER = {"engine": "valkey", "userId": "a", "userName": "b", "accessString": "on"}
WINDOWS = {"backupWindow": "03:00-04:00", "maintenanceWindow": "sun:03:30-sun:04:30"}
WRONG_PATH = "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicy"


@pytest.mark.parametrize(
    ("kind", "inputs", "error"),
    [
        ("ec2.Subnet", {"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24"}, "InvalidVpcID.NotFound"),
        ("ec2.SecurityGroup", {"vpcId": "vpc-0"}, "InvalidVpcID.NotFound"),
        (RDS, {"vpcSecurityGroupIds": ["sg-0"]}, "InvalidGroup.NotFound"),
        (RDS, {"dbSubnetGroupName": "x"}, "DBSubnetGroupNotFoundFault"),
        (RDS, {"storageEncrypted": True, "kmsKeyId": "arn:x"}, "NotFoundException: Key"),
        ("eks.Addon", {"clusterName": "x", "addonName": "vpc-cni"}, "No cluster found for name: x"),
        ("cloudwatch.LogGroup", {"name": "x", "kmsKeyId": "arn:x"}, "NotFoundException"),
        ("s3.BucketVersioning", {"bucket": "x", "versioningConfiguration": {"status": "Enabled"}}, "NoSuchBucket"),
        ("iam.RolePolicyAttachment", {"role": "x", "policyArn": "arn:x"}, "NoSuchEntity"),
        ("elasticache.UserGroup", {"engine": "valkey", "userGroupId": "g", "userIds": ["u"]}, "UserNotFound"),
        (
            "msk.Topic",
            {"clusterArn": "arn:x", "name": "t", "partitionCount": 1, "replicationFactor": 1},
            "does not exist",
        ),
        ("ec2.Vpc", {"cidrBlock": "10.0.0.0/8"}, "InvalidVpc.Range"),
        ("ec2.SecurityGroup", {}, "No default VPC"),
        ("ec2.Vpc", {"cidrBlock": "10.0.0.1/16"}, "not a valid IPv4 CIDR"),
        ("s3.Bucket", {"bucket": "Models_1"}, "InvalidBucketName"),
        ("cloudwatch.LogGroup", {"retentionInDays": 8}, "retention_in_days"),
        ("iam.Role", {"assumeRolePolicy": "{}"}, "MalformedPolicyDocument"),
        ("iam.Role", {"assumeRolePolicy": TRUST, "path": "platform"}, "begin and end with a slash"),
        ("iam.Role", {"assumeRolePolicy": TRUST, "permissionsBoundary": "b"}, "ARN b is not valid"),
        ("kms.Key", {"deletionWindowInDays": 3}, "deletion_window_in_days"),
        ("secretsmanager.Secret", {"name": "Vault's keys"}, "Invalid name 'Vault's keys'"),
        ("secretsmanager.Secret", {"name": "s" * 513}, "at most 512"),
        ("secretsmanager.Secret", {"name": "s", "recoveryWindowInDays": 3}, "between 7 and 30"),
        (RDS, {"allocatedStorage": 5}, "Invalid storage size"),
        (RDS, {"skipFinalSnapshot": False}, "final_snapshot_identifier is required"),
        (RDS, {"username": "rdsadmin"}, "reserved word"),
        (RDS, WINDOWS, "overlap"),
        ("elasticache.User", {**IAM_USER, "authenticationMode": {"type": "iam"}}, "must be identical"),
        ("elasticache.ReplicationGroup", {"replicationGroupId": "Rasa_1"}, "replication_group_id"),
        ("elasticache.ReplicationGroup", {"engine": "redis", "engineVersion": "8.2"}, "ends at 7.1"),
        (
            "eks.Cluster",
            {"roleArn": "a", "vpcConfig": {"subnetIds": []}, "version": "1.19"},
            "unsupported Kubernetes version",
        ),
        ("eks.Addon", {"clusterName": "c", "addonName": "vpc-cnii"}, "not supported"),
        ("iam.RolePolicyAttachment", {"role": "r", "policyArn": WRONG_PATH}, "NoSuchEntity"),
        (RULE, {"securityGroupId": "sg", "ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0"}, "FromPort"),
    ],
)
def test_what_aws_refuses(world: World, kind: str, inputs: Properties, error: str) -> None:
    world.refuses(error, kind, **inputs)


def test_an_update_may_not_refer_to_nothing_either(world: World) -> None:
    database = world.make(RDS)
    with refused("InvalidGroup.NotFound"):
        world.change(database, vpcSecurityGroupIds=["sg-0"])


def test_a_subnet_fits_its_vpc(world: World) -> None:
    vpc = world.network()[0].id
    world.refuses("InvalidSubnet.Range", "ec2.Subnet", vpcId=vpc, cidrBlock="10.1.0.0/24")
    world.refuses("InvalidSubnet.Conflict", "ec2.Subnet", vpcId=vpc, cidrBlock="10.0.0.0/20")
    free = {"vpcId": vpc, "cidrBlock": "10.0.9.0/24"}
    world.refuses("availabilityZone", "ec2.Subnet", **free, availabilityZone="eu-central-1z")
    world.make("ec2.Subnet", **free)


def test_what_is_in_use_is_not_deleted(world: World) -> None:
    vpc, subnets = world.network()
    with refused(f"DependencyViolation: The vpc '{vpc.id}'"):
        world.delete(vpc)
    world.delete(*subnets, vpc)


def test_a_rule_goes_with_its_group_but_keeps_the_group_that_it_names(world: World) -> None:
    vpc = world.make("ec2.Vpc").id
    own, named = (world.make("ec2.SecurityGroup", vpcId=vpc) for _ in range(2))
    inputs = {"securityGroupId": own.id, "ipProtocol": "-1", "referencedSecurityGroupId": named.id}
    rule = world.make(RULE, **inputs)
    world.refuses("InvalidPermission.Duplicate", RULE, **inputs)
    with refused("DependencyViolation"):
        world.delete(named)
    world.delete(own)
    assert not world.has(rule)


def test_a_nat_gateway_needs_the_internet_gateway_first(world: World) -> None:
    vpc, subnets = world.network()
    nat = {"subnetId": subnets[0].id, "allocationId": world.make("ec2.Eip", domain="vpc").id}
    world.refuses("Gateway.NotAttached", "ec2.NatGateway", **nat)
    gateway = world.make("ec2.InternetGateway", vpcId=vpc.id)
    world.make("ec2.NatGateway", **nat)
    with refused("mapped public address"):
        world.delete(gateway)


def test_deletion_protection_and_storage_that_only_grows(world: World) -> None:
    database = world.make(RDS, deletionProtection=True, allocatedStorage=30)
    with refused("Cannot delete protected DB Instance"):
        world.delete(database)
    with refused("cannot be reduced from 30 to 20"):
        world.change(database, allocatedStorage=20)
    world.change(database, allocatedStorage=40, deletionProtection=False)
    world.delete(database)


def test_final_snapshots_stay_and_their_names_are_used_up(world: World) -> None:
    first = world.make(RDS, skipFinalSnapshot=False, finalSnapshotIdentifier="final")
    world.delete(first)
    second = world.make(RDS, skipFinalSnapshot=False, finalSnapshotIdentifier="final")
    with refused("DBSnapshotAlreadyExists"):
        world.delete(second)
    assert world.kept() == ["DB snapshot final (final snapshot of rasa)"]


@pytest.mark.parametrize(("days", "error"), [(7, "scheduled for deletion"), (0, "")])
def test_the_name_of_a_deleted_secret_is_free_after_its_window_only(world: World, days: int, error: str) -> None:
    world.delete(world.make("secretsmanager.Secret", name="s", recoveryWindowInDays=days))
    assert len(world.kept()) == bool(days)
    world.refuses(error, "secretsmanager.Secret", name="s", recoveryWindowInDays=days)


def test_nodes_wait_for_their_network_and_their_rights(world: World) -> None:
    cluster = _cluster(world, bootstrapSelfManagedAddons=False)
    nodes: Properties = {
        "clusterName": "rasa",
        "nodeGroupName": "n",
        "nodeRoleArn": _role(world, "node"),
        "subnetIds": cluster["vpcConfig"]["subnetIds"],
        "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 2},
    }
    world.refuses("no vpc-cni add-on", "eks.NodeGroup", **nodes)
    world.make("eks.Addon", clusterName="rasa", addonName="vpc-cni")
    world.refuses("no AmazonEKSWorkerNodePolicy", "eks.NodeGroup", **nodes)
    world.refuses("DEGRADED", "eks.Addon", clusterName="rasa", addonName="coredns")
    policy = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
    world.make("iam.RolePolicyAttachment", role="node", policyArn=policy)
    wrong_image = "not a valid instance type for requested amiType"
    world.refuses(wrong_image, "eks.NodeGroup", **nodes, instanceTypes=["m7g.large"])
    world.refuses(wrong_image, "eks.NodeGroup", **nodes, instanceTypes=["m7i.large"], amiType="AL2023_ARM_64_STANDARD")
    closed = world.make("kms.Key", policy=_policy({"AWS": "arn:aws:iam::111122223333:root"}, "kms:*", Resource="*"))
    disks = [{"deviceName": "/dev/xvda", "ebs": {"kmsKeyId": closed["arn"]}}]
    template = world.make("ec2.LaunchTemplate", blockDeviceMappings=disks)
    closed_disks = {"launchTemplate": {"id": template.id, "version": "1"}}
    world.refuses("does not name AWSServiceRoleForAutoScaling", "eks.NodeGroup", **nodes, **closed_disks)
    world.make("eks.NodeGroup", **nodes)
    world.make("eks.Addon", clusterName="rasa", addonName="coredns")
    with refused("Cluster has nodegroups attached"):
        world.delete(cluster)


@pytest.mark.parametrize(
    ("name", "has_key", "has_value", "error"),
    [
        ("rasa", True, True, "prefix AmazonMSK_"),
        ("AmazonMSK_a", False, True, "default key"),
        ("AmazonMSK_a", True, False, "has no value yet"),
        ("AmazonMSK_a", True, True, ""),
    ],
)
def test_kafka_takes_only_secrets_made_for_it(
    world: World, name: str, has_key: bool, has_value: bool, error: str
) -> None:
    cluster, key = _broker(world).id, {"kmsKeyId": world.make("kms.Key")["arn"]} if has_key else {}
    secret = world.make("secretsmanager.Secret", name=name, **key).id
    if has_value:
        world.make("secretsmanager.SecretVersion", secretId=secret, secretString="{}")
    world.refuses(error, "msk.SingleScramSecretAssociation", clusterArn=cluster, secretArn=secret)


def test_brokers_and_subnets_must_match(world: World) -> None:
    with refused("multiple of Availability Zones"):
        _broker(world, numberOfBrokerNodes=2)


def test_of_many_brokers_others_are_named_each_time_and_rasa_gets_the_same(world: World) -> None:
    cluster = _broker(world, numberOfBrokerNodes=6)
    seen = [cluster["bootstrapBrokersSaslScram"]]
    for _ in range(3):
        outputs = {"bootstrapBrokersSaslScram": seen[-1]}
        seen.append(world.cloud(cluster.urn).read(cluster.urn, cluster.id, {}, outputs)[2]["bootstrapBrokersSaslScram"])
    assert len(set(seen)) == 4
    assert len({first_brokers(one) for one in seen}) == 1


def test_policies_may_not_name_a_role_that_is_not_there(world: World) -> None:
    account = world.facts("aws")["account"]
    policy = _policy({"AWS": f"arn:aws:iam::{account}:role/r"}, "kms:*", Resource="*")
    world.refuses("Invalid principal in policy", "kms.Key", policy=policy)
    _role(world, "r")
    world.make("kms.Key", policy=policy)


@pytest.mark.parametrize(
    ("old", "new", "more", "error"),
    [
        ("17", "18", {}, "AllowMajorVersionUpgrade"),
        ("17.6", "17.4", {}, "Cannot upgrade postgres"),
        ("17", "16", {"allowMajorVersionUpgrade": True}, "Cannot upgrade postgres"),
        ("17", "18", {"allowMajorVersionUpgrade": True}, ""),
        ("17.6", "17", {}, ""),
    ],
)
def test_versions_of_rds(world: World, old: str, new: str, more: Properties, error: str) -> None:
    database = world.make(RDS, engineVersion=old)
    with refused(error):
        world.change(database, engineVersion=new, **more)


@pytest.mark.parametrize(("new", "error"), [("4.0.x.kraft", "ZooKeeper"), ("3.8.x", "cannot be lowered")])
def test_versions_of_msk(world: World, new: str, error: str) -> None:
    kafka = _broker(world)
    with refused(error):
        world.change(kafka, kafkaVersion=new)


def test_a_resource_stays_in_its_region(world: World) -> None:
    """The provider's region moves nothing; what is new goes there, and does not find the old network."""
    vpc = world.make("ec2.Vpc")
    world.configure("aws", region="eu-west-1")
    aws = world.clouds["aws"]
    assert not aws.diff(vpc.urn, vpc.id, vpc.inputs, vpc.outputs, vpc.inputs).changes
    assert aws.read(vpc.urn, vpc.id, {}, {})[2]["region"] == "eu-central-1"
    subnet = {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-1a"}
    world.refuses("InvalidVpcID.NotFound", "ec2.Subnet", **subnet)
    world.delete(vpc)
    assert not world.has(vpc)
