"""How a service is reached from inside the network under its usual name: DNS zones and private endpoints."""

from __future__ import annotations

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


class PrivateZone(pulumi.ComponentResource):
    """A private DNS zone, seen from the network; or one that exists, of which nothing is made.

    Whoever takes `zone_id` waits for the link too: a name that was asked for too early is not found for minutes.
    """

    def __init__(
        self,
        name: str,
        *,
        zone: Zone,
        zone_name: str,
        context: Context,
        tier: DataTier,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rasa:azure:PrivateZone", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        existing = tier.zone_ids.get(zone)
        if existing is not None:
            self.zone_id = pulumi.Output.from_input(existing)
        else:
            zone = azure.privatedns.PrivateZone(
                f"{name}-zone",
                resource_group_name=context.resource_group,
                private_zone_name=zone_name,
                location="Global",
                tags=context.tags,
                opts=child,
            )
            link = azure.privatedns.VirtualNetworkLink(
                f"{name}-link",
                resource_group_name=context.resource_group,
                private_zone_name=zone.name,
                location="Global",
                registration_enabled=False,
                virtual_network={"id": tier.vnet_id},
                tags=context.tags,
                opts=child,
            )
            self.zone_id = pulumi.Output.all(zone.id, link.id).apply(lambda known: str(known[0]))
        self.register_outputs({"zoneId": self.zone_id})


class PrivateEndpoint(pulumi.ComponentResource):
    """A private address of a service. Before `ready` its name leads nowhere, or to its closed public address."""

    def __init__(
        self,
        name: str,
        *,
        service_id: pulumi.Output[str],
        group: str,
        zone: Zone,
        zone_name: str,
        context: Context,
        tier: DataTier,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("rasa:azure:PrivateEndpoint", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        zone = PrivateZone(
            f"{name}-dns",
            zone=zone,
            zone_name=zone_name,
            context=context,
            tier=tier,
            opts=child,
        )
        endpoint = azure.network.PrivateEndpoint(
            f"{name}-nic",
            resource_group_name=context.resource_group,
            subnet={"id": tier.endpoint_subnet_id},
            private_link_service_connections=[
                {"name": group, "private_link_service_id": service_id, "group_ids": [group]}
            ],
            tags=context.tags,
            opts=child,
        )
        names = azure.network.PrivateDnsZoneGroup(
            f"{name}-names",
            resource_group_name=context.resource_group,
            private_endpoint_name=endpoint.name,
            private_dns_zone_group_name="default",
            private_dns_zone_configs=[{"name": zone.value, "private_dns_zone_id": zone.zone_id}],
            opts=child,
        )
        self.ready: tuple[pulumi.Resource, ...] = (names,)
        self.register_outputs({})
