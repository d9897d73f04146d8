"""AWS: the exact forms of what it answers, and what it refuses."""

from __future__ import annotations

import base64
import json
import re

import pytest
from cryptography import x509

from catalogue.aws.provider import INVOKES
from catalogue.entry import Refused
from catalogue.wire import Properties
from tests.sandbox.clouds import AWS_TOKENS, TRUST, World

T = AWS_TOKENS
ACCOUNT = r"\d{12}"
RDS: Properties = {
    "identifier": "rasa",
    "instanceClass": "db.t4g.micro",
    "engine": "postgres",
    "allocatedStorage": 20,
    "storageType": "gp3",
    "username": "rasa_admin",
    "password": "x",
    "skipFinalSnapshot": True,
}


def _role(world: World, name: str = "role") -> str:
    return world.make(T["Role"], name, {"name": name, "assumeRolePolicy": TRUST})[1]["arn"]


def _cluster(world: World, **more: object) -> tuple[str, Properties]:
    _, subnets = world.network()
    inputs: Properties = {"name": "rasa", "roleArn": _role(world), "vpcConfig": {"subnetIds": subnets}, **more}
    return world.make("aws:eks/cluster:Cluster", "eks", inputs)


def _broker(world: World, **more: object) -> tuple[str, Properties]:
    vpc, subnets = world.network()
    group, _ = world.make(T["SecurityGroup"], "group", {"vpcId": vpc})
    inputs: Properties = {
        "clusterName": "rasa-dev",
        "kafkaVersion": "3.9.x",
        "numberOfBrokerNodes": 3,
        "brokerNodeGroupInfo": {"clientSubnets": subnets, "instanceType": "kafka.t3.small", "securityGroups": [group]},
        "clientAuthentication": {"sasl": {"scram": True}},
        **more,
    }
    return world.make("aws:msk/cluster:Cluster", "kafka", inputs)


def test_forms_of_network_identifiers(world: World) -> None:
    vpc, subnets = world.network()
    assert re.fullmatch(r"vpc-[0-9a-f]{17}", vpc)
    assert all(re.fullmatch(r"subnet-[0-9a-f]{17}", subnet) for subnet in subnets)
    _, outputs = world.make(T["SecurityGroup"], "group", {"vpcId": vpc})
    assert re.fullmatch(rf"arn:aws:ec2:eu-central-1:{ACCOUNT}:security-group/sg-[0-9a-f]{{17}}", outputs["arn"])


def test_forms_of_the_database(world: World) -> None:
    _, outputs = world.make("aws:rds/instance:Instance", "db", RDS)
    assert re.fullmatch(r"rasa\.[a-z0-9]{12}\.eu-central-1\.rds\.amazonaws\.com", outputs["address"])
    assert outputs["endpoint"] == f"{outputs['address']}:5432"
    assert re.fullmatch(r"db-[A-Z0-9]{26}", outputs["resourceId"])


def test_forms_of_the_cluster(world: World) -> None:
    _, outputs = _cluster(world)
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.eu-central-1\.eks\.amazonaws\.com", outputs["endpoint"])
    assert re.fullmatch(
        r"https://oidc\.eks\.eu-central-1\.amazonaws\.com/id/[0-9A-F]{32}",
        outputs["identities"][0]["oidcs"][0]["issuer"],
    )
    pem = base64.b64decode(outputs["certificateAuthority"]["data"])
    assert x509.load_pem_x509_certificate(pem).subject == x509.load_pem_x509_certificate(pem).issuer
    assert outputs["vpcConfig"]["vpcId"].startswith("vpc-")


def test_forms_of_the_brokers_follow_what_is_enabled(world: World) -> None:
    _, outputs = _broker(world)
    first, *others = outputs["bootstrapBrokersSaslScram"].split(",")
    assert re.fullmatch(r"b-1\.rasa-dev\.[0-9a-f]{6}\.c2\.kafka\.eu-central-1\.amazonaws\.com:9096", first)
    assert len(others) == 2
    assert (outputs["bootstrapBrokersSaslIam"], outputs["bootstrapBrokersTls"], outputs["bootstrapBrokers"]) == (
        "",
        "",
        "",
    )


def test_forms_of_redis_keys_and_secrets(world: World) -> None:
    redis = {"replicationGroupId": "rasa", "description": "d", "nodeType": "cache.t4g.micro"}
    _, group = world.make("aws:elasticache/replicationGroup:ReplicationGroup", "r", redis)
    assert re.fullmatch(r"master\.rasa\.[0-9a-f]{6}\.euc1\.cache\.amazonaws\.com", group["primaryEndpointAddress"])
    key, _ = world.make("aws:kms/key:Key", "k", {})
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", key)
    arn, _ = world.make("aws:secretsmanager/secret:Secret", "s", {"name": "n"})
    assert re.fullmatch(rf"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:n-[0-9a-zA-Z]{{6}}", arn)


