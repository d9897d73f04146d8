"""Physical names: one function for each naming rule of AWS. Pure.

This module names resources that people look for, that another service finds by name, or that are unique beyond the
account. All others (security groups, subnet and parameter groups, launch templates) have the name that Pulumi makes
from the resource's own, with a random end, so that they can be replaced before they are deleted.

The first part of a name is a component's name, such as `rasa-dev-lock-store`: a letter first, then a-z, 0-9 and `-`. A
`suffix` is random and kept in the state, for names that are global or cannot be used again soon.
"""

from __future__ import annotations

from typing import Final

from components.naming import fit, within

bucket: Final = within(63)  # S3: 3 to 63, unique in the world
database_instance: Final = within(63)  # RDS: no `--`
replication_group: Final = within(40)  # ElastiCache: no `--`
cache_user: Final = within(40)  # ElastiCache: no `--`; for IAM the user's id and name must be the same
kafka_cluster: Final = within(64)  # MSK
kubernetes_cluster: Final = within(100)  # EKS
role: Final = within(64)  # IAM: unique in the account


def cache_user_group(name: str) -> str:
    """ElastiCache user group: at most 40, no `--`."""
    return fit(f"{name}-users", 40)


def final_snapshot(name: str, suffix: str, run: str) -> str:
    """Last snapshot of RDS or ElastiCache: at most 255. It outlives its server, so each server needs a name of its own.

    `run` is the run of the program that creates the server.
    """
    return fit(f"{name}-final-{suffix}-{run}", 255)


def kafka_secret(name: str, suffix: str) -> str:
    """Secret with SCRAM credentials: MSK requires this prefix, and a deleted name stays taken for weeks."""
    return f"AmazonMSK_{name}-{suffix}"


def recovery_secret(name: str, suffix: str) -> str:
    """Secret: at most 512, and a deleted name stays taken for weeks.

    AWS adds a hyphen and 6 characters to form the ARN, so a name must not end like that itself.
    """
    return f"{name}/{suffix}"


def key_alias(name: str) -> str:
    """KMS alias: at most 256, prefix `alias/`."""
    return f"alias/{name}"


def cluster_log_group(cluster: str) -> str:
    """Log group of the EKS control plane; EKS would create the group itself, without retention."""
    return f"/aws/eks/{cluster}/cluster"


def database_log_group(instance: str, log: str) -> str:
    """Log group of an RDS log; RDS would create the group itself, without retention."""
    return f"/aws/rds/instance/{instance}/{log}"


def delivered_log_group(name: str, log: str) -> str:
    """Log group for logs that AWS delivers. The prefix keeps the account's resource policy for log delivery short."""
    return f"/aws/vendedlogs/{name}/{log}"
