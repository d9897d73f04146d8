"""Roles: all of them are created here, so that each has the path and the permissions boundary of the stack file."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.site import Site


def new_role(
    resource_name: str,
    *,
    name: str,
    trust: pulumi.Input[str],
    site: Site,
    opts: pulumi.ResourceOptions,
    description: str | None = None,
) -> aws.iam.Role:
    """Creates a role; `name` is a component's, `trust` is the policy that says who may assume the role, JSON.

    Nodes can join with a path in their role because the cluster has access entries (aws/containers-roadmap#926).
    """
    return aws.iam.Role(
        resource_name,
        name=names.role(name),
        description=description,
        assume_role_policy=trust,
        path=site.iam_path,
        permissions_boundary=site.permissions_boundary,
        opts=opts,
    )


def service_role(
    name: str, service: str, managed_policy: str, *, site: Site, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """Returns the ARN of a role for a service such as `monitoring.rds.amazonaws.com`, with the rights of AWS's policy.

    `managed_policy` is its path and name. The ARN is available when the role has its rights: a service refuses a role
    without, or its first call fails.
    """
    child = pulumi.ResourceOptions(parent=parent)
    role = new_role(name, name=name, trust=iam_policy.trust(service, site.account), site=site, opts=child)
    rights = aws.iam.RolePolicyAttachment(
        name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{managed_policy}", opts=child
    )
    # Not `id`, which is unknown in a preview that replaces one policy with another.
    return pulumi.Output.all(role.arn, rights.role).apply(lambda known: known[0])