@pytest.mark.parametrize(
    ("token", "inputs", "error"),
    [
        (T["Subnet"], {"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24"}, "InvalidVpcID.NotFound"),
        (T["SecurityGroup"], {"vpcId": "vpc-0"}, "InvalidVpcID.NotFound"),
        ("aws:rds/instance:Instance", {**RDS, "vpcSecurityGroupIds": ["sg-0"]}, "InvalidGroup.NotFound"),
        ("aws:rds/instance:Instance", {**RDS, "dbSubnetGroupName": "x"}, "DBSubnetGroupNotFoundFault"),
        ("aws:rds/instance:Instance", {**RDS, "storageEncrypted": True, "kmsKeyId": "arn:x"}, "NotFoundException: Key"),
        ("aws:eks/addon:Addon", {"clusterName": "x", "addonName": "vpc-cni"}, "No cluster found for name: x"),
        (T["LogGroup"], {"name": "x", "kmsKeyId": "arn:x"}, "NotFoundException"),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            {"bucket": "x", "versioningConfiguration": {"status": "Enabled"}},
            "NoSuchBucket",
        ),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"role": "x", "policyArn": "arn:x"}, "NoSuchEntity"),
        (
            "aws:elasticache/userGroup:UserGroup",
            {"engine": "valkey", "userGroupId": "g", "userIds": ["u"]},
            "UserNotFound",
        ),
        (
            "aws:msk/topic:Topic",
            {"clusterArn": "arn:x", "name": "t", "partitionCount": 1, "replicationFactor": 1},
            "does not exist",
        ),
    ],
)
def test_what_refers_to_nothing_is_refused(world: World, token: str, inputs: Properties, error: str) -> None:
    with pytest.raises(Refused, match=re.escape(error)):
        world.make(token, "x", inputs)


def test_an_update_may_not_refer_to_nothing_either(world: World) -> None:
    id, outputs = world.make("aws:rds/instance:Instance", "db", RDS)
    with pytest.raises(Refused, match=r"InvalidGroup\.NotFound"):
        world.change("aws:rds/instance:Instance", "db", id, outputs, {**RDS, "vpcSecurityGroupIds": ["sg-0"]})


@pytest.mark.parametrize(
    ("token", "inputs", "error"),
    [
        (T["Vpc"], {"cidrBlock": "10.0.0.0/8"}, "InvalidVpc.Range"),
        (T["SecurityGroup"], {}, "No default VPC"),
        (T["Vpc"], {"cidrBlock": "10.0.0.1/16"}, "not a valid IPv4 CIDR"),
        (T["Bucket"], {"bucket": "Models_1"}, "InvalidBucketName"),
        (T["LogGroup"], {"retentionInDays": 8}, "retention_in_days"),
        (T["Role"], {"assumeRolePolicy": "{}"}, "MalformedPolicyDocument"),
        (T["Key"], {"deletionWindowInDays": 3}, "deletion_window_in_days"),
        (T["Secret"], {"name": "Vault's keys"}, "Invalid name 'Vault's keys'"),
        (T["Secret"], {"name": "s" * 513}, "at most 512"),
        (T["Secret"], {"name": "s", "recoveryWindowInDays": 3}, "between 7 and 30"),
        ("aws:rds/instance:Instance", {**RDS, "allocatedStorage": 5}, "Invalid storage size"),
        ("aws:rds/instance:Instance", {**RDS, "skipFinalSnapshot": False}, "final_snapshot_identifier is required"),
        ("aws:rds/instance:Instance", {**RDS, "username": "rdsadmin"}, "reserved word"),
        (
            "aws:rds/instance:Instance",
            {**RDS, "backupWindow": "03:00-04:00", "maintenanceWindow": "sun:03:30-sun:04:30"},
            "overlap",
        ),
        (
            "aws:elasticache/user:User",
            {
                "engine": "valkey",
                "userId": "a",
                "userName": "b",
                "accessString": "on",
                "authenticationMode": {"type": "iam"},
            },
            "must be identical",
        ),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"description": "d", "replicationGroupId": "Rasa_1"},
            "replication_group_id",
        ),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"description": "d", "engine": "redis", "engineVersion": "8.2"},
            "ends at 7.1",
        ),
        (
            "aws:eks/cluster:Cluster",
            {"roleArn": "a", "vpcConfig": {"subnetIds": []}, "version": "1.19"},
            "unsupported Kubernetes version",
        ),
        ("aws:eks/addon:Addon", {"clusterName": "c", "addonName": "vpc-cnii"}, "not supported"),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": "r", "policyArn": "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicy"},
            "NoSuchEntity",
        ),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            {"securityGroupId": "sg", "ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0"},
            "FromPort",
        ),
    ],
)
def test_bad_values_are_refused_before_anything_is_made(
    world: World, token: str, inputs: Properties, error: str
) -> None:
    with pytest.raises(Refused, match=re.escape(error)):
        world.check(token, "x", inputs)


