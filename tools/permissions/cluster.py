"""Kubernetes and Confluent: what the deployer must be allowed in the cluster, and in Confluent Cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalogue.needs import Needs, needs
from tools.permissions.needs import needed_in
from tools.permissions.program import Used

# Only looked at: what controllers make of the others.
WATCHED: Final = frozenset({"pods", "replicaSets", "events"})
# Kubernetes lets nobody give rights that they do not have themselves, unless by these.
GIVES: Final[Mapping[str, tuple[str, ...]]] = {
    "clusterRoleBindings": ("clusterRoles.bind",),
    "roles": ("roles.escalate",),
    "roleBindings": ("roles.bind",),
}

# These providers have no cloud: they compute, and keep the result in the state.
WITHOUT_A_CLOUD: Final = frozenset({"random", "tls"})


def kinds(used: Used) -> list[str]:
    """The kinds of object that the stack has in its cluster."""
    return sorted(set(needed_in(used, "kubernetes").write))


def gke(used: Used) -> Needs:
    """The same as permissions of Google Cloud, which count inside GKE as Kubernetes' own do."""
    total = Needs()
    for kind in kinds(used):
        verbs = "" if kind in WATCHED else "create update delete"
        # A preview learns nothing of a Secret from the cluster: what it compares is in the state.
        looks = needs(f"container.{kind}.", read="get list")
        if kind == "secrets":
            looks = Needs(write=looks.read)
        gives = needs("container.", write=" ".join(GIVES.get(kind, ())))
        total += looks + needs(f"container.{kind}.", write=verbs) + gives
    return total


def confluent(used: Used) -> list[str]:
    """Roles of Confluent Cloud, none for a stack without."""
    roles = set(needed_in(used, "confluentcloud").write)
    # The higher one holds everything below it.
    return ["OrganizationAdmin"] if "OrganizationAdmin" in roles else sorted(roles)
