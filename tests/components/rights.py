"""Who may do what on a cloud. The grants of each cloud are read into the same three words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from policy import kinds as k
from settings import Cloud
from tests.components.built import Built

SUBJECT: Final = re.compile("system:serviceaccount:([a-z-]+:[a-z-]+)")
PRINCIPAL: Final = re.compile(
    r"principal://iam\.googleapis\.com/projects/(\d+)/locations/global/workloadIdentityPools/([\w-]+)\.svc\.id\.goog"
    "/subject/ns/([a-z-]+)/sa/([a-z-]+)"
)
# Every type of grant on Google Cloud, and the input that names the resource.
MEMBERS: Final = {
    k.KEY_MEMBER: "cryptoKeyId",
    k.SECRET_MEMBER: "secretId",
    k.BUCKET_MEMBER: "bucket",
    k.PROJECT_MEMBER: "project",
}


class Right(NamedTuple):
    """`who` is a service account as `namespace:name`, or else the cloud's own name; `where` is the cloud's id."""

    who: str
    action: str
    where: str


def statements(built: Built, name: str = "") -> list[dict[str, Any]]:
    """The statements of AWS's role policies whose names contain this."""
    return [
        statement
        for policy in built.all(k.IAM_POLICY)
        if name in policy.name
        for statement in json.loads(policy.inputs["policy"])["Statement"]
    ]


def rights(built: Built, who: str = "") -> set[Right]:
    """All rights, or those of one."""
    return {right for right in _READ[built.cloud](built) if who in ("", right.who)}


def _of_aws(built: Built) -> Iterator[Right]:
    """A role is bound to a service account by an association, or by its own trust; else it is its name."""
    pods = {
        each.inputs["roleArn"].rpartition("/")[2]: f"{each.inputs['namespace']}:{each.inputs['serviceAccount']}"
        for each in built.all(k.POD_IDENTITY)
    }
    for role in built.all(k.IAM_ROLE):
        if trusted := SUBJECT.search(role.inputs["assumeRolePolicy"]):
            pods[role.inputs["name"]] = trusted[1]
    for policy in built.all(k.IAM_POLICY):
        name: str = policy.inputs["role"]
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            for action in statement["Action"]:
                yield from (Right(pods.get(name, name), action, where) for where in statement["Resource"])


def _of_azure(built: Built) -> Iterator[Right]:
    """A credential makes an identity a service account. A built-in role is its id, a custom one its actions."""
    accounts = {
        built.source(each, "resourceName"): each.inputs["subject"].removeprefix("system:serviceaccount:")
        for each in built.all(k.FEDERATED)
    }
    custom = {
        each.inputs["roleDefinitionId"]: [
            action for allowed in each.inputs["permissions"] for kind in allowed.values() for action in kind
        ]
        for each in built.all(k.ROLE_DEFINITION)
    }
    for given in built.all(k.ROLE_ASSIGNMENT):
        sources = given.property_dependencies.get("principalId", ())
        names = [built.recording.resources[urn].name for urn in sources]
        who = next((accounts[name] for name in names if name in accounts), given.inputs["principalId"])
        role = given.inputs["roleDefinitionId"].rpartition("/")[2]
        for action in custom.get(role, [role]):
            yield Right(who, action, given.inputs["scope"])


def _of_gcp(built: Built) -> Iterator[Right]:
    """A principal is a service account only with the number of its pool's project; with the id it is nobody."""
    numbers: Mapping[str, str] = {each["projectId"]: each["number"] for each in built.answers("getProject")}
    for kind, key in MEMBERS.items():
        for given in built.all(kind):
            who = given.inputs["member"]
            found = PRINCIPAL.fullmatch(who)
            if found and numbers.get(found[2]) == found[1]:
                who = f"{found[3]}:{found[4]}"
            yield Right(who, given.inputs["role"], given.inputs[key])


_READ: Final = {Cloud.AWS: _of_aws, Cloud.AZURE: _of_azure, Cloud.GCP: _of_gcp}
