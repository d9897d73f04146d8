"""Roles that AWS's own services take to work for the platform. Those of pods are in `identity`."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.site import Site


def service_role(
    name: str, service: str, managed_policy: str, *, site: Site, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """ARN of a role for a service such as `monitoring.rds.amazonaws.com`, with the rights of AWS's own policy.

    It is known when the role has them: a service refuses one without, or fails with its first call.
    """
    child = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        name, name=names.role(name), assume_role_policy=iam_policy.trust(service, site.account), opts=child
    )
    rights = aws.iam.RolePolicyAttachment(
        name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/service-role/{managed_policy}", opts=child
    )
    return pulumi.Output.all(role.arn, rights.id).apply(lambda known: known[0])
