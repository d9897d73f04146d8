"""Physical names: one function for each naming rule of Google Cloud and Confluent. Pure.

This module names resources that are unique beyond the project, whose names cannot be used again soon or are short, or
that people look for. All others (networks, addresses, rules, zones) have the name that Pulumi makes from the resource's
own, with a random end, so that they can be replaced before they are deleted.

`name` is a component's name, such as `rasa-dev-lock-store`: a letter first, then a-z, 0-9 and `-`. `suffix` is random
"""

from __future__ import annotations

from components.naming import fit


def bucket(name: str, suffix: str) -> str:
    """Cloud Storage: 3 to 63, unique in the world."""
    return fit(f"{name}-{suffix}", 63)


def database_instance(name: str, suffix: str) -> str:
    """Cloud SQL: at most 98 with the project's id, which has up to 30; unique in the project."""
    return fit(f"{name}-{suffix}", 63)


def redis_instance(name: str) -> str:
    """Memorystore for Redis: at most 40, unique in project and region."""
    return fit(name, 40)


def key_ring(name: str, suffix: str) -> str:
    """Cloud KMS: at most 63; a key ring can never be deleted, so its name stays taken."""
    return fit(f"{name}-{suffix}", 63)


def secret(name: str, suffix: str) -> str:
    """Secret Manager: at most 255, unique in the project; a secret that is left behind keeps its name."""
    return fit(f"{name}-{suffix}", 255)


def kubernetes_cluster(name: str) -> str:
    """GKE cluster: at most 40."""
    return fit(name, 40)


def service_account(name: str) -> str:
    """Service account: 6 to 30; a deleted one can be restored for 30 days."""
    return fit(name, 30)


def display(name: str) -> str:
    """Confluent's environments, clusters, gateways and users: at most 64; users' are unique in the organisation."""
    return fit(name, 64)
