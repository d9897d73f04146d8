"""`rasa:network`: a new network, or your own."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from settings.base import REGIONS, Cidr, Cloud, aws_id, azure_id, matching
from settings.problems import Problem, shown
from settings.setting import Depends, Effect, Json, Model, kind_of, setting
from settings.stack import Layer, Stack

# Regions of AWS whose first three zones are not a, b and c for every account; two letters if it has no more zones.
AWS_ZONES: Final[Mapping[str, str]] = {"ap-northeast-1": "acd", "ca-central-1": "abd", "us-west-1": "ac"}
# Regions of GCP whose first three zones are not a, b and c.
GCP_ZONES: Final[Mapping[str, str]] = {"europe-west1": "bcd", "us-east1": "bcd"}

ResourceName = Annotated[
    str,
    matching(
        r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        "is not the name of a resource (a-z, 0-9 and -, letter first, at most 63)",
        "write its name alone, like rasa-network",
    ),
]
Zone = Annotated[str, matching(r"[a-z0-9-]+", "is not an availability zone", "write it as the cloud does")]


def aws_zones(region: str) -> list[str]:
    """Returns three zones of a region of AWS; two if it has no more."""
    return [f"{region}{letter}" for letter in AWS_ZONES.get(region, "abc")]


def azure_zones(region: str) -> list[str]:
    """Returns three zones of a region of Azure, which numbers them. Every region with zones has these."""
    return ["1", "2", "3"]


def gcp_zones(region: str) -> list[str]:
    """Returns three zones of a region of GCP."""
    return [f"{region}-{letter}" for letter in GCP_ZONES.get(region, "abc")]


def _zones(stack_file: Mapping[str, Json]) -> Json:
    """Returns the default zones; none if there is no such region."""
    cloud, region = Cloud(str(stack_file["cloud"])), stack_file.get("region")
    if not isinstance(region, str) or re.fullmatch(REGIONS[cloud], region) is None:
        return []
    return [*{Cloud.AWS: aws_zones, Cloud.AZURE: azure_zones, Cloud.GCP: gcp_zones}[cloud](region)]


_DEFAULT_ZONES = Depends(text="the first three of the region", on=_zones)


class Network(Layer):
    """A network."""

    KEY: ClassVar[str] = "network"

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges, by their key in the stack file."""
        raise NotImplementedError


class CreateNetwork(Network):
    """A new network: private subnets for the nodes, isolated ones for the data services."""

    kind: Literal["create"] = kind_of("create")
    cidr: Cidr = setting(
        "Address range of the network, /16 to /19.", Effect.REPLACES, dev="10.0.0.0/16", prod="10.0.0.0/16"
    )
    zones: tuple[Zone, ...] = setting(
        "Zones to spread over: at least 2, in prod 3.", Effect.REPLACES, dev=_DEFAULT_ZONES, prod=_DEFAULT_ZONES
    )

    @property
    def ranges(self) -> Mapping[str, str]:
        return {"network.cidr": self.cidr}

    def problems(self, stack: Stack) -> Iterator[Problem]:
        count = f"{len(self.zones)} zone(s)"
        if len(self.zones) < 2:
            expected = "is below 2, the fewest that the data services accept"
            yield self.wrong("zones", expected, "name at least 2 zones", got=count)
        if len(set(self.zones)) < len(self.zones):
            yield self.wrong("zones", "names a zone twice", "name each zone once", got=", ".join(self.zones))
        if stack.is_prod and len(self.zones) < 3:
            fix = "name 3 zones, or choose a region that has them"
            yield self.wrong("zones", "is below 3, the fewest in prod", fix, got=count, others=("region",))

    def _foreign_zones(self, region: str, pattern: str, example: str) -> Iterator[Problem]:
        for zone in self.zones:
            if not re.fullmatch(pattern, zone):
                expected, fix = f"is not in {region}", f"name zones like {example}"
                yield self.wrong("zones", expected, fix, got=zone, others=("region",))


