"""Roles of AWS services that work for the platform. Roles of pods are in `identity`."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.site import Site


def service_role(
    name: str, service: str, managed_policy: str, *, site: Site, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """Returns the ARN of a role for a service such as `monitoring.rds.amazonaws.com`, with the rights of AWS's policy.

    The ARN is available when the role has its rights: a service refuses a role without, or its first call fails.
    """
    child = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        name, name=names.role(name), assume_role_policy=iam_policy.trust(service, site.account), opts=child
    )
    rights = aws.iam.RolePolicyAttachment(
        name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/service-role/{managed_policy}", opts=child
    )
    return pulumi.Output.all(role.arn, rights.id).apply(lambda known: known[0])
