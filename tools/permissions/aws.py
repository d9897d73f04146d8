"""AWS: the IAM policies for one stack, each within the size limit of a managed policy.

Actions are limited by name for everything that the program names after the stack; by the tags that the provider sets
for resources of EC2 and KMS, which have no names; by region for all else. An account id is `*`: a role works in its own
account only, unless another account lets it in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from catalogue.aws import needs as aws_needs
from catalogue.needs import Needs
from tools.permissions.needs import Mode, Used, needed_in

MANAGED_POLICY: Final = 6144  # characters without white space
Conditions: TypeAlias = Mapping[str, Mapping[str, Sequence[str]]]

# ARNs of everything that is named after the stack (`{stack}` is `rasa-<stack>`), by the service of its actions.
NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "iam": ("iam::*:role{path}{stack}-*",),
    "s3": ("s3:::{stack}-*",),
    "secretsmanager": (
        "secretsmanager:{region}:*:secret:{stack}-*",
        "secretsmanager:{region}:*:secret:AmazonMSK_{stack}-*",
    ),
    "rds": (
        *(f"rds:{{region}}:*:{kind}:{{stack}}-*" for kind in ("db", "pg", "subgrp", "snapshot")),
        "rds:{region}:*:og:default:*",
    ),
    "elasticache": tuple(
        f"elasticache:{{region}}:*:{kind}:{{stack}}-*"
        for kind in ("replicationgroup", "cluster", "parametergroup", "subnetgroup", "user", "usergroup", "snapshot")
    ),
    "kafka": tuple(f"kafka:{{region}}:*:{kind}/{{stack}}-*" for kind in ("cluster", "configuration", "topic")),
    "kafka-cluster": tuple(f"kafka:{{region}}:*:{kind}/{{stack}}-*" for kind in ("cluster", "topic")),
    "eks": tuple(
        f"eks:{{region}}:*:{kind}/{{stack}}-*"
        for kind in ("cluster", "nodegroup", "addon", "podidentityassociation", "access-entry")
    ),
    "logs": tuple(
        f"logs:{{region}}:*:log-group:/aws/{kind}/{{stack}}-*" for kind in ("eks", "rds/instance", "vendedlogs")
    ),
    "cloudwatch": ("cloudwatch:{region}:*:alarm:TargetTracking-*",),
}
OBJECTS: Final = ("s3:::{stack}-*/*",)
# Reads of these services are limited by name, because they show secrets. Other reads show only names and settings.
READ_BY_NAME: Final = frozenset({"iam", "s3", "secretsmanager", "kafka-cluster"})
# AWS checks these actions without a resource.
UNNAMED: Final = frozenset(
    {
        "eks:CreateCluster",
        "kafka:CreateConfiguration",
        "logs:CreateLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:PutResourcePolicy",
    }
)
# In EC2, only resources with the stack's tags.
TAGGED: Final = frozenset(
    f"ec2:{name}"
    for name in [
        "AttachInternetGateway",
        "DetachInternetGateway",
        "DeleteInternetGateway",
        "ModifyVpcAttribute",
        "DeleteVpc",
        "ModifySubnetAttribute",
        "DeleteSubnet",
        "DeleteNatGateway",
        "ReleaseAddress",
        "DeleteRouteTable",
        "CreateRoute",
        "ReplaceRoute",
        "DeleteRoute",
        "DeleteSecurityGroup",
        "DeleteVpcEndpoints",
        "DeleteFlowLogs",
        "CreateLaunchTemplateVersion",
        "ModifyLaunchTemplate",
        "DeleteLaunchTemplate",
        "DeleteTags",
    ]
)
# These get their tags at creation. EKS uses RunInstances to try the launch template.
TAGGED_AS_MADE: Final = [
    "AllocateAddress",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateFlowLogs",
    "CreateInternetGateway",
    "CreateLaunchTemplate",
    "CreateNatGateway",
    "CreateRouteTable",
    "CreateSecurityGroup",
    "CreateSubnet",
    "CreateVpc",
    "CreateVpcEndpoint",
    "RunInstances",
]
FINAL: Final = frozenset({"kms:ScheduleKeyDeletion", "kms:DisableKey"})
THROUGH_A_SERVICE: Final = frozenset({"kms:Decrypt", "kms:GenerateDataKey"})
WITH_EXISTING_KEY: Final = THROUGH_A_SERVICE | {"kms:DescribeKey", "kms:CreateGrant", "kms:RetireGrant"}
# IAM compares the boundary of the role, so a role without it can be neither created nor given a right.
BOUNDED: Final = frozenset(
    f"iam:{name}" for name in ("CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy", "AttachRolePolicy")
)
ROLE: Final = "aws:iam/role:Role"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ASSOCIATION: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The resources and conditions of a permission."""

    resources: tuple[str, ...] = ("*",)
    conditions: Conditions = field(default_factory=dict[str, Mapping[str, Sequence[str]]])