class CreateVpc(CreateNetwork):
    """A new VPC: private subnets for the nodes, isolated ones for the data services."""

    # AWS refuses a wider range; a narrower one leaves no room for data subnets.
    cidr: Cidr = setting(prefix=(16, 19, "what a VPC allows and three tiers need", "10.0.0.0/16"))

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        yield from self._foreign_zones(stack.region, rf"{stack.region}(-[a-z0-9-]+)?[a-z]", f"{stack.region}a")


class CreateVnet(CreateNetwork):
    """A new virtual network: a subnet for the nodes, one for PostgreSQL, one for private endpoints."""

    zones: tuple[Zone, ...] = setting(
        None, Effect.REPLACES, note="in prod, only the pool of nodes and the outgoing address"
    )
    cidr: Cidr = setting(None, Effect.REFUSED, prefix=(16, 19, "what the subnets of all services need", "10.0.0.0/16"))

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        for zone in self.zones:
            if zone not in azure_zones(stack.region):
                expected = "is not a zone of Azure, which numbers them"
                yield self.wrong("zones", expected, "name zones like '1'", got=repr(zone))


class CreateVpcNetwork(CreateNetwork):
    """A new VPC network: a subnetwork for the nodes, private services access for the data services."""

    cidr: Cidr = setting(prefix=(16, 19, "what the ranges of all services need", "10.0.0.0/16"))

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        yield from self._foreign_zones(stack.region, rf"{stack.region}-[a-z]", f"{stack.region}-b")


class ExistingNetwork(Network):
    """Your own network."""

    kind: Literal["existing"] = kind_of("existing")


Subnets = Annotated[dict[Annotated[str, aws_id("subnet", "subnet")], Cidr], Field(min_length=1)]


class ExistingVpc(ExistingNetwork):
    """Your own VPC. Its subnets need a route out, the endpoints and the tags that EKS and its nodes expect."""

    vpc_id: Annotated[str, aws_id("vpc", "VPC")] = setting("The VPC.", Effect.REPLACES)
    private_subnets: Subnets = setting("Subnets of the nodes, id to address range; one for each zone.", Effect.REPLACES)
    data_subnets: Subnets = setting(
        "Subnets of the data services, id to address range; one for each zone.", Effect.REPLACES
    )

    @property
    def ranges(self) -> Mapping[str, str]:
        return {
            **{f"network.privateSubnets.{subnet}": cidr for subnet, cidr in self.private_subnets.items()},
            **{f"network.dataSubnets.{subnet}": cidr for subnet, cidr in self.data_subnets.items()},
        }

    def problems(self, stack: Stack) -> Iterator[Problem]:
        fewest = 3 if stack.is_prod else 2
        for field, subnets in (("private_subnets", self.private_subnets), ("data_subnets", self.data_subnets)):
            if len(subnets) < fewest:
                expected = f"is below {fewest}, the fewest zones in {stack.profile}"
                fix = f"name {fewest} subnets, each in another zone"
                yield self.wrong(field, expected, fix, got=f"{len(subnets)} subnet(s)")


ZoneId = Annotated[str, azure_id("Microsoft.Network/privateDnsZones", "private DNS zone")]
DNS_ZONES: Final[Mapping[str, str]] = {
    "blob": "privatelink.blob.core.windows.net",
    "database": ".postgres.database.azure.com",
    "redis": "privatelink.redis.azure.net",
    "event_hubs": "privatelink.servicebus.windows.net",
    "key_vault": "privatelink.vaultcore.azure.net",
}
SMALLEST_DATABASE_SUBNET: Final = 28


class Subnet(Model):
    """Your own subnet and its address range."""

    id: Annotated[str, azure_id("Microsoft.Network/virtualNetworks/subnets", "subnet")] = setting(
        "Its resource id.", Effect.REPLACES
    )
    cidr: Cidr = setting("Its address range.", Effect.REPLACES)


def _zone(service: str, name: str) -> Any:
    return setting(f"For {service}: `{name}`.", Effect.REPLACES, default=None)


class DnsZones(Model):
    """Your own private DNS zones, linked to the network. The program creates each zone that is left out."""

    blob: ZoneId | None = _zone("Blob Storage", "privatelink.blob.core.windows.net")
    database: ZoneId | None = _zone("PostgreSQL", "*.postgres.database.azure.com")
    redis: ZoneId | None = _zone("Managed Redis", "privatelink.redis.azure.net")
    event_hubs: ZoneId | None = _zone("Event Hubs", "privatelink.servicebus.windows.net")
    key_vault: ZoneId | None = _zone("Key Vault", "privatelink.vaultcore.azure.net")


