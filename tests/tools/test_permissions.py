"""What the deployer must be allowed: listed for all that any stack uses, for nothing else, and fit for the clouds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

import botocore.session
import pytest
import yaml

from catalogue.aws import AWS
from catalogue.package import Unlisted
from catalogue.packages import PACKAGES
from sandbox.plan import stack_that_is_up
from sandbox.recording import Registration
from settings import Cloud
from tests.program.stacks import BARE, STACKS, recording
from tests.settings.existing import LAYERS, existing
from tools import daily
from tools.permissions import aws, azure, cluster, gcp
from tools.permissions.__main__ import documents
from tools.permissions.needs import PREVIEW, UP, Mode, Used
from tools.stacks import DEV, PROD, SHIPPED, changed, recorded, with_dummies
from tools.write_permissions import NEEDED, used

# Stacks beyond the shared ones, for what only a choice brings along.
ADMINS: Final = {"cluster.admins": ["arn:aws:iam::111122223333:role/ops"]}
# The program asks for the present size before it asks for a larger one.
LARGER: Final = {
    Cloud.AWS: {"cluster.minNodes": 3},
    Cloud.AZURE: {"cluster.minNodes": 3},
    Cloud.GCP: {"trackerStore.storageGb": 20},
}
IS_READ: Final[Mapping[Cloud, Callable[[str], bool]]] = {
    Cloud.AWS: aws.is_read,
    Cloud.AZURE: azure.is_read,
    Cloud.GCP: gcp.is_read,
}
# They change nothing, though their verbs do not say so: to sign in to Kafka, and to read a secret.
READS_TOO: Final = {"kafka-cluster:Connect", "kms:Decrypt"}
# Actions that are not called like the operation that they are for.
NOT_OPERATIONS: Final = {
    "iam:PassRole",
    *(f"logs:{verb}LogDelivery" for verb in ("Create", "Get", "Update", "Delete")),
    "logs:ListLogDeliveries",
    "s3:DeleteObjectVersion",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
}
# For a type that is scoped by name: the action that makes it, the input with its name, and what its ARN ends with.
NAMED: Final = {
    "aws:s3/bucket:Bucket": ("s3:CreateBucket", "bucket", "::"),
    "aws:rds/instance:Instance": ("rds:CreateDBInstance", "identifier", "db:"),
    "aws:rds/parameterGroup:ParameterGroup": ("rds:CreateDBParameterGroup", "name", "pg:"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds:CreateDBSubnetGroup", "name", "subgrp:"),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        "elasticache:CreateReplicationGroup",
        "replicationGroupId",
        "replicationgroup:",
    ),
    "aws:elasticache/user:User": ("elasticache:CreateUser", "userId", "user:"),
    "aws:elasticache/userGroup:UserGroup": ("elasticache:CreateUserGroup", "userGroupId", "usergroup:"),
    "aws:msk/cluster:Cluster": ("kafka:CreateCluster", "clusterName", "cluster/"),
    "aws:eks/cluster:Cluster": ("eks:DeleteCluster", "name", "cluster/"),
    "aws:eks/nodeGroup:NodeGroup": ("eks:DeleteNodegroup", "clusterName", "nodegroup/"),
    "aws:kms/alias:Alias": ("kms:CreateAlias", "name", ""),
    "aws:secretsmanager/secret:Secret": ("secretsmanager:CreateSecret", "name", "secret:"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs:CreateLogGroup", "name", "log-group:"),
    "aws:iam/role:Role": ("iam:CreateRole", "name", ":111122223333:role/"),
}
# Actions of these go by another name than requests are signed with; Kafka's own protocol is no service of botocore.
SIGNED_AS: Final = {"cloudwatch": "monitoring"}
OF_KAFKA: Final = "kafka-cluster"


def of_settings(config: Mapping[str, Any], stack: str = "dev") -> Used:
    """What the program uses for some settings."""
    return Used.by(recorded(config, stack), stack, config)


@cache
def variant(cloud: Cloud, *layers: str) -> Used:
    """A small stack in which some layers exist already."""
    return of_settings(existing(cloud, *layers))


def of_stack(name: str) -> Used:
    """What one of the shared stacks uses."""
    return Used.by(recording(name), name.split()[0], STACKS[name])


def allowed(one: Used, mode: Mode = UP) -> set[str]:
    """All permissions of a stack."""
    return set(mode.of(NEEDED[one.cloud](one)))


def test_the_catalogue_says_what_all_that_any_stack_uses_needs_and_nothing_else():
    every = [of_stack(name) for name in STACKS]
    every.append(of_settings(changed(STACKS["dev"], **ADMINS)))
    types = {one.type for each in every for one in each.resources}
    listed = {
        entry.token: package for package in PACKAGES for entry in package.entries.values() if entry.needs is not None
    }
    assert {type_.split(":")[0] for type_ in types} - cluster.WITHOUT_A_CLOUD == {one.name for one in listed.values()}
    # Charts and users make further objects of a cluster, which follow one rule.
    assert types - listed.keys() == {type_ for type_ in types if type_.split(":")[0] in cluster.WITHOUT_A_CLOUD}
    assert {type_ for type_ in listed.keys() - types if not type_.startswith("kubernetes:")} == set()
    calls = {call for each in every for call in each.calls}
    for cloud, larger in LARGER.items():
        settings = STACKS[DEV[cloud]]
        grown = stack_that_is_up(settings, DEV[cloud]).plan(changed(settings, **larger)).recording
        assert grown is not None
        calls |= {call.token for call in grown.calls}
    assert calls == {call for package in PACKAGES for call in package.call_needs}


@pytest.mark.parametrize("cloud", daily.drawn("permissions", list(Cloud), 1))
def test_bring_your_own_uses_nothing_that_is_not_listed(cloud: Cloud):
    for layers in ((), ("network", "cluster"), ("network", "encryption"), ("trackerStore", "eventQueue")):
        allowed(variant(cloud, *layers))
        cluster.kinds(variant(cloud, *layers))


def test_a_type_that_the_catalogue_does_not_know_is_refused_with_the_place_where_it_belongs():
    queue = Registration(urn="", type="aws:sqs/queue:Queue", name="queue", custom=True)
    with pytest.raises(Unlisted, match=r"aws:sqs/queue:Queue: it has no entry: add an Entry under catalogue/aws/"):
        aws.needed(replace(of_stack("dev"), resources=(queue,)))


@pytest.mark.parametrize(
    ("cloud", "of_layer"),
    [
        (Cloud.AWS, r"(elasticache|kafka|kafka-cluster|s3):.*"),
        (Cloud.AZURE, r"Microsoft\.(Cache|EventHub|Storage)/.*"),
        (Cloud.GCP, r"(redis|storage)\..*"),
    ],
)
def test_a_stack_without_a_layer_has_nothing_of_its_service(cloud: Cloud, of_layer: str):
    assert any(re.fullmatch(of_layer, one) for one in allowed(of_stack(DEV[cloud])))
    bare = of_settings(changed(STACKS[DEV[cloud]], **BARE), DEV[cloud])
    assert not [one for one in allowed(bare) if re.fullmatch(of_layer, one)]


def test_what_exists_already_needs_nothing_but_roles_for_the_pods():
    # The project of the pods' identities is looked up, and a role is made for them.
    assert allowed(variant(Cloud.GCP, *LAYERS)) == {"resourcemanager.projects.get"}
    assert documents(variant(Cloud.AZURE, *LAYERS), UP, "") == []
    assert {one.split(":")[0] for one in allowed(variant(Cloud.AWS, *LAYERS))} == {"iam", "eks"}
    assert "arn:aws:eks:eu-central-1:*:cluster/acme" in "".join(aws.policies(variant(Cloud.AWS, *LAYERS), UP))
    assert "cluster/acme" not in "".join(aws.policies(of_stack("dev"), UP))


@pytest.mark.parametrize("stack", SHIPPED)
def test_a_preview_only_reads(stack: str):
    one = used(stack)
    reads = allowed(one, PREVIEW)
    assert reads
    assert {each for each in reads if not IS_READ[one.cloud](each)} <= READS_TOO
    assert reads < allowed(one)
    # A control: the verbs tell.
    assert len([each for each in allowed(one) if not IS_READ[one.cloud](each)]) > 40


@pytest.mark.parametrize("stack", [DEV[Cloud.AWS], PROD[Cloud.AWS]])
@pytest.mark.parametrize("mode", [UP, PREVIEW])
def test_policies_of_iam_are_complete_and_within_limits(stack: str, mode: Mode):
    one = used(stack)
    texts = aws.policies(one, mode)
    statements = [statement for text in texts for statement in json.loads(text)["Statement"]]
    assert {action for statement in statements for action in statement["Action"]} == allowed(one, mode)
    assert all(len("".join(text.split())) <= aws.MANAGED_POLICY for text in texts)
    assert len(texts) <= 10  # that a role can have
    for statement in statements:
        assert not [action for action in statement["Action"] if "*" in action]
        # Where all resources are meant there is a condition; route53 is not of a region and knows none.
        anything = statement["Resource"] == ["*"] and "Condition" not in statement
        assert not anything or statement["Action"] == ["route53:AssociateVPCWithHostedZone"]


def test_roles_are_passed_only_to_the_services_that_they_are_for():
    (passed,) = [
        statement
        for text in aws.policies(used("prod"), UP)
        for statement in json.loads(text)["Statement"]
        if "iam:PassRole" in statement["Action"]
    ]
    assert passed["Resource"] == ["arn:aws:iam::*:role/rasa-prod-*"]
    assert passed["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "ec2.amazonaws.com",
        "eks.amazonaws.com",
        "monitoring.rds.amazonaws.com",
        "pods.eks.amazonaws.com",
        "vpc-flow-logs.amazonaws.com",
    ]


@pytest.mark.parametrize("stack", [DEV[Cloud.AWS], PROD[Cloud.AWS]])
def test_the_policies_mean_what_the_program_names(stack: str):
    one = used(stack)
    statements = [statement for text in aws.policies(one, UP) for statement in json.loads(text)["Statement"]]
    for type_, (action, key, arn) in NAMED.items():
        (statement,) = [each for each in statements if action in each["Action"]]
        assert one.of_type(type_)
        for resource in one.of_type(type_):
            # What the program does not name, Pulumi names after the resource. S3 and IAM have no regions.
            service, place = (
                action.partition(":")[0],
                arn if arn.startswith(":") else f"eu-central-1:111122223333:{arn}",
            )
            full = f"arn:aws:{service}:{place}{resource.inputs.get(key, resource.name + '-0a1b2c3')}"
            assert any(fnmatchcase(full, pattern) for pattern in statement["Resource"]), full
    (roles,) = [each for each in statements if "iam:CreateRole" in each["Action"]]
    assert not any(fnmatchcase("arn:aws:iam::111122223333:role/admin", each) for each in roles["Resource"])


def test_actions_of_aws_exist():
    session = botocore.session.get_session()
    operations: dict[str, set[str]] = {}
    for service in session.get_available_services():
        model: Any = session.get_service_model(service)  # its properties have no types
        operations.setdefault(model.signing_name, set()).update(model.operation_names)
    every = {
        action
        for entry in AWS.entries.values()
        for needs in (*([entry.needs] if entry.needs else []), *entry.needs_if.values())
        for action in (*needs.read, *(name.partition("@")[0] for name in needs.write))
        if not action.startswith(OF_KAFKA)
    }
    unknown = set[str]()
    for action in every:
        service, _, name = action.partition(":")
        if name not in operations[SIGNED_AS.get(service, service)]:
            unknown.add(action)
    assert unknown == NOT_OPERATIONS


def test_roles_of_azure_and_google_are_what_their_clouds_take():
    role = json.loads(azure.role(used("prod-azure"), UP, "0000"))
    assert role["AssignableScopes"] == ["/subscriptions/0000"]
    assert all(re.fullmatch(r"Microsoft\.\w+(/\w+)+/(read|write|delete|action)", each) for each in role["Actions"])
    custom = yaml.safe_load(gcp.role(used("prod-gcp"), UP))
    assert all(re.fullmatch(r"[a-z]+(\.[a-zA-Z]+){2}", each) for each in custom["includedPermissions"])
    assert len(custom["includedPermissions"]) <= 3000
    assert sum(map(len, custom["includedPermissions"])) < 60_000


def test_secrets_of_a_stack_file_are_not_needed():
    source = {
        "encryptionsalt": "v1:x",
        "config": {"rasa:cloud": "aws", "rasa:secrets": {"license": {"secure": "v1:abc"}, "more": {"secure": "v1:d"}}},
    }
    secrets = with_dummies(source)["secrets"]
    assert secrets.keys() == {"license", "openaiApiKey", "more"}
    assert all("not-a-real-secret" in value for value in secrets.values())
