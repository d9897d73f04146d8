"""Kubernetes and Confluent: the permissions of the deployer in the cluster and in Confluent Cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from catalogue.needs import Needs, needs
from tools.permissions.needs import Used, needed_in

# Only read: controllers create these from other objects.
WATCHED: Final = frozenset({"pods", "replicaSets", "events"})
# Kubernetes lets nobody grant rights that they do not have themselves, except with these verbs.
GIVES: Final[Mapping[str, tuple[str, ...]]] = {
    "clusterRoleBindings": ("clusterRoles.bind",),
    "roles": ("roles.escalate",),
    "roleBindings": ("roles.bind",),
}

# These providers have no cloud: they calculate values and store them in the state.
WITHOUT_A_CLOUD: Final = frozenset({"random", "tls"})


def kinds(used: Used) -> list[str]:
    """Returns the kinds of object that the stack has in its cluster."""
    return sorted(set(needed_in(used, "kubernetes").write))


def gke(used: Used) -> Needs:
    """Returns permissions of Google Cloud for these kinds; inside GKE they count like Kubernetes' own."""
    total = Needs()
    for kind in kinds(used):
        verbs = "" if kind in WATCHED else "create update delete"
        # A preview does not read Secrets from the cluster: it compares with the state.
        looks = needs(f"container.{kind}.", read="get list")
        if kind == "secrets":
            looks = Needs(write=looks.read)
        gives = needs("container.", write=" ".join(GIVES.get(kind, ())))
        total += looks + needs(f"container.{kind}.", write=verbs) + gives
    return total


def confluent(used: Used) -> list[str]:
    """Returns roles of Confluent Cloud; empty for a stack without it."""
    roles = set(needed_in(used, "confluentcloud").write)
    # The higher role includes everything below it.
    return ["OrganizationAdmin"] if "OrganizationAdmin" in roles else sorted(roles)
