"""The API objects: one line each, because the API server treats them all alike."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Rule, Subject, Template
from catalogue.kubernetes.pods import NAMESPACE, Surroundings, can_start
from catalogue.kubernetes.schema import validate
from catalogue.needs import Needs
from catalogue.wire import UNKNOWN, Properties, as_map, at_path

BUILT_IN_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
EKS_CLUSTER = "aws:eks/cluster:Cluster"
EKS_DOMAIN = ".eks.amazonaws.com"
AKS_CLUSTER = "azure-native:containerservice:ManagedCluster"
AKS_DOMAIN = ".azmk8s.io"
AZURE_DISKS = "disk.csi.azure.com"
AKS_ADMIN = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"


def namespace_of(subject: Subject) -> str:
    """Returns the namespace of a namespaced object."""
    return as_map(subject.inputs.get("metadata")).get("namespace") or subject["defaultNamespace"]


def _server(subject: Subject) -> Iterable[str]:
    """A server that a cloud of the sandbox would have created must exist; another server is not checked."""
    server = subject["server"]
    if server.endswith(EKS_DOMAIN):
        return [server]
    return [_host(subject)] if _host(subject).endswith(AKS_DOMAIN) else []


def _host(subject: Subject) -> str:
    return urlsplit(str(subject["server"])).hostname or ""


def signs_in(subject: Subject) -> None:
    """The kubeconfig's exec plug-in must get a token for the cluster at the server address."""
    _has_a_role(subject)
    cluster = subject.world.find(EKS_CLUSTER, "endpoint", subject["server"])
    name = subject.where.facts["clusterName"]
    if cluster and name != cluster.id:
        raise Refused(
            "the server has asked for the client to provide credentials: the token is for cluster "
            f"{name!r}, not {cluster.id!r}"
        )


def _has_a_role(subject: Subject) -> None:
    """On AKS the creator of a cluster has no rights in it without a role."""
    names = (subject.world.find(AKS_CLUSTER, name, _host(subject)) for name in ("fqdn", "privateFQDN"))
    cluster = next((each for each in names if each), None)
    if cluster is None or True not in at_path(cluster.inputs, "aadProfile.enableAzureRBAC"):
        return
    grants = (grant.inputs for grant in subject.world.all(ROLE_ASSIGNMENT))
    if not any(grant["scope"] == cluster.id and grant["roleDefinitionId"].endswith(AKS_ADMIN) for grant in grants):
        raise Refused(
            "Forbidden: User does not have access to the resource in Azure. Update role assignment to allow "
            f"access: Azure Kubernetes Service RBAC Cluster Admin on {cluster.id}"
        )


IN_CLUSTER = Ref(
    path="provider",
    to=(EKS_CLUSTER, AKS_CLUSTER),
    by=("endpoint", "fqdn", "privateFQDN"),
    hold="owned",
    values=_server,
    not_found="configured Kubernetes cluster is unreachable: unable to load schema information from the API server: "
    'Get "{value}/openapi/v2?timeout=32s": no such host',
)


def in_namespace(path: str, read: Callable[[Subject], Iterable[str]]) -> Ref:
    """The namespace of an object, which owns it."""
    return Ref(
        path=path, to=(NAMESPACE,), hold="owned", values=read,
        ignore=lambda value: value in BUILT_IN_NAMESPACES,
    )  # fmt: skip


IN_NAMESPACE = in_namespace("metadata.namespace", lambda subject: [namespace_of(subject)])


def _namespaced_id(subject: Subject) -> str:
    return f"{namespace_of(subject)}/{subject.inputs['metadata']['name']}"


def _cluster_id(subject: Subject) -> str:
    return subject.inputs["metadata"]["name"]


def _metadata(subject: Subject) -> Properties:
    own = as_map(subject.inputs.get("metadata"))
    server = {
        "uid": subject.seed.guid(),
        "generation": 1,
        "resourceVersion": str(int(subject.seed.hex(6, "version"), 16)),
    }
    return {**own, **server, "creationTimestamp": "2026-01-01T00:00:00Z"}


def _namespaced_metadata(subject: Subject) -> Properties:
    return {**_metadata(subject), "namespace": namespace_of(subject)}


def _is_valid(subject: Subject) -> None:
    validate(subject.inputs)


def _pods_can_start(path: str) -> Rule:
    def check(subject: Subject) -> None:
        around, (template,) = Surroundings(subject.world, namespace_of(subject)), at_path(subject.inputs, path)
        can_start(f'{subject.inputs["kind"]} "{subject.inputs["metadata"]["name"]}"', template, around)

    return check


def _restart_policy_ends(subject: Subject) -> None:
    policy = next(at_path(subject.inputs, "spec.template.spec.restartPolicy"), None)
    if policy not in ("OnFailure", "Never"):
        raise Refused("spec.template.spec.restartPolicy: Required value: valid values: OnFailure, Never")


def _data_is_base64(subject: Subject) -> None:
    for key, value in as_map(subject.inputs.get("data")).items():
        if value == UNKNOWN:
            continue
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise Refused(f"Secret in version v1 cannot be handled: illegal base64 data in data.{key}") from error


