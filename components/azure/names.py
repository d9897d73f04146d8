"""Physical names: one function for each naming rule of Azure. Pure.

This module names resources that have their own rule, are unique in the world, or that people look for. All others have
the name that Pulumi makes from the resource's own, with a random end, so that they can be replaced first.

`name` is a component's name, such as `rasa-dev-lock-store`: a letter first, then a-z, 0-9 and `-`. `suffix` is random
(6 hexadecimal digits) and kept in the state. It alone makes global names unique, so the rest may be shortened.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final

from components.naming import within


def _ending(limit: int) -> Callable[[str, str], str]:
    """Returns the rule for names of at most `limit` characters that end in their second part, with single hyphens."""

    def rule(name: str, suffix: str) -> str:
        single = re.sub(r"-{2,}", "-", name)
        return f"{single[: limit - len(suffix) - 1].rstrip('-')}-{suffix}"

    return rule


database_server: Final = _ending(63)  # PostgreSQL flexible server: 3 to 63; unique in the world
redis_cluster: Final = _ending(60)  # Azure Managed Redis: no `--`; unique in the region
event_hubs_namespace: Final = _ending(50)  # 6 to 50, a letter first; unique in the world; no end like -sb or -mgmt
kubernetes_cluster: Final = within(54)  # AKS: at most 63; also the first part of its host name, at most 54


def resource_group(name: str) -> str:
    """Resource group: at most 90, unique in the subscription."""
    return name


def node_resource_group(name: str) -> str:
    """Resource group of AKS for machines, disks and load balancers: at most 80, unique in the subscription."""
    return f"{name}-nodes"


def key_vault(name: str, suffix: str) -> str:
    """Key Vault: 3 to 24, no `--`, unique in the world; a deleted one keeps its name for up to 90 days."""
    platform, _, purpose = name.rpartition("-")
    end = f"{purpose}-{suffix}"  # shows people which vault it is
    return _ending(24)(platform, end)


def role(name: str, id: str) -> str:
    """Custom role: at most 512, unique in the tenant."""
    return f"{name}-{id}"


def storage_account(name: str, suffix: str) -> str:
    """Storage account: 3 to 24 of a-z and 0-9, nothing else; unique in the world."""
    return f"{name.replace('-', '')[: 24 - len(suffix)]}{suffix}"


def container(assistant: str) -> str:
    """Blob container of an assistant: 3 to 63, no `--`."""
    return f"models-{assistant}"


def database_zone(name: str) -> str:
    """Private DNS zone of the flexible server. Azure requires this end, and another name than the server's."""
    return f"{name}.private.postgres.database.azure.com"


def node_pool(size: str) -> str:
    """Node pool: at most 12 of a-z and 0-9. Another machine size is another pool, created before the old is deleted."""
    return f"rasa{hashlib.sha256(size.encode()).hexdigest()[:6]}"
