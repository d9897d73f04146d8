"""What network policies let through, by Kubernetes' own rules: https://kubernetes.io/docs/concepts/services-networking/network-policies/.

Policies of one namespace add up; a pod that no policy selects may do everything.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.recording import Recording

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod of the cluster."""

    namespace: str
    name: str = "other"

    @property
    def labels(self) -> Mapping[str, str]:
        return {"app.kubernetes.io/name": self.name}


Target = Pod | str


def reaches(recording: Recording, source: Pod, target: Target, port: int, protocol: str = "TCP") -> bool:
    """Whether a pod may connect to another pod, or to an address outside the cluster, on the port of the target."""
    out = sends(recording, source, target, port, protocol)
    return out and (not isinstance(target, Pod) or _allowed(recording, target, "Ingress", source, port, protocol))


def sends(recording: Recording, source: Pod, target: Target, port: int, protocol: str = "TCP") -> bool:
    """Whether the policies of the source alone let the connection out."""
    return _allowed(recording, source, "Egress", target, port, protocol)


def _allowed(recording: Recording, pod: Pod, direction: str, other: Target, port: int, protocol: str) -> bool:
    specs = [
        one.inputs["spec"]
        for one in recording.of_type(POLICY)
        if one.inputs["metadata"]["namespace"] == pod.namespace
        and _selects(one.inputs["spec"].get("podSelector", {}), pod.labels)
        and direction in one.inputs["spec"]["policyTypes"]
    ]
    rules = [rule for spec in specs for rule in spec.get(direction.lower()) or []]
    return not specs or any(_matches(rule, direction, pod.namespace, other, port, protocol) for rule in rules)


def _matches(rule: Mapping[str, Any], direction: str, namespace: str, other: Target, port: int, protocol: str) -> bool:
    peers: Iterable[Mapping[str, Any]] = rule.get("to" if direction == "Egress" else "from") or [{}]
    ports = rule.get("ports") or [{"protocol": protocol, "port": port}]
    return any(one["port"] == port and one["protocol"] == protocol for one in ports) and any(
        _is_peer(peer, namespace, other) for peer in peers
    )


def _is_peer(peer: Mapping[str, Any], namespace: str, other: Target) -> bool:
    if not peer:
        return True
    if isinstance(other, str):
        block = peer.get("ipBlock")
        return block is not None and _within(other, [block["cidr"]]) and not _within(other, block.get("except") or [])
    if "namespaceSelector" in peer:
        labels = {"kubernetes.io/metadata.name": other.namespace}
        return _selects(peer["namespaceSelector"], labels) and _selects(peer.get("podSelector", {}), other.labels)
    return "podSelector" in peer and other.namespace == namespace and _selects(peer["podSelector"], other.labels)


def _within(address: str, ranges: Iterable[str]) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(one) for one in ranges)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or []
    assert all(one["operator"] == "In" for one in expressions)
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        labels.get(one["key"]) in one["values"] for one in expressions
    )
