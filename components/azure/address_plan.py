"""The plan of the network's address ranges. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

CLUSTER_BITS: Final = 4  # a sixteenth of the network for the nodes; pods have separate addresses (overlay)
SMALL_BITS: Final = 8  # the subnets of the data services


@dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """The ranges of the three subnets, each of which spans all zones."""

    cluster: str
    database: str
    endpoints: str


def plan_ranges(cidr: str) -> NetworkPlan:
    """Returns the ranges. Of 10.0.0.0/16: cluster 10.0.0.0/20, database 10.0.240.0/24, endpoints 10.0.241.0/24."""
    network = ipaddress.IPv4Network(cidr)
    parts = list(network.subnets(prefixlen_diff=CLUSTER_BITS))
    database, endpoints, *_ = parts[-1].subnets(prefixlen_diff=SMALL_BITS - CLUSTER_BITS)
    return NetworkPlan(cluster=str(parts[0]), database=str(database), endpoints=str(endpoints))


def name_service_address(service_cidr: str) -> str:
    """Returns the address of the cluster's name service: the tenth of the services' range, as usual."""
    return str(ipaddress.IPv4Network(service_cidr)[10])