def needed(used: Used) -> Needs:
    """Returns everything that the resources and calls of a stack need."""
    needs = needed_in(used, "aws")
    return Needs(read=needs.read, write=tuple(action.partition("@")[0] for action in needs.write))


def policies(used: Used, mode: Mode) -> list[str]:
    """Returns JSON documents that together allow what is needed."""
    statements: dict[str, tuple[Scope, set[str]]] = {}
    for permission in sorted(set(mode.of(needed_in(used, "aws")))):
        action, _, by = permission.partition("@")
        for scope in _scopes(action, by, used):
            _, actions = statements.setdefault(repr(scope), (scope, set()))
            actions.add(action)
    return _packed([_statement(scope, sorted(actions)) for scope, actions in statements.values()])


def is_read(action: str) -> bool:
    """Returns whether the action only reads, by its verb."""
    return action.partition(":")[2].startswith(("Describe", "Get", "List"))


def _scopes(action: str, by: str, used: Used) -> Iterator[Scope]:
    """Yields the scopes of an action, which the service `by` does for itself unless that is empty."""
    service = action.partition(":")[0]
    names = {"stack": used.name, "region": used.region, "path": _only(used, "path") or "/"}
    here: Conditions = {"StringEquals": {"aws:RequestedRegion": [used.region]}}
    tagged: Conditions = {"StringEquals": {"aws:ResourceTag/stack": [used.stack]}}
    match action:
        case "iam:PassRole":
            yield Scope(
                resources=_arns(NAMED["iam"], names),
                conditions={"StringEquals": {"iam:PassedToService": sorted(set(_trusted(used)))}},
            )
        case aws_needs.CREATE_LINKED_ROLE:
            every = (each.partition("@") for each in needed_in(used, "aws").write)
            linked = sorted({service for name, _, service in every if name == aws_needs.CREATE_LINKED_ROLE})
            yield Scope(
                resources=("arn:aws:iam::*:role/aws-service-role/*",),
                conditions={"StringEquals": {"iam:AWSServiceName": linked}},
            )
        case _ if service == "iam" and by:
            yield Scope(resources=(f"arn:aws:iam::*:role/aws-service-role/{by}/*",))
        case _ if action in BOUNDED:
            boundary = _only(used, "permissionsBoundary")
            conditions = {"StringEquals": {"iam:PermissionsBoundary": [boundary]}} if boundary else {}
            if action == "iam:AttachRolePolicy":
                attached = sorted({str(one.inputs["policyArn"]) for one in used.of_type(ATTACHMENT)})
                conditions["ArnEquals"] = {"iam:PolicyARN": attached}
            yield Scope(resources=_arns(NAMED["iam"], names), conditions=conditions)
        case "ec2:CreateTags":
            yield Scope(conditions={"StringEquals": {"ec2:CreateAction": TAGGED_AS_MADE}})
            yield Scope(resources=_arns(("ec2:{region}:*:*/*",), names), conditions=tagged)
            if DEFAULT_GROUP in used.types:
                # AWS creates it with the network, and without tags.
                yield Scope(
                    resources=_arns(("ec2:{region}:*:security-group/*",), names),
                    conditions={"Null": {"aws:ResourceTag/stack": ["true"]}},
                )
        case "route53:AssociateVPCWithHostedZone":
            yield Scope()
        case _ if service == "kms":
            scope = _of_keys(action, by, used, names)
            yield scope
            if used.existing_key and action in WITH_EXISTING_KEY:
                # It has the tags of whoever created it.
                without = {operator: keys for operator, keys in scope.conditions.items() if "IfExists" not in operator}
                yield Scope(resources=(used.existing_key,), conditions=without)
        case _ if action in TAGGED:
            yield Scope(resources=_arns(("ec2:{region}:*:*/*",), names), conditions=tagged)
        case _ if action in ("s3:DeleteObject", "s3:DeleteObjectVersion"):
            yield Scope(resources=_arns(OBJECTS, names))
        case _ if service in NAMED and action not in UNNAMED and (service in READ_BY_NAME or not is_read(action)):
            existing = _existing_clusters(used) if service == "eks" else ()
            yield Scope(resources=_arns((*NAMED[service], *existing), names))
        case _:
            yield Scope(conditions=here)


