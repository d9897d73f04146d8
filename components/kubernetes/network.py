"""Rules of network policies: the peers that a pod may reach, and those that may reach it.

Pure: returns arguments, no resources. The namespace's default denies everything that is not allowed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pulumi_kubernetes as kubernetes

from components.connections import WorkloadIdentity
from settings import PodSecurity

NAME_LABEL: Final = "app.kubernetes.io/name"
_NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"

# Private, shared and link-local ranges: other tenants of the network, the Kubernetes API, the node's metadata.
_NOT_PUBLIC: Final = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
# The address of NodeLocal DNSCache on every cluster that has it.
_NODE_LOCAL_DNS: Final = "169.254.20.10/32"

Peer = kubernetes.networking.v1.NetworkPolicyPeerArgs
Egress = kubernetes.networking.v1.NetworkPolicyEgressRuleArgs
Ingress = kubernetes.networking.v1.NetworkPolicyIngressRuleArgs
Selector = kubernetes.meta.v1.LabelSelectorArgs


def pods_named(*names: str) -> Selector:
    """Selects pods by their `app.kubernetes.io/name`."""
    return Selector(
        match_expressions=[
            kubernetes.meta.v1.LabelSelectorRequirementArgs(key=NAME_LABEL, operator="In", values=list(names))
        ]
    )


def to_networks(networks: Iterable[str], *ports: int) -> Egress:
    """To address ranges, on these TCP ports."""
    return Egress(to=_blocks(networks), ports=_tcp(ports))


def to_pods(selector: Selector, port: int) -> Egress:
    """To pods of the same namespace."""
    return Egress(to=[Peer(pod_selector=selector)], ports=_tcp([port]))


def to_dns(kind: PodSecurity) -> list[Egress]:
    """To the cluster's name service, and to the cache for it on the node, if there is one."""
    rules = [_name_service([_namespace("kube-system"), *_blocks([_NODE_LOCAL_DNS])], 53)]
    match kind:
        case PodSecurity.RESTRICTED:
            return rules
        case PodSecurity.OPENSHIFT:
            # A policy sees the port of the pods, not the port of their service.
            return [*rules, _name_service([_namespace("openshift-dns")], 5353)]


def to_internet(cluster_networks: Iterable[str]) -> Egress:
    """To public addresses on port 443 (LLMs, channels, object storage: a policy cannot name them) and the cluster's own
    networks.

    The cluster's networks hold the cloud's private endpoints and internal load balancers, so an LLM or a bucket behind
    one of these works too. All other private ranges stay closed.
    """
    return Egress(to=[_public(), *_blocks(cluster_networks)], ports=_tcp([443]))


def to_public(port: int) -> Egress:
    """To public addresses on another port."""
    return Egress(to=[_public()], ports=_tcp([port]))


def to_namespace(namespace: str, *ports: int) -> Egress:
    """To every pod of a namespace, on these ports, or on every port."""
    return Egress(to=[_namespace(namespace)], ports=_tcp(ports) if ports else None)


def to_apis() -> Egress:
    """To the APIs of Kubernetes and the cloud: their addresses differ by cluster, and no policy can name them."""
    return to_networks(["0.0.0.0/0"], 443, 6443)


def to_identity(identity: WorkloadIdentity, cluster_networks: Iterable[str]) -> list[Egress]:
    """To the source of a pod's tokens: inside the node, or, for an annotated account, also the cloud's API."""
    rules = [to_networks([address], port) for address, port in identity.endpoints]
    return [*rules, to_internet(cluster_networks)] if identity.service_account_annotations else rules


def from_networks(networks: Iterable[str], port: int) -> Ingress:
    """From address ranges: probes of the kubelet and load balancers."""
    return Ingress(from_=_blocks(networks), ports=_tcp([port]))


def from_pods(selector: Selector, port: int) -> Ingress:
    """From pods of the same namespace."""
    return Ingress(from_=[Peer(pod_selector=selector)], ports=_tcp([port]))


def from_namespaces(namespaces: Iterable[str], port: int) -> Ingress:
    """From every pod of some namespaces."""
    return Ingress(from_=[_namespace(namespace) for namespace in namespaces], ports=_tcp([port]))


def from_any_namespace(port: int) -> Ingress:
    """From every pod of the cluster."""
    return Ingress(from_=[Peer(namespace_selector=Selector())], ports=_tcp([port]))


def _public() -> Peer:
    return Peer(ip_block=kubernetes.networking.v1.IPBlockArgs(cidr="0.0.0.0/0", except_=list(_NOT_PUBLIC)))


def _blocks(networks: Iterable[str]) -> list[Peer]:
    return [Peer(ip_block=kubernetes.networking.v1.IPBlockArgs(cidr=network)) for network in networks]


def _name_service(peers: list[Peer], port: int) -> Egress:
    ports = [
        kubernetes.networking.v1.NetworkPolicyPortArgs(protocol=protocol, port=port) for protocol in ("UDP", "TCP")
    ]
    return Egress(to=peers, ports=ports)


def _namespace(name: str) -> Peer:
    labels: Mapping[str, str] = {_NAMESPACE_LABEL: name}
    return Peer(namespace_selector=Selector(match_labels=labels))


def _tcp(ports: Iterable[int]) -> list[kubernetes.networking.v1.NetworkPolicyPortArgs]:
    return [kubernetes.networking.v1.NetworkPolicyPortArgs(protocol="TCP", port=port) for port in ports]
