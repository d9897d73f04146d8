"""The API objects: one line each, as the API server treats them all alike."""

from collections.abc import Iterable
from typing import Any

from sandbox.rows import AutoName, Ref, Row, Subject, Template
from sandbox.wire import Properties

NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"
SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
BUILT_IN_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
EKS_CLUSTER = "aws:eks/cluster:Cluster"
AUTONAME = AutoName(path="metadata.name", digits=8, unless=())


def namespace_of(subject: Subject) -> str:
    """The namespace of a namespaced object."""
    return (subject.inputs.get("metadata") or {}).get("namespace") or subject["defaultNamespace"]


def _namespaced_id(subject: Subject) -> str:
    return f"{namespace_of(subject)}/{subject.inputs['metadata']['name']}"


def _cluster_id(subject: Subject) -> str:
    return subject.inputs["metadata"]["name"]


def _metadata(subject: Subject) -> Properties:
    own = subject.inputs.get("metadata") or {}
    return {**own, "uid": subject.seed.guid(), "generation": 1, "resourceVersion": str(int(subject.seed.hex(6, "version"), 16))}


def _namespaced_metadata(subject: Subject) -> Properties:
    return {**_metadata(subject), "namespace": namespace_of(subject)}


IN_NAMESPACE = Ref(
    path="metadata.namespace",
    to=(NAMESPACE,),
    hold="owned",
    values=lambda subject: [namespace_of(subject)],
    ignore=lambda value: value in BUILT_IN_NAMESPACES,
)


def _eks_server(subject: Subject) -> Iterable[str]:
    server = subject["server"]
    return [server] if server.endswith(".eks.amazonaws.com") else []


IN_CLUSTER = Ref(
    path="provider",
    to=(EKS_CLUSTER,),
    by=("endpoint",),
    hold="owned",
    values=_eks_server,
    not_found="configured Kubernetes cluster is unreachable: unable to load schema information from the API server: "
    'Get "{value}/openapi/v2?timeout=32s": no such host',
)


def _object(
    token: str, *, immutable: Iterable[str] = (), namespaced: bool = True, outputs: dict[str, Template] | None = None, **more: Any
) -> Row:
    kind = token.rsplit(":", 1)[1]
    return Row(
        token=token,
        id=_namespaced_id if namespaced else _cluster_id,
        outputs={"metadata": _namespaced_metadata if namespaced else _metadata, **(outputs or {})},
        autoname=AUTONAME,
        replaces_on=frozenset({"metadata.name", "metadata.namespace", *immutable}),
        refers=(IN_CLUSTER, IN_NAMESPACE) if namespaced else (IN_CLUSTER,),
        not_found=kind.lower() + 's "{value}" not found',
        taken=f'{kind.lower()}s "{{id}}" already exists',
        **more,
    )


ROWS = [
    _object(NAMESPACE, namespaced=False, outputs={"status": lambda _subject: {"phase": "Active"}}),
    _object(CONFIG_MAP),
    _object(SECRET),
    _object(SERVICE_ACCOUNT),
]