def test_a_subnet_fits_its_vpc(world: World) -> None:
    vpc, _ = world.network()
    for block, error in (("10.1.0.0/24", "Range"), ("10.0.0.0/20", "Conflict")):
        with pytest.raises(Refused, match=rf"InvalidSubnet\.{error}"):
            world.make(T["Subnet"], "more", {"vpcId": vpc, "cidrBlock": block})
    with pytest.raises(Refused, match="availabilityZone"):
        world.make(T["Subnet"], "more", {"vpcId": vpc, "cidrBlock": "10.0.9.0/24", "availabilityZone": "eu-central-1z"})
    world.make(T["Subnet"], "more", {"vpcId": vpc, "cidrBlock": "10.0.9.0/24"})


def test_what_is_in_use_is_not_deleted(world: World) -> None:
    vpc, subnets = world.network()
    with pytest.raises(Refused, match=f"DependencyViolation.*{vpc}"):
        world.delete(T["Vpc"], "vpc", vpc)
    for zone, subnet in zip("abc", subnets, strict=True):
        world.delete(T["Subnet"], f"subnet-{zone}", subnet)
    world.delete(T["Vpc"], "vpc", vpc)


def test_a_rule_goes_with_its_group_but_keeps_the_group_that_it_names(world: World) -> None:
    vpc, _ = world.network()
    own, _ = world.make(T["SecurityGroup"], "own", {"vpcId": vpc})
    named, _ = world.make(T["SecurityGroup"], "named", {"vpcId": vpc})
    rule: Properties = {"securityGroupId": own, "ipProtocol": "-1", "referencedSecurityGroupId": named}
    token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    id, _ = world.make(token, "rule", rule)
    with pytest.raises(Refused, match=r"InvalidPermission\.Duplicate"):
        world.make(token, "again", rule)
    with pytest.raises(Refused, match="DependencyViolation"):
        world.delete(T["SecurityGroup"], "named", named)
    world.delete(T["SecurityGroup"], "own", own)
    assert world.aws.read(world.urn(token, "rule"), id, {}, {})[0] == ""


def test_a_nat_gateway_needs_the_internet_gateway_first(world: World) -> None:
    vpc, subnets = world.network()
    address, _ = world.make(T["Eip"], "ip", {"domain": "vpc"})
    nat: Properties = {"subnetId": subnets[0], "allocationId": address}
    with pytest.raises(Refused, match=r"Gateway\.NotAttached"):
        world.make(T["NatGateway"], "nat", nat)
    gateway, _ = world.make(T["InternetGateway"], "igw", {"vpcId": vpc})
    world.make(T["NatGateway"], "nat", nat)
    with pytest.raises(Refused, match="mapped public address"):
        world.delete(T["InternetGateway"], "igw", gateway)


def test_deletion_protection_and_storage_that_only_grows(world: World) -> None:
    token = "aws:rds/instance:Instance"
    id, outputs = world.make(token, "db", {**RDS, "deletionProtection": True, "allocatedStorage": 30})
    with pytest.raises(Refused, match="Cannot delete protected DB Instance"):
        world.delete(token, "db", id)
    with pytest.raises(Refused, match="cannot be reduced from 30 to 20"):
        world.change(token, "db", id, outputs, RDS)
    world.change(token, "db", id, outputs, {**RDS, "allocatedStorage": 40})
    world.delete(token, "db", id)


def test_final_snapshots_stay_and_their_names_are_used_up(world: World) -> None:
    token = "aws:rds/instance:Instance"
    inputs = {**RDS, "skipFinalSnapshot": False, "finalSnapshotIdentifier": "final"}
    world.delete(token, "db", world.make(token, "db", inputs)[0])
    id, _ = world.make(token, "db", inputs)
    with pytest.raises(Refused, match="DBSnapshotAlreadyExists"):
        world.delete(token, "db", id)
    with world.store.transaction() as transaction:
        assert transaction.kept("dev") == ["DB snapshot final (final snapshot of rasa)"]


@pytest.mark.parametrize(("days", "is_free"), [(7, False), (0, True)])
def test_the_name_of_a_deleted_secret_is_free_after_its_window_only(world: World, days: int, is_free: bool) -> None:
    token, inputs = "aws:secretsmanager/secret:Secret", {"name": "s", "recoveryWindowInDays": days}
    world.delete(token, "s", world.make(token, "s", inputs)[0])
    with world.store.transaction() as transaction:
        assert len(transaction.kept("dev")) == (0 if is_free else 1)
    if is_free:
        world.make(token, "s", inputs)
    else:
        with pytest.raises(Refused, match="scheduled for deletion"):
            world.make(token, "s", inputs)


