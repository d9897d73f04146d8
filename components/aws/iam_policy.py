"""IAM policy documents: their statements as values, and the JSON for AWS.

A service component returns the rights of its users as `Allow` statements; `identity` gives them to a role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi

VERSION: Final = "2012-10-17"
Conditions = Mapping[str, Mapping[str, pulumi.Input[str]]]


@dataclass(frozen=True, kw_only=True)
class Allow:
    """One statement: these actions on these resources (ARNs), under these conditions (operator, key, value)."""

    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    conditions: Conditions = field(default_factory=dict[str, Mapping[str, pulumi.Input[str]]])


def permissions(statements: Sequence[Allow]) -> pulumi.Output[str]:
    """Returns the policy of a role, JSON."""
    return document(
        [
            {
                "Effect": "Allow",
                "Action": list(statement.actions),
                "Resource": list(statement.resources),
                **({"Condition": statement.conditions} if statement.conditions else {}),
            }
            for statement in statements
        ]
    )


def trust(service: str, account: pulumi.Input[str] | None = None) -> pulumi.Output[str]:
    """Returns a policy that lets a service of AWS assume a role, JSON.

    `account` limits the service to requests of that account, if the service names it (EC2 does not).
    """
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                # EKS tags the sessions of pods and of its control plane with the cluster; no other service does.
                "Action": ["sts:AssumeRole", *(["sts:TagSession"] if "eks" in service else [])],
                **({"Condition": {"StringEquals": {"aws:SourceAccount": account}}} if account is not None else {}),
            }
        ]
    )


def federated_trust(provider_arn: str, issuer: str, namespace: str, service_account: str) -> pulumi.Output[str]:
    """Returns a policy that lets a service account of the cluster assume a role, JSON. `issuer` signs its tokens."""
    subject = issuer.removeprefix("https://").rstrip("/")
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{subject}:sub": f"system:serviceaccount:{namespace}:{service_account}",
                        f"{subject}:aud": "sts.amazonaws.com",
                    }
                },
            }
        ]
    )


def document(statements: Sequence[Mapping[str, object]]) -> pulumi.Output[str]:
    """Returns a policy with any statements, JSON."""
    return pulumi.Output.json_dumps({"Version": VERSION, "Statement": list(statements)})
