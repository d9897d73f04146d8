"""Who may do what: nothing by wildcard, workloads by exact name, keys only where Rasa cannot do without."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from policy import kinds
from policy.allowed import STATIC_KEYS
from policy.checks import equals, every, given, matches, never, value, without
from policy.resource import Path, Props, Resource, items_of, mapping_of
from policy.rule import Check, Rule, When

WILDCARD_ACTION: Final = re.compile(r"\*|[\w.-]+[:/]\*|\*/.*")
MEMBERS: Final = (kinds.PROJECT_MEMBER, kinds.KEY_MEMBER, kinds.BUCKET_MEMBER, kinds.SECRET_MEMBER)
# Owner, Contributor, User Access Administrator, Role Based Access Control Administrator.
AZURE_ADMINISTRATORS: Final = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
)
# A pod's account on each cloud: no wildcard in it.
ACCOUNT: Final = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"
WORKLOAD: Final = matches(rf"system:serviceaccount:{ACCOUNT}:{ACCOUNT}", "one namespace and one service account")
# Everybody is another rule's business.
MEMBER: Final = matches(
    rf"(serviceAccount|user|group):[^*]+|principal://iam\.googleapis\.com/[^*]+/subject/ns/{ACCOUNT}/sa/{ACCOUNT}"
    r"|allUsers|allAuthenticatedUsers",
    "one account, or one service account of one namespace",
)
# Of these services a trust policy cannot name the account that they act for.
WITHOUT_SOURCE: Final = ("ec2.amazonaws.com", "eks.amazonaws.com")


def _allowed(policy: object) -> Iterator[Props]:
    """The statements of an AWS policy document that allow something."""
    if isinstance(policy, str):
        for found in items_of(json.loads(policy).get("Statement")):
            if mapping_of(found).get("Effect") == "Allow":
                yield mapping_of(found)


def _listed(value: object) -> list[str]:
    return [str(one) for one in (items_of(value) or [value]) if one is not None]


def _no_wildcard(path: str, key: str, refused: re.Pattern[str]) -> Check:
    """No statement that allows something has such a value."""

    def check(resource: Resource) -> Iterator[str]:
        for statement in _allowed(resource.at(path)):
            for one in _listed(statement.get(key)):
                if refused.fullmatch(one):
                    yield f"{path} allows {key} {one}"

    return check


def _named_principals(path: Path) -> Check:
    """Whom a policy allows something is named."""

    def check(resource: Resource) -> Iterator[str]:
        for statement in _allowed(resource.at(path)):
            principal = statement.get("Principal")
            named = [one for found in mapping_of(principal).values() for one in _listed(found)] or _listed(principal)
            if "*" in named:
                yield f"{path} allows everybody something"

    return check


def _names_the_account(resource: Resource) -> Iterator[str]:
    """A service assumes a role on behalf of this account only."""
    for statement in _allowed(resource.at("assumeRolePolicy")):
        service = mapping_of(statement.get("Principal")).get("Service")
        conditions = json.dumps(statement.get("Condition"))
        if service is not None and service not in WITHOUT_SOURCE and "aws:SourceAccount" not in conditions:
            yield f"{service} may assume it on behalf of any account"


def _exact_trust(resource: Resource) -> Iterator[str]:
    """A web identity is compared whole, and has no wildcard."""
    for statement in _allowed(resource.at("assumeRolePolicy")):
        for operator, values in mapping_of(statement.get("Condition")).items():
            for key, found in mapping_of(values).items():
                if key.endswith(":sub") and (operator != "StringEquals" or any("*" in one for one in _listed(found))):
                    yield f"assumeRolePolicy compares {key} by {operator} with {found}"


def _listed_key(type_: str) -> Check:
    """A key that stands in the list; a rotated one has its generation after its name."""

    def check(resource: Resource) -> Iterator[str]:
        if not any(re.search(rf"(^|-){pattern}(-\d+)?$", resource.name) for pattern in STATIC_KEYS[type_]):
            yield "it does not expire, and the list gives no reason for it"

    return check


RULES: Final = (
    Rule(
        name="no-wildcard-action",
        description="A permission names what it allows; none allows all that a service can do.",
        remedy="List the actions that are used.",
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
        description="A permission names who has it; none is everybody's.",
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
        description="A permission is given on a resource, not on everything in the account.",
        remedy="Name the resource.",
        on={
            kinds.IAM_POLICY: _no_wildcard("policy", "Resource", re.compile(r"\*")),
            kinds.ROLE_ASSIGNMENT: value(
                "scope", matches(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/.+", "a resource of a group")
            ),
            kinds.CONFLUENT_ROLE: value("crnPattern", matches(r".*/cloud-cluster=.+", "one cluster or what is in it")),
        },
    ),
    Rule(
        name="no-administrator",
        description="Nothing that runs here is an administrator of the account, subscription or project.",
        remedy="Choose or make a role with what is needed.",
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
        description="A workload's identity is one service account of one namespace.",
        remedy="Write the subject whole: no pattern, no set of principals.",
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
        description="A service of AWS uses a role for this account only (no confused deputy).",
        remedy="Compare aws:SourceAccount in the trust policy.",
        on={kinds.IAM_ROLE: _names_the_account},
    ),
    Rule(
        name="listed-static-keys",
        description="A key or password that does not expire stands in a list, with the reason.",
        remedy="Use the workload's identity; if the consumer cannot, add the key to policy/allowed.py with the reason.",
        on={
            **{type_: _listed_key(type_) for type_ in STATIC_KEYS},
            "aws:iam/accessKey:AccessKey": never("workloads on AWS have identities, so no reason is good enough"),
            "gcp:serviceaccount/key:Key": never("workloads on GCP have identities, so no reason is good enough"),
        },
    ),
    Rule(
        name="no-account-key",
        description="In prod, the keys of a storage account open nothing.",
        remedy="Turn allowSharedKeyAccess off; models are read by the pod's identity.",
        when=When.PROD,
        on={kinds.BLOB_ACCOUNT: value("allowSharedKeyAccess", equals(False))},
    ),
    Rule(
        name="cluster-sign-in-by-identity",
        description="The cluster knows the cloud's identities only, no accounts and certificates of its own.",
        remedy="Turn local accounts, or the old map of roles, off.",
        on={
            kinds.EKS: value("accessConfig.authenticationMode", equals("API")),
            kinds.AKS: value("disableLocalAccounts", equals(True)),
            kinds.GKE: value("masterAuth.clientCertificateConfig.issueClientCertificate", equals(None, False)),
        },
    ),
    Rule(
        name="workload-identity",
        description="Pods have identities of the cloud, so that they need no keys.",
        remedy="Turn workload identity on.",
        on={
            kinds.AKS: every(
                value("oidcIssuerProfile.enabled", equals(True)),
                value("securityProfile.workloadIdentity.enabled", equals(True)),
            ),
            kinds.GKE: value("workloadIdentityConfig.workloadPool", given()),
        },
    ),
    Rule(
        name="pods-are-no-nodes",
        description="A pod cannot take the identity of its node.",
        remedy="Require tokens of the metadata service and stop them at the node.",
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
        description="Redis wants a password or an identity of everybody.",
        remedy="Turn authentication on, and give no user without a password.",
        on={
            kinds.ELASTICACHE: value("userGroupIds", given()),
            kinds.ELASTICACHE_USER: value("authenticationMode.type", equals("password", "iam")),
            kinds.MEMORYSTORE: value("authEnabled", equals(True)),
        },
    ),
    Rule(
        name="kafka-needs-sign-in",
        description="Kafka wants a password or an identity of everybody.",
        remedy="Refuse clients that do not sign in.",
        on={kinds.MSK: value("clientAuthentication.unauthenticated", equals(False))},
    ),
)
