"""Log groups. AWS would create the group of a service itself, and keep the logs forever."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws.site import Site


def log_group(
    name: str, path: str, *, site: Site, parent: pulumi.Resource, days: int | None = None
) -> aws.cloudwatch.LogGroup:
    """Creates a log group that keeps logs for `days`, by default the profile's. `path` is its physical name."""
    return aws.cloudwatch.LogGroup(
        name,
        name=path,
        retention_in_days=days or site.log_days,
        kms_key_id=site.storage_key,
        opts=pulumi.ResourceOptions(parent=parent),
    )