def _of_keys(action: str, by: str, used: Used, names: Mapping[str, str]) -> Scope:
    """Returns the scope of a key's action. Keys have no names, and new tags count late: no tag is allowed too."""
    keys = _arns(("kms:{region}:*:key/*",), names)
    tag = {"aws:ResourceTag/stack": [used.stack]}
    own: Conditions = {"StringEqualsIfExists": tag}
    match action:
        case "kms:CreateKey":
            return Scope(conditions={"StringEquals": {"aws:RequestTag/stack": [used.stack]}})
        case "kms:ListAliases":
            return Scope(conditions={"StringEquals": {"aws:RequestedRegion": [used.region]}})
        case "kms:CreateAlias" | "kms:UpdateAlias" | "kms:DeleteAlias":
            return Scope(resources=(*_arns(("kms:{region}:*:alias/{stack}-*",), names), *keys), conditions=own)
        case "kms:CreateGrant" if not by:
            return Scope(resources=keys, conditions={**own, "Bool": {"kms:GrantIsForAWSResource": ["true"]}})
        case _ if action in THROUGH_A_SERVICE:
            through = [f"{service}.{used.region}.amazonaws.com" for service in ("rds", "secretsmanager")]
            return Scope(resources=keys, conditions={**own, "StringEquals": {"kms:ViaService": through}})
        case _ if action in FINAL:
            return Scope(resources=keys, conditions={"StringEquals": tag})
        case _:
            return Scope(resources=keys, conditions=own)


def _only(used: Used, key: str) -> str:
    """Returns an input that all roles of the stack have in common."""
    return next((str(one.inputs[key]) for one in used.of_type(ROLE) if one.inputs.get(key)), "")


def _trusted(used: Used) -> Iterator[str]:
    """Yields the services that may use the stack's roles. EKS also passes on the nodes' role, which is for EC2."""
    yield "eks.amazonaws.com"
    for role in used.of_type(ROLE):
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]:
            yield from _listed(statement["Principal"].get("Service", []))


def _existing_clusters(used: Used) -> tuple[str, ...]:
    """Returns existing clusters. They are not named after the stack, but its pods get their roles there."""
    clusters = {str(one.inputs["clusterName"]) for one in used.of_type(ASSOCIATION)}
    others = sorted(cluster for cluster in clusters if not cluster.startswith(f"{used.name}-"))
    kinds = ("cluster/{}", "podidentityassociation/{}/*")
    return tuple(f"eks:{{region}}:*:{kind.format(cluster)}" for cluster in others for kind in kinds)


def _listed(value: Any) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value


def _arns(templates: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"arn:aws:{template.format(**names)}" for template in templates)


def _statement(scope: Scope, actions: Sequence[str]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(scope.resources),
        **({"Condition": scope.conditions} if scope.conditions else {}),
    }


def _packed(statements: list[dict[str, Any]]) -> list[str]:
    """Returns as few documents as possible, filled in order."""
    documents: list[list[dict[str, Any]]] = [[]]
    for statement in statements:
        for part in _parts(statement):
            if len(_compact([*documents[-1], part])) > MANAGED_POLICY:
                documents.append([])
            documents[-1].append(part)
    return [json.dumps(_document(document), indent=2) for document in documents if document]


def _parts(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields a statement, in two parts if it alone would be too long."""
    if len(_compact([statement])) <= MANAGED_POLICY:
        yield statement
        return
    actions = statement["Action"]
    for half in (actions[: len(actions) // 2], actions[len(actions) // 2 :]):
        yield from _parts({**statement, "Action": half})


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _compact(statements: list[dict[str, Any]]) -> str:
    return json.dumps(_document(statements), separators=(",", ":"))
