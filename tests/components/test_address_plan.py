"""The plans of address ranges: all ranges lie in the network, nothing overlaps, everything has room."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from itertools import combinations
from typing import Final

import pytest

from components.aws import address_plan as aws
from components.azure import address_plan as azure
from components.gcp import address_plan as gcp

ZONES: Final = [f"eu-central-1{letter}" for letter in "abcdefgh"]


def on_aws(zones: int) -> Callable[[str], tuple[str, ...]]:
    def ranges(cidr: str) -> tuple[str, ...]:
        plan = aws.plan_ranges(cidr, ZONES[:zones])
        return tuple(each for zone in plan for each in (zone.private, zone.public, zone.data))

    return ranges


def on_azure(cidr: str) -> tuple[str, ...]:
    plan = azure.plan_ranges(cidr)
    return plan.cluster, plan.database, plan.endpoints


def on_gcp(cidr: str) -> tuple[str, ...]:
    plan = gcp.plan_ranges(cidr)
    return plan.nodes, plan.endpoints, plan.services


# The ranges of a network, and how many there are.
PLANS: Final = {
    **{f"aws in {zones} zones": (on_aws(zones), 3 * zones) for zones in (2, 3, 8)},
    "azure": (on_azure, 3),
    "gcp": (on_gcp, 3),
}


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("prefix", [16, 17, 18, 19])
def test_ranges_lie_in_the_network_and_apart(plan: str, prefix: int) -> None:
    plan_ranges, count = PLANS[plan]
    network = IPv4Network(f"10.32.0.0/{prefix}")
    ranges = [IPv4Network(each) for each in plan_ranges(str(network))]
    assert len(ranges) == count
    assert all(each.subnet_of(network) for each in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


@pytest.mark.parametrize(
    ("plan", "cidr", "ranges"),
    [
        (
            "aws in 2 zones",
            "10.0.0.0/16",
            ("10.0.0.0/20", "10.0.240.0/24", "10.0.248.0/24", "10.0.16.0/20", "10.0.241.0/24", "10.0.249.0/24"),
        ),
        ("azure", "10.0.0.0/16", ("10.0.0.0/20", "10.0.240.0/24", "10.0.241.0/24")),
        # Flexible server takes no less than /28; Azure keeps 5 addresses of a subnet for itself.
        ("azure", "10.0.0.0/19", ("10.0.0.0/23", "10.0.30.0/27", "10.0.30.32/27")),
        ("gcp", "10.0.0.0/16", ("10.0.0.0/20", "10.0.16.0/24", "10.0.240.0/20")),
    ],
)
def test_existing_networks_keep_their_plan(plan: str, cidr: str, ranges: tuple[str, ...]) -> None:
    """Another range would replace the subnet."""
    assert PLANS[plan][0](cidr) == ranges


def test_a_further_zone_moves_no_other() -> None:
    assert aws.plan_ranges("10.0.0.0/16", ZONES[:3])[:2] == aws.plan_ranges("10.0.0.0/16", ZONES[:2])


def test_the_smallest_network_has_room_for_the_data_services() -> None:
    # AWS keeps 5 addresses of a subnet; brokers, standby and nodes of the lock store need fewer than 16 in one zone.
    assert IPv4Network(aws.plan_ranges("10.0.0.0/19", ZONES[:1])[0].data).num_addresses - 5 >= 16
    plan = gcp.plan_ranges("10.19.0.0/19")
    # Google cuts a /24 out of the lent range for Cloud SQL, and a /28 for Redis.
    assert IPv4Network(plan.nodes).num_addresses >= 512
    assert IPv4Network(plan.services).prefixlen <= 23
    assert IPv4Network(plan.endpoints).num_addresses >= 32


def test_too_many_zones_are_refused() -> None:
    with pytest.raises(ValueError, match="9 zones"):
        aws.plan_ranges("10.0.0.0/16", [*ZONES, "more"])


def test_the_name_service_has_an_address_of_the_services() -> None:
    assert azure.name_service_address("172.20.0.0/16") == "172.20.0.10"
