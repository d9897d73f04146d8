"""The plan of the network's address ranges. Pure. Pods and services of the cluster have ranges of their own."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

NODE_BITS: Final = 4  # a sixteenth of the network for nodes, another for Google's private services
SMALL_BITS: Final = 8  # for endpoints of other private services


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The three ranges of a network. `services` is where Cloud SQL and Memorystore answer."""

    nodes: str
    endpoints: str
    services: str


def plan_ranges(cidr: str) -> Plan:
    """Of 10.0.0.0/16: nodes 10.0.0.0/20, endpoints 10.0.16.0/24, services 10.0.240.0/20. The rest is free."""
    parts = list(ipaddress.IPv4Network(cidr).subnets(prefixlen_diff=NODE_BITS))
    small = next(parts[1].subnets(prefixlen_diff=SMALL_BITS - NODE_BITS))
    return Plan(nodes=str(parts[0]), endpoints=str(small), services=str(parts[-1]))
