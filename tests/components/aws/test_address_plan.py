"""The plan of address ranges."""

from __future__ import annotations

import ipaddress
from itertools import combinations

import pytest

from components.aws.address_plan import plan_ranges

ZONES = [f"eu-central-1{letter}" for letter in "abcdefgh"]


@pytest.mark.parametrize("zones", [2, 3, 8])
@pytest.mark.parametrize("prefix", [16, 17, 18, 19])
def test_ranges_lie_in_the_network_and_apart(prefix: int, zones: int) -> None:
    network = ipaddress.IPv4Network(f"10.32.0.0/{prefix}")
    plan = plan_ranges(str(network), ZONES[:zones])
    ranges = [ipaddress.IPv4Network(each) for zone in plan for each in (zone.private, zone.public, zone.data)]
    assert len(ranges) == 3 * zones
    assert all(each.subnet_of(network) for each in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


def test_sizes_and_places_for_a_16() -> None:
    (first, second) = plan_ranges("10.0.0.0/16", ZONES[:2])
    assert (first.private, first.public, first.data) == ("10.0.0.0/20", "10.0.240.0/24", "10.0.248.0/24")
    assert (second.private, second.public, second.data) == ("10.0.16.0/20", "10.0.241.0/24", "10.0.249.0/24")


def test_a_further_zone_moves_no_other() -> None:
    assert plan_ranges("10.0.0.0/16", ZONES[:3])[:2] == plan_ranges("10.0.0.0/16", ZONES[:2])


def test_the_smallest_network_has_room_for_the_data_services() -> None:
    # AWS keeps 5 addresses of a subnet; brokers, standby and nodes of the lock store need fewer than 16 in one zone.
    data = ipaddress.IPv4Network(plan_ranges("10.0.0.0/19", ZONES[:1])[0].data)
    assert data.num_addresses - 5 >= 16


def test_too_many_zones_are_refused() -> None:
    with pytest.raises(ValueError, match="9 zones"):
        plan_ranges("10.0.0.0/16", [*ZONES, "more"])
