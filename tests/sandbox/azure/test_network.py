"""Azure: what it refuses of networks, subnets and private zones."""

from __future__ import annotations

import threading

import pytest

from catalogue.entry import Refused
from tests.sandbox.azure.world import POSTGRES, AzureWorld


def test_subnets_lie_in_their_network_and_apart(world: AzureWorld) -> None:
    world.vnet()
    world.subnet("a", "10.0.0.0/20")
    for cidr, error in (("10.0.8.0/24", "Overlap"), ("10.9.0.0/24", "not valid"), ("10.0.200.0/30", "TooSmall")):
        with pytest.raises(Refused, match=error):
            world.subnet("b", cidr)


def test_a_database_needs_a_delegated_subnet_and_a_linked_zone(world: AzureWorld) -> None:
    vnet = world.vnet()
    with pytest.raises(Refused, match="depend on the link"):
        world.postgres(vnet, linked=False)
    subnet = world.subnet("plain", "10.0.2.0/24")
    zone = f"/subscriptions/{world.subscription}/resourceGroups/rasa/providers/Microsoft.Network/privateDnsZones/rasa.private.postgres.database.azure.com"  # noqa: E501
    network = {"delegatedSubnetResourceId": subnet, "privateDnsZoneArmResourceId": zone}
    with pytest.raises(Refused, match="SubnetNotDelegated"):
        world.make_azure("dbforpostgresql:Server", "other", {**POSTGRES, "serverName": "other", "network": network})


def test_a_network_sees_one_zone_of_a_name(world: AzureWorld) -> None:
    vnet = world.vnet()
    world.zone("privatelink.redis.azure.net", vnet)
    link = {"privateZoneName": "privatelink.redis.azure.net", "location": "Global", "virtualNetwork": {"id": vnet}}
    with pytest.raises(Refused, match="overlapping namespaces"):
        world.make_azure("privatedns:VirtualNetworkLink", "second", link)


def test_a_second_change_of_the_same_thing_is_refused(world: AzureWorld) -> None:
    world.vnet()
    errors: list[Refused] = []

    def make(index: int) -> None:
        try:
            world.subnet(f"subnet-{index}", f"10.0.{index}.0/24")
        except Refused as refusal:
            errors.append(refusal)

    threads = [threading.Thread(target=make, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors
    assert all("AnotherOperationInProgress" in str(error) for error in errors)
    make(9)  # one after the other is fine
    assert len(errors) < 4


def test_what_is_used_cannot_be_deleted(world: AzureWorld) -> None:
    vnet = world.vnet()
    world.postgres(vnet)
    subnet = f"{vnet}/subnets/postgres"
    with pytest.raises(Refused, match="InUseSubnetCannotBeDeleted"):
        world.delete("azure-native:network:Subnet", "postgres", subnet)
    zone = f"{vnet.split('/virtualNetworks')[0]}/privateDnsZones/rasa.private.postgres.database.azure.com"
    with pytest.raises(Refused, match="virtual network links"):
        world.delete("azure-native:privatedns:PrivateZone", "zone", zone)