def test_what_a_destroy_leaves_of_vault_is_told(world: World) -> None:
    """An empty secret stays like a full one: the program does not know what its Job has put into it."""
    id, key = world.make(T["Key"], "k", {"description": "Seal of rasa", "deletionWindowInDays": 30})
    name = "rasa-vault-recovery/a1b2c3"
    secret, _ = world.make(T["Secret"], "s", {"name": name, "kmsKeyId": key["arn"]})
    assert secret.rpartition(":secret:")[2].startswith(f"{name}-")
    world.delete(T["Secret"], "s", secret)
    world.delete(T["Key"], "k", id)
    with world.store.transaction() as transaction:
        assert transaction.kept("dev") == [
            f"KMS key {id} (Seal of rasa), deleted permanently after 30 days; until then it can be restored",
            f"secret {name}, recoverable for 30 days, during which its name is taken",
        ]


def test_nodes_wait_for_their_network_and_their_rights(world: World) -> None:
    _cluster(world, bootstrapSelfManagedAddons=False)
    with world.store.transaction() as transaction:
        subnets = [record.id for record in transaction.all(T["Subnet"])]
    nodes: Properties = {
        "clusterName": "rasa",
        "nodeGroupName": "n",
        "nodeRoleArn": _role(world, "node"),
        "subnetIds": subnets,
        "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 2},
    }
    with pytest.raises(Refused, match="no vpc-cni add-on"):
        world.make(T["NodeGroup"], "n", nodes)
    world.make(T["Addon"], "cni", {"clusterName": "rasa", "addonName": "vpc-cni"})
    with pytest.raises(Refused, match="no AmazonEKSWorkerNodePolicy"):
        world.make(T["NodeGroup"], "n", nodes)
    with pytest.raises(Refused, match="DEGRADED"):
        world.make(T["Addon"], "dns", {"clusterName": "rasa", "addonName": "coredns"})
    worker = {"role": "node", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"}
    world.make(T["RolePolicyAttachment"], "a", worker)
    world.make(T["NodeGroup"], "n", nodes)
    world.make(T["Addon"], "dns", {"clusterName": "rasa", "addonName": "coredns"})
    with pytest.raises(Refused, match="Cluster has nodegroups attached"):
        world.delete("aws:eks/cluster:Cluster", "eks", "rasa")


def test_kafka_takes_only_secrets_made_for_it(world: World) -> None:
    cluster, _ = _broker(world)
    _, key = world.make(T["Key"], "k", {})
    association = "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation"

    def associate(name: str, **more: object) -> None:
        secret, _ = world.make("aws:secretsmanager/secret:Secret", name, {"name": name, **more})
        if name.endswith("-full"):
            world.make(T["SecretVersion"], name, {"secretId": secret, "secretString": "{}"})
        world.make(association, name, {"clusterArn": cluster, "secretArn": secret})

    with pytest.raises(Refused, match="prefix AmazonMSK_"):
        associate("rasa-full", kmsKeyId=key["arn"])
    with pytest.raises(Refused, match="default key"):
        associate("AmazonMSK_a-full")
    with pytest.raises(Refused, match="has no value yet"):
        associate("AmazonMSK_b", kmsKeyId=key["arn"])
    associate("AmazonMSK_c-full", kmsKeyId=key["arn"])


def test_brokers_and_subnets_must_match(world: World) -> None:
    with pytest.raises(Refused, match="multiple of Availability Zones"):
        _broker(world, numberOfBrokerNodes=2)


def test_policies_may_not_name_a_role_that_is_not_there(world: World) -> None:
    account = world.aws.where.facts["account"]
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:role/r"},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with pytest.raises(Refused, match="Invalid principal in policy"):
        world.make(T["Key"], "k", {"policy": policy})
    _role(world, "r")
    world.make(T["Key"], "k", {"policy": policy})


def test_functions(world: World) -> None:
    zones = INVOKES["aws:index/getAvailabilityZones:getAvailabilityZones"]({}, world.aws.where)
    assert zones["names"] == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    assert zones["zoneIds"][0] == "euc1-az1"
    identity = INVOKES["aws:index/getCallerIdentity:getCallerIdentity"]({}, world.aws.where)
    assert re.fullmatch(ACCOUNT, identity["accountId"])
    statements = [
        {
            "actions": ["s3:GetObject", "s3:PutObject"],
            "resources": ["*"],
            "principals": [{"type": "Service", "identifiers": ["x"]}],
            "conditions": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}],
        }
    ]
    document = INVOKES["aws:iam/getPolicyDocument:getPolicyDocument"]({"statements": statements}, world.aws.where)
    assert json.loads(document["json"])["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["s3:PutObject", "s3:GetObject"],
            "Resource": "*",
            "Principal": {"Service": "x"},
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
