"""The plan of address ranges: nothing overlaps, everything has room, in every size of network."""

from __future__ import annotations

import ipaddress
from itertools import combinations

import pytest

from components.gcp.address_plan import plan_ranges

CIDRS = [f"10.{prefix}.0.0/{prefix}" for prefix in range(16, 20)]


@pytest.mark.parametrize("cidr", CIDRS)
def test_ranges_are_in_the_network_and_apart(cidr: str) -> None:
    plan = plan_ranges(cidr)
    ranges = [ipaddress.IPv4Network(each) for each in (plan.nodes, plan.endpoints, plan.services)]
    assert all(each.subnet_of(ipaddress.IPv4Network(cidr)) for each in ranges)
    assert not [pair for pair in combinations(ranges, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize("cidr", CIDRS)
def test_ranges_have_room(cidr: str) -> None:
    plan = plan_ranges(cidr)
    # Google cuts a /24 out of the lent range for Cloud SQL, and a /28 for Redis.
    assert ipaddress.IPv4Network(plan.nodes).num_addresses >= 512
    assert ipaddress.IPv4Network(plan.services).prefixlen <= 23
    assert ipaddress.IPv4Network(plan.endpoints).num_addresses >= 32


def test_the_plan_of_the_default_network() -> None:
    plan = plan_ranges("10.0.0.0/16")
    assert (plan.nodes, plan.endpoints, plan.services) == ("10.0.0.0/20", "10.0.16.0/24", "10.0.240.0/20")