def _data_is_fixed(flag: str, *paths: str) -> Callable[[Subject], Iterable[str]]:
    """Returns a function with the inputs whose change replaces the object, so that pods see the new name.

    With the provider's `flag` on, only an immutable object is replaced.
    """

    def replaced(subject: Subject) -> Iterable[str]:
        if subject.where.config.get(flag) and not subject.old_inputs.get("immutable"):
            return []
        return [path for path in paths if subject.old_inputs.get(path) != subject.inputs.get(path)]

    return replaced


def _secret_data(subject: Subject) -> Properties:
    plain = as_map(subject.inputs.get("stringData"))
    return {
        **as_map(subject.inputs.get("data")),
        **{key: base64.b64encode(text.encode()).decode() for key, text in plain.items()},
    }


def _job_status(_subject: Subject) -> Properties:
    """A Job is finished when its creation returns, because the real provider waits for that."""
    return {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}


def _retained_disks(subject: Subject) -> list[str]:
    """Returns the kept disks. Azure deletes them with the nodes' resource group, unless the class names another."""
    go_along = subject.inputs["provisioner"] == AZURE_DISKS and "resourceGroup" not in as_map(
        subject.inputs.get("parameters")
    )
    if subject.inputs.get("reclaimPolicy") != "Retain" or go_along:
        return []
    return [f"the disks of storage class {_cluster_id(subject)}, which outlive their claims"]


def _plural(kind: str) -> str:
    """Returns the name of a kind in Google's IAM: networkPolicies, storageClasses, jobs."""
    name = kind[0].lower() + kind[1:]
    return name[:-1] + "ies" if name.endswith("y") else name + "es" if name.endswith("s") else name + "s"


def _object(
    token: str,
    *,
    immutable: Iterable[str] = (),
    namespaced: bool = True,
    outputs: dict[str, Template] | None = None,
    checks: tuple[Rule, ...] = (),
    admits: tuple[Rule, ...] = (),
    waits_for: tuple[str, ...] = (),
    holds: str | Callable[[str], str] = "",
    **more: Any,
) -> Entry:
    kind = token.rsplit(":", 1)[1]
    return Entry(
        token=token,
        id=_namespaced_id if namespaced else _cluster_id,
        outputs={"metadata": _namespaced_metadata if namespaced else _metadata, **(outputs or {})},
        autoname=AutoName(path="metadata.name", digits=8),
        replaces_on=frozenset({"metadata.name", "metadata.namespace", *immutable}),
        refers=(IN_CLUSTER, IN_NAMESPACE) if namespaced else (IN_CLUSTER,),
        checks=(_is_valid, *checks),
        admits=(signs_in, *admits),
        not_found=kind.lower() + 's "{value}" not found',
        taken=f'{kind.lower()}s "{{id}}" already exists',
        needs=Needs(write=(_plural(kind), *waits_for)),
        holds=holds,
        **more,
    )


ENTRIES = [
    _object(
        NAMESPACE,
        namespaced=False,
        outputs={"status": lambda _subject: {"phase": "Active"}},
        # The volumes of Vault are deleted with its namespace.
        holds=lambda name: holdings.VAULT if name == "vault-space-namespace" else "",
        # Deleting a namespace waits for its contents.
        minutes=(Minutes(0.02, 0.02, 0.3, slow=0.1),),
    ),
    _object(
        "kubernetes:core/v1:ConfigMap",
        replaces_if=_data_is_fixed("enableConfigMapMutable", "data", "binaryData", "immutable"),
    ),
    _object(
        "kubernetes:core/v1:Secret",
        immutable=("type",),
        outputs={"data": _secret_data},
        checks=(_data_is_base64,),
        replaces_if=_data_is_fixed("enableSecretMutable", "data", "stringData", "immutable"),
    ),
    _object("kubernetes:core/v1:ServiceAccount"),
    _object(
        "kubernetes:batch/v1:Job",
        immutable=("spec.template", "spec.selector", "spec.completions"),
        outputs={"status": _job_status},
        checks=(_restart_policy_ends,),
        waits_for=("pods",),
        admits=(_pods_can_start("spec.template"),),
        # A script of seconds, in a pod that has to be scheduled and has to pull its image.
        minutes=(Minutes(0.5, 0.5, 0.1, slow=1.5),),
    ),
    _object("kubernetes:batch/v1:CronJob", admits=(_pods_can_start("spec.jobTemplate.spec.template"),)),
    _object("kubernetes:networking.k8s.io/v1:NetworkPolicy"),
    _object("kubernetes:policy/v1:PodDisruptionBudget"),
    _object("kubernetes:rbac.authorization.k8s.io/v1:Role"),
    _object("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", immutable=("roleRef",)),
    _object("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", namespaced=False),
    _object("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", namespaced=False, immutable=("roleRef",)),
    _object(
        "kubernetes:storage.k8s.io/v1:StorageClass",
        namespaced=False,
        immutable=("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
        keeps=_retained_disks,
    ),
]
