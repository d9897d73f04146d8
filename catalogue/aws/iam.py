"""IAM. Names are unique in the account, in all regions."""

from catalogue.aws.policies import IDENTITY, TRUST, policy_is_valid, principals_exist
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Rule, Subject, paths
from catalogue.needs import needs
from catalogue.rules import matches

ROLE = "aws:iam/role:Role"
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
    "AmazonEBSCSIDriverPolicyV2 AmazonEBSCSIDriverEKSClusterScopedPolicy "
    "service-role/AmazonEFSCSIDriverPolicy service-role/AmazonRDSEnhancedMonitoringRole"
)


def role_ref(path: str) -> Ref:
    """A role by ARN. IAM deletes a role even if a service still uses it."""
    return Ref(
        path=path, to=(ROLE,), by=("arn",), hold="free", ignore=lambda value: ":role/aws-service-role/" in value,
        not_found="InvalidParameterException: The role {value} does not exist or cannot be assumed",
    )  # fmt: skip


def _name_is_valid(limit: int) -> Rule:
    message = f"ValidationError: invalid name '{{value}}': at most {limit} of letters, digits and +=,.@-_"
    return matches("name", rf"[\w+=,.@-]{{1,{limit}}}", message)


def _aws_policy_exists(subject: Subject) -> None:
    arn = subject.inputs.get("policyArn")
    if isinstance(arn, str) and arn.startswith(AWS_POLICY) and arn.removeprefix(AWS_POLICY) not in AWS_POLICIES:
        raise Refused(
            f"NoSuchEntity: Policy {arn} does not exist or is not attachable (the sandbox knows {sorted(AWS_POLICIES)})"
        )


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
        checks=(
            _name_is_valid(64),
            policy_is_valid("assumeRolePolicy", TRUST),
            matches(
                "path",
                r"(?=.{1,512}$)/([!-~]+/)?",
                "ValidationError: path {value!r} must begin and end with a slash and have at most 512 characters",
            ),
            matches("permissionsBoundary", r"arn:aws[\w-]*:iam::(\d{12}|aws):policy/.+", "ARN {value} is not valid"),
        ),
        admits=(principals_exist("assumeRolePolicy"),),
        not_found="NoSuchEntity: The role with name {value} cannot be found.",
        in_use="DeleteConflict: Cannot delete entity, must detach all policies first: {id}",
        taken="EntityAlreadyExists: Role with name {id} already exists.",
        needs=needs(
            "iam:",
            "GetRole ListRolePolicies ListAttachedRolePolicies GetRolePolicy",
            "CreateRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole TagRole UntagRole"
            " ListInstanceProfilesForRole",
        ),
        needs_if={"permissionsBoundary": needs("iam:", write="PutRolePermissionsBoundary")},
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
        needs=needs("iam:", "GetRolePolicy", "PutRolePolicy DeleteRolePolicy"),
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
        needs=needs("iam:", "ListAttachedRolePolicies", "AttachRolePolicy DetachRolePolicy"),
    ),
]
