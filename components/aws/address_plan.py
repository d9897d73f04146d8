"""The plan of the network's address ranges. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NODE_BITS: Final = 4  # a sixteenth of the network for each zone's nodes and pods
SMALL_BITS: Final = 8  # public and data subnets
FIRST_DATA: Final = 8  # public subnets use the lower half of the last sixteenth, data subnets the upper half
MOST_ZONES: Final = 8


@dataclass(frozen=True, kw_only=True)
class ZonePlan:
    """The three ranges of one zone."""

    zone: str
    private: str
    public: str
    data: str


def plan_ranges(cidr: str, zones: Sequence[str]) -> tuple[ZonePlan, ...]:
    """Returns ranges for each zone. A new zone at the end of the list does not change other ranges.

    Of 10.0.0.0/16: private 10.0.0.0/20, 10.0.16.0/20, ...; public 10.0.240.0/24, ...; data 10.0.248.0/24, ...
    Pods have addresses of the private subnets, so these are large. Raises `ValueError` for more than 8 zones.
    """
    if len(zones) > MOST_ZONES:
        raise ValueError(f"{len(zones)} zones, but the plan has room for {MOST_ZONES}")
    network = ipaddress.IPv4Network(cidr)
    private = list(network.subnets(prefixlen_diff=NODE_BITS))
    small = list(private[-1].subnets(prefixlen_diff=SMALL_BITS - NODE_BITS))
    return tuple(
        ZonePlan(zone=zone, private=str(private[index]), public=str(small[index]), data=str(small[FIRST_DATA + index]))
        for index, zone in enumerate(zones)
    )
