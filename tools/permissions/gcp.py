"""Google Cloud: the custom role for one stack.

A role of a project applies to the whole project: give each environment its own project.
"""

from __future__ import annotations

import yaml

from catalogue.needs import Needs
from tools.permissions import cluster
from tools.permissions.needs import Mode, Used, needed_in


def needed(used: Used) -> Needs:
    """Returns everything that the resources and calls of a stack need, including what is in a GKE cluster."""
    total = needed_in(used, "gcp")
    return total + cluster.gke(used) if "gcp:container/cluster:Cluster" in used.types else total


def role(used: Used, mode: Mode) -> str:
    """Returns the YAML of a custom role that allows what is needed."""
    return yaml.safe_dump(
        {
            "title": f"{used.name} {'preview' if mode.read_only else 'deploy'}",
            "description": f"{'Previews' if mode.read_only else 'Deploys'} the stack {used.stack} of Rasa",
            "stage": "GA",
            "includedPermissions": sorted(set(mode.of(needed(used)))),
        },
        sort_keys=False,
    )


def is_read(permission: str) -> bool:
    """Returns whether the permission only reads."""
    return permission.rpartition(".")[2].startswith(("get", "list"))
