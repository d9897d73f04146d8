"""Kubernetes and Confluent: what the deployer must be allowed in the cluster, and in Confluent Cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tools.permissions.needs import Needs, look_up, needs
from tools.permissions.program import Used

TABLE: Final = "tools/permissions/cluster.py"
RELEASE: Final = "kubernetes:helm.sh/v3:Release"

# Kinds in the cluster by the type of the resource, as IAM of Google names them. A Job is waited for by its pods.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes:batch/v1:CronJob": ("cronJobs",),
    "kubernetes:batch/v1:Job": ("jobs", "pods"),
    "kubernetes:core/v1:ConfigMap": ("configMaps",),
    "kubernetes:core/v1:Namespace": ("namespaces",),
    "kubernetes:core/v1:Secret": ("secrets",),
    "kubernetes:core/v1:ServiceAccount": ("serviceAccounts",),
    # What the charts of Rasa and of Vault make, and Helm's own record of a release, a Secret.
    RELEASE: (
        "clusterRoleBindings",
        "configMaps",
        "deployments",
        "events",
        "horizontalPodAutoscalers",
        "ingresses",
        "persistentVolumeClaims",
        "podDisruptionBudgets",
        "pods",
        "replicaSets",
        "roleBindings",
        "roles",
        "secrets",
        "serviceAccounts",
        "services",
        "statefulSets",
    ),
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": ("networkPolicies",),
    "kubernetes:policy/v1:PodDisruptionBudget": ("podDisruptionBudgets",),
    "kubernetes:rbac.authorization.k8s.io/v1:Role": ("roles",),
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": ("roleBindings",),
    "kubernetes:storage.k8s.io/v1:StorageClass": ("storageClasses",),
}
# Only looked at: what controllers make of the others.
WATCHED: Final = frozenset({"pods", "replicaSets", "events"})
# Kubernetes lets nobody give rights that they do not have themselves, unless by these.
GIVES: Final[Mapping[str, tuple[str, ...]]] = {
    "clusterRoleBindings": ("clusterRoles.bind",),
    "roles": ("roles.escalate",),
    "roleBindings": ("roles.bind",),
}

# What the service account of the Cloud API key must be in Confluent Cloud, by the type of the resource.
_ORGANIZATION: Final = Needs(write=("OrganizationAdmin",))
_ENVIRONMENT: Final = Needs(write=("EnvironmentAdmin",))
CONFLUENT: Final[Mapping[str, Needs]] = {
    "confluentcloud:index/accessPoint:AccessPoint": _ENVIRONMENT,
    "confluentcloud:index/apiKey:ApiKey": _ENVIRONMENT,
    # Nobody less may make an environment or give roles in it.
    "confluentcloud:index/environment:Environment": _ORGANIZATION,
    "confluentcloud:index/gateway:Gateway": _ENVIRONMENT,
    "confluentcloud:index/kafkaAcl:KafkaAcl": _ENVIRONMENT,
    "confluentcloud:index/kafkaCluster:KafkaCluster": _ENVIRONMENT,
    "confluentcloud:index/kafkaTopic:KafkaTopic": _ENVIRONMENT,
    "confluentcloud:index/roleBinding:RoleBinding": _ENVIRONMENT,
    "confluentcloud:index/serviceAccount:ServiceAccount": _ORGANIZATION,
}
# These providers have no cloud: they compute, and keep the result in the state.
WITHOUT_A_CLOUD: Final = frozenset({"random", "tls"})


def kinds(used: Used) -> list[str]:
    """The kinds of object that the stack has in its cluster."""
    table = {type_: Needs(write=names) for type_, names in KINDS.items()}
    return sorted({name for one in used.of("kubernetes") for name in look_up(table, one.type, TABLE).write})


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
    roles = {role for one in used.of("confluentcloud") for role in look_up(CONFLUENT, one.type, TABLE).write}
    # The higher one holds everything below it.
    return ["OrganizationAdmin"] if "OrganizationAdmin" in roles else sorted(roles)
