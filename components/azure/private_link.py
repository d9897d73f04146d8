"""How a service is reached from inside the network under its usual name: DNS zones and private endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pulumi
import pulumi_azure_native as azure

from components.azure.context import Context, DataTier


class Zone(StrEnum):
    """The services with a private DNS zone, as the stack file calls them."""

    BLOB = "blob"
    DATABASE = "database"
    REDIS = "redis"
    EVENT_HUBS = "eventHubs"
    KEY_VAULT = "keyVault"


@dataclass(frozen=True, kw_only=True)
class PrivateZoneSpec:
    """`zone_name` is what Azure demands for the service."""

    zone: Zone
    zone_name: str
    context: Context
    tier: DataTier


class PrivateZone(pulumi.ComponentResource):
    """A private DNS zone, seen from the network; or one that exists, of which nothing is made.

    Whoever takes `zone_id` waits for the link too: a name that was asked for too early is not found for minutes.
    """

    def __init__(self, name: str, spec: PrivateZoneSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:PrivateZone", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        existing = spec.tier.zone_ids.get(spec.zone)
        if existing is not None:
            self.zone_id = pulumi.Output.from_input(existing)
        else:
            zone = azure.privatedns.PrivateZone(
                f"{name}-zone",
                resource_group_name=spec.context.resource_group,
                private_zone_name=spec.zone_name,
                location="Global",
                tags=spec.context.tags,
                opts=child,
            )
            link = azure.privatedns.VirtualNetworkLink(
                f"{name}-link",
                resource_group_name=spec.context.resource_group,
                private_zone_name=zone.name,
                location="Global",
                registration_enabled=False,
                virtual_network={"id": spec.tier.vnet_id},
                tags=spec.context.tags,
                opts=child,
            )
            self.zone_id = pulumi.Output.all(zone.id, link.id).apply(lambda known: str(known[0]))
        self.register_outputs({"zoneId": self.zone_id})


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointSpec:
    """`service_id` is the service, `group` the part of it that the endpoint leads to (Azure's word)."""

    service_id: pulumi.Output[str]
    group: str
    zone: Zone
    zone_name: str
    context: Context
    tier: DataTier


class PrivateEndpoint(pulumi.ComponentResource):
    """A private address of a service. Before `ready` its name leads nowhere, or to its closed public address."""

    def __init__(self, name: str, spec: PrivateEndpointSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:PrivateEndpoint", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        zone = PrivateZone(
            f"{name}-dns",
            PrivateZoneSpec(zone=spec.zone, zone_name=spec.zone_name, context=spec.context, tier=spec.tier),
            opts=child,
        )
        endpoint = azure.network.PrivateEndpoint(
            f"{name}-nic",
            resource_group_name=spec.context.resource_group,
            subnet={"id": spec.tier.endpoint_subnet_id},
            private_link_service_connections=[
                {"name": spec.group, "private_link_service_id": spec.service_id, "group_ids": [spec.group]}
            ],
            tags=spec.context.tags,
            opts=child,
        )
        names = azure.network.PrivateDnsZoneGroup(
            f"{name}-names",
            resource_group_name=spec.context.resource_group,
            private_endpoint_name=endpoint.name,
            private_dns_zone_group_name="default",
            private_dns_zone_configs=[{"name": spec.zone.value, "private_dns_zone_id": zone.zone_id}],
            opts=child,
        )
        self.ready: tuple[pulumi.Resource, ...] = (names,)
        self.register_outputs({})
