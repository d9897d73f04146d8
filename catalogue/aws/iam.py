"""IAM. Names are unique in the account, in all regions."""

import re

from catalogue.aws.iam_ref import ROLE
from catalogue.aws.policies import IDENTITY, TRUST, policy_is_valid, principals_exist
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Rule, Subject, paths
from catalogue.needs import needs

POLICY = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
AWS_POLICY = "arn:aws:iam::aws:policy/"
# The AWS managed policies for a platform like this one, with their paths: a wrong path is a common mistake.
AWS_POLICIES = paths(
    "AmazonEKSClusterPolicy AmazonEKSServicePolicy AmazonEKSVPCResourceController "
    "AmazonEKSWorkerNodePolicy AmazonEKSWorkerNodeMinimalPolicy AmazonEKSComputePolicy "
    "AmazonEKSBlockStoragePolicy AmazonEKSNetworkingPolicy AmazonEKSLoadBalancingPolicy "
    "AmazonEKS_CNI_Policy AmazonEC2ContainerRegistryReadOnly AmazonEC2ContainerRegistryPullOnly "
    "AmazonSSMManagedInstanceCore CloudWatchAgentServerPolicy service-role/AmazonEBSCSIDriverPolicy "
    "service-role/AmazonEFSCSIDriverPolicy service-role/AmazonRDSEnhancedMonitoringRole"
)
NAME = re.compile(r"[\w+=,.@-]+")


def _name_is_valid(limit: int) -> Rule:
    def rule(subject: Subject) -> None:
        name = subject.inputs.get("name")
        if isinstance(name, str) and (len(name) > limit or not NAME.fullmatch(name)):
            raise Refused(f"ValidationError: invalid name '{name}': at most {limit} of letters, digits and +=,.@-_")

    return rule


def _aws_policy_exists(subject: Subject) -> None:
    arn = subject.inputs.get("policyArn")
    if isinstance(arn, str) and arn.startswith(AWS_POLICY) and arn.removeprefix(AWS_POLICY) not in AWS_POLICIES:
        raise Refused(
            f"NoSuchEntity: Policy {arn} does not exist or is not attachable (the sandbox knows {sorted(AWS_POLICIES)})"
        )


def _issuer_is_https(subject: Subject) -> None:
    url = subject.inputs.get("url")
    if isinstance(url, str) and url.count("-") < 4 and not url.startswith("https://"):
        raise Refused(f'"url" must begin with https://, got {url}')


def _path(subject: Subject) -> str:
    return f"{subject.inputs.get('path') or '/'}{subject['name']}"


ENTRIES = [
    Entry(
        token=ROLE,
        id="{name}",
        outputs={
            "arn": lambda subject: f"arn:aws:iam::{subject['account']}:role{_path(subject)}",
            "uniqueId": lambda subject: f"AROA{subject.seed.hex(17).upper()}",
            "createDate": "2026-01-01T00:00:00Z",
        },
        defaults={"path": "/", "maxSessionDuration": 3600, "forceDetachPolicies": False, "description": ""},
        scope="account",
        autoname=AutoName(unless=("namePrefix",)),
        refers=(
            Ref(path="managedPolicyArns", to=(POLICY,), by=("arn",), ignore=lambda value: value.startswith(AWS_POLICY)),
        ),
        checks=(_name_is_valid(64), policy_is_valid("assumeRolePolicy", TRUST)),
        admits=(principals_exist("assumeRolePolicy"),),
        not_found="NoSuchEntity: The role with name {value} cannot be found.",
        in_use="DeleteConflict: Cannot delete entity, must detach all policies first: {id}",
        taken="EntityAlreadyExists: Role with name {id} already exists.",
        needs=needs(
            "iam:",
            read="GetRole ListRolePolicies ListAttachedRolePolicies GetRolePolicy",
            write="CreateRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole TagRole UntagRole"
            " ListInstanceProfilesForRole",
        ),
        minutes=(Minutes(0.2, 0.1, 0.1, slow=0.5),),
    ),
    Entry(
        token="aws:iam/rolePolicy:RolePolicy",
        id="{role}:{name}",
        scope="account",
        autoname=AutoName(unless=("namePrefix",)),
        refers=(Ref(path="role", to=(ROLE,), hold="owned"),),
        checks=(_name_is_valid(128), policy_is_valid("policy", IDENTITY)),
        taken="EntityAlreadyExists: inline policy {id} already exists; a second resource would overwrite it",
        needs=needs("iam:", read="GetRolePolicy", write="PutRolePolicy DeleteRolePolicy"),
    ),
    Entry(
        token=POLICY,
        id=lambda subject: f"arn:aws:iam::{subject['account']}:policy{_path(subject)}",
        outputs={
            "arn": "{id}",
            "policyId": lambda subject: f"ANPA{subject.seed.hex(17).upper()}",
            "attachmentCount": 0,
        },
        defaults={"path": "/", "description": ""},
        scope="account",
        autoname=AutoName(unless=("namePrefix",)),
        checks=(_name_is_valid(128), policy_is_valid("policy", IDENTITY)),
        not_found="NoSuchEntity: Policy {value} does not exist or is not attachable.",
        in_use="DeleteConflict: Cannot delete a policy attached to entities: {id}",
        taken="EntityAlreadyExists: A policy called {id} already exists. Duplicate names are not allowed.",
    ),
    Entry(
        token=ATTACHMENT,
        id="{role}/{policyArn}",
        scope="account",
        refers=(
            Ref(path="role", to=(ROLE,)),
            Ref(path="policyArn", to=(POLICY,), by=("arn",), ignore=lambda value: value.startswith(AWS_POLICY)),
        ),
        checks=(_aws_policy_exists,),
        taken="EntityAlreadyExists: {id} is attached already; two resources for one attachment detach one another",
        needs=needs("iam:", read="ListAttachedRolePolicies", write="AttachRolePolicy DetachRolePolicy"),
    ),
    Entry(
        token="aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        id=lambda subject: f"arn:aws:iam::{subject['account']}:oidc-provider/{subject['url'].removeprefix('https://')}",
        outputs={"arn": "{id}"},
        defaults={"thumbprintLists": lambda subject: [subject.seed.hex(40)]},
        scope="account",
        checks=(_issuer_is_https,),
        taken="EntityAlreadyExists: Provider with url {id} already exists.",
    ),
]
