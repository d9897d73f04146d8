"""Rules on identities: no wildcards, exact workload names, and keys only if Rasa needs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from policy import kinds
from policy.allowed import STATIC_KEYS, WITHOUT_RESOURCE
from policy.checks import equals, every, false, given, matches, never, true, value, without
from policy.resource import Path, Props, Resource, items_of, mapping_of
from policy.rule import Check, Rule, in_prod

WILDCARD_ACTION: Final = re.compile(r"\*|[\w.-]+[:/]\*|\*/.*")
MEMBERS: Final = (kinds.PROJECT_MEMBER, kinds.KEY_MEMBER, kinds.BUCKET_MEMBER, kinds.SECRET_MEMBER)
# Owner, Contributor, User Access Administrator, Role Based Access Control Administrator.
AZURE_ADMINISTRATORS: Final = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
)
# The account of a pod on each cloud, without a wildcard.
ACCOUNT: Final = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"
WORKLOAD: Final = matches(rf"system:serviceaccount:{ACCOUNT}:{ACCOUNT}", "one namespace and one service account")
# Another rule refuses members that mean everyone.
MEMBER: Final = matches(
    rf"(serviceAccount|user|group):[^*]+|principal://iam\.googleapis\.com/[^*]+/subject/ns/{ACCOUNT}/sa/{ACCOUNT}"
    r"|allUsers|allAuthenticatedUsers",
    "one account, or one service account of one namespace",
)
# A trust policy for these services cannot name the account that they act for.
WITHOUT_SOURCE: Final = ("ec2.amazonaws.com", "eks.amazonaws.com")


def _allowed(policy: object) -> Iterator[Props]:
    """Yields the statements of an AWS policy document that allow something."""
    if isinstance(policy, str):
        for found in items_of(json.loads(policy).get("Statement")):
            if mapping_of(found).get("Effect") == "Allow":
                yield mapping_of(found)


def _listed(value: object) -> list[str]:
    return [str(one) for one in (items_of(value) or [value]) if one is not None]


def _no_wildcard(path: str, key: str, refused: re.Pattern[str]) -> Check:
    """Requires that no statement that allows something has a value that matches `refused`."""

    def check(resource: Resource) -> Iterator[str]:
        for statement in _allowed(resource.at(path)):
            for one in _listed(statement.get(key)):
                if refused.fullmatch(one):
                    yield f"{path} allows {key} {one}"

    return check


def _named_resources(resource: Resource) -> Iterator[str]:
    """Requires that a statement about all resources is only about actions that have no resource."""
    for statement in _allowed(resource.at("policy")):
        actions = [action for action in _listed(statement.get("Action")) if action not in WITHOUT_RESOURCE]
        if "*" in _listed(statement.get("Resource")) and actions:
            yield f"policy allows {', '.join(actions)} for everything"


def _has_only_named(statement: Props) -> bool:
    """Returns whether a condition names exactly who may use the statement."""
    conditions = mapping_of(statement.get("Condition"))
    operators = (mapping_of(conditions.get(operator)) for operator in ("ArnEquals", "StringEquals"))
    named = [one for keys in operators for one in _listed(keys.get("aws:PrincipalArn"))]
    return bool(named) and not any("*" in one for one in named)


def _named_principals(path: Path) -> Check:
    """Requires that a policy names everyone to whom it allows something."""

    def check(resource: Resource) -> Iterator[str]:
        for statement in _allowed(resource.at(path)):
            principal = statement.get("Principal")
            named = [one for found in mapping_of(principal).values() for one in _listed(found)] or _listed(principal)
            if "*" in named and not _has_only_named(statement):
                yield f"{path} allows everyone to do something"

    return check


def _names_the_account(resource: Resource) -> Iterator[str]:
    """Requires that a service assumes a role only on behalf of this account."""
    for statement in _allowed(resource.at("assumeRolePolicy")):
        service = mapping_of(statement.get("Principal")).get("Service")
        conditions = json.dumps(statement.get("Condition"))
        if service is not None and service not in WITHOUT_SOURCE and "aws:SourceAccount" not in conditions:
            yield f"{service} can assume it on behalf of any account"


def _exact_trust(resource: Resource) -> Iterator[str]:
    """Requires that the subject of a web identity is compared as a whole and has no wildcard."""
    for statement in _allowed(resource.at("assumeRolePolicy")):
        for operator, values in mapping_of(statement.get("Condition")).items():
            for key, found in mapping_of(values).items():
                if key.endswith(":sub") and (operator != "StringEquals" or any("*" in one for one in _listed(found))):
                    yield f"assumeRolePolicy compares {key} by {operator} with {found}"


def _listed_key(type_: str) -> Check:
    """Requires that a key is in the list. The name of a rotated key ends with its generation."""

    def check(resource: Resource) -> Iterator[str]:
        if not any(re.search(rf"(^|-){pattern}(-\d+)?$", resource.name) for pattern in STATIC_KEYS[type_]):
            yield "it does not expire, and the list contains no reason for it"

    return check


RULES: Final = (
    Rule(
        name="no-wildcard-action",
        description="A permission lists its actions; none allows all actions of a service.",
        remedy="List the actions that the program uses.",
        on={
            kinds.IAM_POLICY: _no_wildcard("policy", "Action", WILDCARD_ACTION),
            kinds.S3_POLICY: _no_wildcard("policy", "Action", WILDCARD_ACTION),
            kinds.AWS_SECRET_POLICY: _no_wildcard("policy", "Action", WILDCARD_ACTION),
            kinds.ROLE_DEFINITION: every(
                value("permissions[*].actions", without("*")), value("permissions[*].dataActions", without("*"))
            ),
        },
    ),
    Rule(
        name="no-wildcard-principal",
        description="A permission names who has it; none is granted to everyone.",
        remedy="Name the account, role or service.",
        on={
            kinds.IAM_ROLE: _named_principals("assumeRolePolicy"),
            kinds.KMS: _named_principals("policy"),
            kinds.S3_POLICY: _named_principals("policy"),
            kinds.AWS_SECRET_POLICY: _named_principals("policy"),
            **{member: value("member", without("allUsers", "allAuthenticatedUsers")) for member in MEMBERS},
        },
    ),
    Rule(
        name="narrow-scope",
        description="A permission applies to a resource, not to everything in the account.",
        remedy="Name the resource.",
        on={
            kinds.IAM_POLICY: _named_resources,
            kinds.ROLE_ASSIGNMENT: value(
                "scope", matches(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/.+", "a resource of a group")
            ),
            kinds.CONFLUENT_ROLE: value("crnPattern", matches(r".*/cloud-cluster=.+", "one cluster or what is in it")),
        },
    ),
    Rule(
        name="no-administrator",
        description="No workload is an administrator of the account, subscription or project.",
        remedy="Use a role that contains only the required rights.",
        on={
            kinds.IAM_ATTACHMENT: value(
                "policyArn",
                matches(r"(?!.*/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$).*", "a narrower policy"),
            ),
            kinds.ROLE_ASSIGNMENT: value(
                "roleDefinitionId", matches(rf"(?!.*({'|'.join(AZURE_ADMINISTRATORS)})$).*", "a narrower role")
            ),
            **{
                member: value("role", matches(r"(?!roles/(owner|editor|viewer)$|.*admin$).*", "a narrower role"))
                for member in MEMBERS
            },
        },
    ),
    Rule(
        name="exact-workload",
        description="A workload's identity belongs to one service account of one namespace.",
        remedy="Write the complete subject, without a pattern and without a set of principals.",
        on={
            kinds.IAM_ROLE: _exact_trust,
            kinds.POD_IDENTITY: every(
                value("namespace", matches(ACCOUNT, "one namespace")),
                value("serviceAccount", matches(ACCOUNT, "one service account")),
            ),
            kinds.FEDERATED: every(
                value("subject", WORKLOAD), value("audiences", equals(["api://AzureADTokenExchange"]))
            ),
            **{member: value("member", MEMBER) for member in MEMBERS},
        },
    ),
    Rule(
        name="trust-names-the-account",
        description="An AWS service can use a role only on behalf of this account (no confused deputy).",
        remedy="Compare aws:SourceAccount in the trust policy.",
        on={kinds.IAM_ROLE: _names_the_account},
    ),
    Rule(
        name="listed-static-keys",
        description="A key or password that does not expire is in a list, with the reason.",
        remedy="Use the workload's identity. If that is impossible, add the key and the reason to policy/allowed.py.",
        on={
            **{type_: _listed_key(type_) for type_ in STATIC_KEYS},
            "aws:iam/accessKey:AccessKey": never("workloads on AWS have identities, so this key is never allowed"),
            "gcp:serviceaccount/key:Key": never("workloads on GCP have identities, so this key is never allowed"),
        },
    ),
    in_prod(
        name="no-account-key",
        description="In prod, a storage account does not accept its keys.",
        remedy="Turn off allowSharedKeyAccess; Rasa reads models with the pod's identity.",
        on={kinds.BLOB_ACCOUNT: false("allowSharedKeyAccess")},
    ),
    Rule(
        name="cluster-sign-in-by-identity",
        description="The cluster accepts only the cloud's identities, no accounts or certificates of its own.",
        remedy="Turn off local accounts and the old map of roles.",
        on={
            kinds.EKS: value("accessConfig.authenticationMode", equals("API")),
            kinds.AKS: true("disableLocalAccounts"),
            kinds.GKE: value("masterAuth.clientCertificateConfig.issueClientCertificate", equals(None, False)),
        },
    ),
    Rule(
        name="workload-identity",
        description="Pods have cloud identities, so that they need no keys.",
        remedy="Turn on workload identity.",
        on={
            kinds.AKS: true("oidcIssuerProfile.enabled", "securityProfile.workloadIdentity.enabled"),
            kinds.GKE: value("workloadIdentityConfig.workloadPool", given()),
        },
    ),
    Rule(
        name="pods-are-no-nodes",
        description="A pod cannot use the identity of its node.",
        remedy="Require tokens for the metadata service, and do not let them leave the node.",
        on={
            kinds.LAUNCH_TEMPLATE: every(
                value("metadataOptions.httpTokens", equals("required")),
                value("metadataOptions.httpPutResponseHopLimit", equals(1)),
            ),
            kinds.GKE_NODES: value("nodeConfig.workloadMetadataConfig.mode", equals("GKE_METADATA")),
        },
    ),
    Rule(
        name="redis-needs-sign-in",
        description="Every Redis client must sign in with a password or an identity.",
        remedy="Turn on authentication, and create no user without a password.",
        on={
            kinds.ELASTICACHE: value("userGroupIds", given()),
            kinds.ELASTICACHE_USER: value("authenticationMode.type", equals("password", "iam")),
            kinds.MEMORYSTORE: true("authEnabled"),
        },
    ),
    Rule(
        name="kafka-needs-sign-in",
        description="Every Kafka client must sign in with a password or an identity.",
        remedy="Refuse clients that do not sign in.",
        on={kinds.MSK: false("clientAuthentication.unauthenticated")},
    ),
)
