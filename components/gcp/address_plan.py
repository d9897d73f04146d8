"""The plan of the network's address ranges. Pure. The cluster's pods and services have separate ranges."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

NODE_BITS: Final = 4  # a sixteenth of the network for nodes, another for Google's private services
SMALL_BITS: Final = 8  # for endpoints of other private services


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The three ranges of a network. Cloud SQL and Memorystore are in `services`."""

    nodes: str
    endpoints: str
    services: str


def plan_ranges(cidr: str) -> Plan:
    """Returns nodes 10.0.0.0/20, endpoints 10.0.16.0/24, services 10.0.240.0/20 of 10.0.0.0/16. The rest is free."""
    parts = list(ipaddress.IPv4Network(cidr).subnets(prefixlen_diff=NODE_BITS))
    small = next(parts[1].subnets(prefixlen_diff=SMALL_BITS - NODE_BITS))
    return Plan(nodes=str(parts[0]), endpoints=str(small), services=str(parts[-1]))