class ExistingVnet(ExistingNetwork):
    """Your own virtual network, with a subnet for each purpose. The cluster's needs a route out (a NAT gateway)."""

    vnet_id: Annotated[str, azure_id("Microsoft.Network/virtualNetworks", "virtual network")] = setting(
        "The virtual network.", Effect.REPLACES
    )
    cluster_subnet: Subnet = setting("Subnet of the nodes.")
    database_subnet: Subnet = setting("Subnet of PostgreSQL, delegated to `Microsoft.DBforPostgreSQL/flexibleServers`.")
    endpoint_subnet: Subnet = setting("Subnet of the private endpoints.")
    dns_zones: DnsZones = setting("Your own private DNS zones.", default=DnsZones())

    @property
    def ranges(self) -> Mapping[str, str]:
        return {f"network.{key}.cidr": subnet.cidr for key, subnet in self._subnets.items()}

    @property
    def _subnets(self) -> Mapping[str, Subnet]:
        return {
            "clusterSubnet": self.cluster_subnet,
            "databaseSubnet": self.database_subnet,
            "endpointSubnet": self.endpoint_subnet,
        }

    def problems(self, stack: Stack) -> Iterator[Problem]:
        for key, subnet in self._subnets.items():
            if not subnet.id.lower().startswith(f"{self.vnet_id}/subnets/".lower()):
                fix = "name a subnet of that virtual network"
                others = ("network.vnetId",)
                yield subnet.wrong("id", "is not a subnet of vnetId", fix, at=f"network.{key}", others=others)
        database = self.database_subnet
        if Counter(subnet.id.lower() for subnet in self._subnets.values())[database.id.lower()] > 1:
            expected = "has another use as well, but PostgreSQL needs its own delegated subnet"
            others = ("network.clusterSubnet.id", "network.endpointSubnet.id")
            yield database.wrong("id", expected, "name another subnet", at="network.databaseSubnet", others=others)
        if ipaddress.IPv4Network(database.cidr).prefixlen > SMALLEST_DATABASE_SUBNET:
            expected = f"is smaller than /{SMALLEST_DATABASE_SUBNET}, what PostgreSQL needs"
            yield database.wrong("cidr", expected, "name a larger subnet", at="network.databaseSubnet")
        for field, end in DNS_ZONES.items():
            zone: str | None = getattr(self.dns_zones, field)
            if zone is not None and not zone.endswith(end):
                expected, got = "is not the zone in which clients look for that service", shown(zone.rsplit("/", 1)[-1])
                fix = f"name one that ends with {end}"
                yield self.dns_zones.wrong(field, expected, fix, at="network.dnsZones", got=got)


class PrivateServicesRange(Model):
    """The range that is allocated to private services access, and already connected."""

    name: ResourceName = setting("Its name.", Effect.REPLACES)
    cidr: Cidr = setting("Its address range.", Effect.REPLACES)


class ExistingVpcNetwork(ExistingNetwork):
    """Your own VPC network, with private services access. The subnetwork needs a route out (Cloud NAT)."""

    network: ResourceName = setting("Name of the network.", Effect.REPLACES)
    subnetwork: ResourceName = setting("Name of the nodes' subnetwork.", Effect.REPLACES)
    cidr: Cidr = setting("The subnetwork's primary range.", Effect.REPLACES)
    pods_range: ResourceName = setting("Name of its secondary range for pods.", Effect.REPLACES)
    services_range: ResourceName = setting("Name of its secondary range for services.", Effect.REPLACES)
    private_services_range: PrivateServicesRange = setting("The range for Cloud SQL and Memorystore.")

    @property
    def ranges(self) -> Mapping[str, str]:
        return {"network.cidr": self.cidr, "network.privateServicesRange.cidr": self.private_services_range.cidr}

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if self.pods_range == self.services_range:
            fix, others = "name another secondary range", ("network.podsRange",)
            yield self.wrong("services_range", "is the range for pods as well", fix, others=others)
