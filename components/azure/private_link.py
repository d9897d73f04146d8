"""Private access to a service under its usual name: DNS zones and private endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure.site import DataTier, Site


class Zone(StrEnum):
    """The services with a private DNS zone, as the stack file names them."""

    BLOB = "blob"
    DATABASE = "database"
    REDIS = "redis"
    EVENT_HUBS = "eventHubs"
    KEY_VAULT = "keyVault"


# Azure requires these names. The zone of the database begins with its own name.
ZONE_NAMES: Final[Mapping[Zone, str]] = {
    Zone.BLOB: "privatelink.blob.core.windows.net",
    Zone.REDIS: "privatelink.redis.azure.net",
    Zone.EVENT_HUBS: "privatelink.servicebus.windows.net",
    Zone.KEY_VAULT: "privatelink.vaultcore.azure.net",
}
# The part of the service that an endpoint connects to.
GROUPS: Final[Mapping[Zone, str]] = {
    Zone.BLOB: "blob",
    Zone.REDIS: "redisEnterprise",
    Zone.EVENT_HUBS: "namespace",
    Zone.KEY_VAULT: "vault",
}


class PrivateZone(pulumi.ComponentResource):
    """A private DNS zone that is linked to the network. For an existing zone, nothing is created.

    `zone_id` waits for the link too: a failed lookup is cached for minutes.
    """

    def __init__(
        self, name: str, *, zone: Zone, zone_name: str, site: Site, tier: DataTier, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("rasa:azure:PrivateZone", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        existing = tier.zone_ids.get(zone)
        if existing is not None:
            self.zone_id = pulumi.Output.from_input(existing)
        else:
            created = azure.privatedns.PrivateZone(
                f"{name}-zone",
                resource_group_name=site.resource_group,
                private_zone_name=zone_name,
                location="Global",
                tags=site.tags,
                opts=child,
            )
            link = azure.privatedns.VirtualNetworkLink(
                f"{name}-link",
                resource_group_name=site.resource_group,
                private_zone_name=created.name,
                location="Global",
                registration_enabled=False,
                virtual_network={"id": tier.vnet_id},
                tags=site.tags,
                opts=child,
            )
            self.zone_id = pulumi.Output.all(created.id, link.id).apply(lambda known: str(known[0]))
        self.register_outputs({"zoneId": self.zone_id})


class PrivateEndpoint(pulumi.ComponentResource):
    """A private address of the service `service_id`.

    Before `ready` exists, the service's name does not resolve, or resolves to its closed public address.
    """

    def __init__(
        self,
        name: str,
        *,
        service_id: pulumi.Output[str],
        zone: Zone,
        site: Site,
        tier: DataTier,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:PrivateEndpoint", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        dns = PrivateZone(f"{name}-dns", zone=zone, zone_name=ZONE_NAMES[zone], site=site, tier=tier, opts=child)
        group = GROUPS[zone]
        endpoint = azure.network.PrivateEndpoint(
            f"{name}-nic",
            resource_group_name=site.resource_group,
            subnet={"id": tier.endpoint_subnet_id},
            private_link_service_connections=[
                {"name": group, "private_link_service_id": service_id, "group_ids": [group]}
            ],
            tags=site.tags,
            opts=child,
        )
        names = azure.network.PrivateDnsZoneGroup(
            f"{name}-names",
            resource_group_name=site.resource_group,
            private_endpoint_name=endpoint.name,
            private_dns_zone_group_name="default",
            private_dns_zone_configs=[{"name": zone.value, "private_dns_zone_id": dns.zone_id}],
            opts=child,
        )
        self.ready: tuple[pulumi.Resource, ...] = (names,)
        self.register_outputs({})
