"""The network: a VNet with a subnet for the nodes, one for the database and one for the private endpoints.

The nodes reach the internet through NAT. Only the nodes can reach the database and the endpoints, on the ports of the
services. These have no route out through this network. A subnet spans all zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure.address_plan import plan_ranges
from components.azure.private_link import Zone
from components.azure.site import DataTier, NetworkConnection, Site
from settings.network import CreateNetwork, ExistingVnet
from settings.network import azure_zones as default_zones

DATABASE_PORTS: Final = ("5432",)
ENDPOINT_PORTS: Final = ("443", "9093", "10000")  # Blob and Key Vault, Event Hubs, Redis
LAST: Final = 4096  # the lowest priority that a rule can have


class Network(pulumi.ComponentResource):
    """VNet, subnets, their firewalls, NAT. Ends in `connection`."""

    def __init__(self, name: str, *, settings: CreateNetwork, site: Site, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:azure:Network", name, {}, opts)
        self._prefix, self._site = name, site
        self._child = pulumi.ResourceOptions(parent=self)
        plan = plan_ranges(settings.cidr)
        self._vnet = azure.network.VirtualNetwork(
            f"{name}-vnet",
            resource_group_name=site.resource_group,
            address_space={"address_prefixes": [settings.cidr]},
            tags=site.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                # Data depends on the network. With protection, a new range stops before anything is created.
                protect=site.protect,
                # The subnets are separate resources; Azure lists them here as well.
                ignore_changes=["subnets"],
            ),
        )
        # Azure changes one subnet of a network at a time. The cluster's subnet is last, so that no data service waits
        # for NAT.
        database = self._subnet(
            "database",
            plan.database,
            [
                allow(100, "clients", plan.cluster, plan.database, DATABASE_PORTS),
                allow(110, "standby", plan.database, plan.database, DATABASE_PORTS),
            ],
            delegations=[
                azure.network.DelegationArgs(name="postgres", service_name="Microsoft.DBforPostgreSQL/flexibleServers")
            ],
            # The database archives its log there.
            service_endpoints=[azure.network.ServiceEndpointPropertiesFormatArgs(service="Microsoft.Storage")],
        )
        endpoints = self._subnet(
            "endpoints",
            plan.endpoints,
            [allow(100, "clients", plan.cluster, plan.endpoints, ENDPOINT_PORTS)],
            after=[database],
            # Without it the firewall would not apply to private endpoints.
            private_endpoint_network_policies="Enabled",
            default_outbound_access=False,
        )
        nat, egress_ip = self._nat(name, settings.zones)
        cluster = azure.network.Subnet(
            f"{name}-cluster",
            resource_group_name=site.resource_group,
            virtual_network_name=self._vnet.name,
            subnet_name="cluster",
            address_prefix=plan.cluster,
            nat_gateway={"id": nat.id},
            default_outbound_access=False,
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect, depends_on=[endpoints]),
        )
        self.connection = NetworkConnection(
            zones=settings.zones,
            network_id=self._vnet.id,
            cluster_subnet_id=cluster.id,
            cluster_networks=(plan.cluster, plan.endpoints),
            egress_ip=egress_ip,
            tier=DataTier(
                vnet_id=self._vnet.id,
                database_subnet_id=database.id,
                database_networks=(plan.database,),
                endpoint_subnet_id=endpoints.id,
                endpoint_networks=(plan.endpoints,),
                zone_ids={},
            ),
        )
        self.register_outputs({"vnetId": self._vnet.id})

    def _subnet(
        self,
        subnet: str,
        cidr: str,
        rules: Sequence[azure.network.SecurityRuleArgs],
        *,
        after: Sequence[pulumi.Resource] = (),
        delegations: Sequence[azure.network.DelegationArgs] = (),
        service_endpoints: Sequence[azure.network.ServiceEndpointPropertiesFormatArgs] = (),
        private_endpoint_network_policies: str | None = None,
        default_outbound_access: bool | None = None,
    ) -> azure.network.Subnet:
        """Creates a subnet for data services: everything that the rules do not allow is denied."""
        others = azure.network.SecurityRuleArgs(
            name="others",
            priority=LAST,
            direction="Inbound",
            access="Deny",
            protocol="*",
            source_address_prefix="*",
            source_port_range="*",
            destination_address_prefix="*",
            destination_port_range="*",
        )
        firewall = azure.network.NetworkSecurityGroup(
            f"{self._prefix}-{subnet}-firewall",
            resource_group_name=self._site.resource_group,
            security_rules=[*rules, others],
            tags=self._site.tags,
            opts=self._child,
        )
        return azure.network.Subnet(
            f"{self._prefix}-{subnet}",
            resource_group_name=self._site.resource_group,
            virtual_network_name=self._vnet.name,
            subnet_name=subnet,
            address_prefix=cidr,
            network_security_group={"id": firewall.id},
            delegations=delegations,
            service_endpoints=service_endpoints,
            private_endpoint_network_policies=private_endpoint_network_policies,
            default_outbound_access=default_outbound_access,
            opts=pulumi.ResourceOptions(parent=self, protect=self._site.protect, depends_on=list(after)),
        )

    def _nat(self, name: str, zones: Sequence[str]) -> tuple[azure.network.NatGateway, pulumi.Output[str]]:
        """Creates the NAT gateway and its address. Azure puts it in one zone; a subnet can have only one."""
        address = azure.network.PublicIPAddress(
            f"{name}-nat-address",
            resource_group_name=self._site.resource_group,
            sku={"name": "Standard"},
            public_ip_allocation_method="Static",
            zones=list(zones),
            tags=self._site.tags,
            opts=self._child,
        )
        nat = azure.network.NatGateway(
            f"{name}-nat",
            resource_group_name=self._site.resource_group,
            sku={"name": "Standard"},
            public_ip_addresses=[{"id": address.id}],
            idle_timeout_in_minutes=10,
            tags=self._site.tags,
            opts=self._child,
        )
        return nat, address.ip_address.apply(lambda ip: ip or "")


def existing_network(settings: ExistingVnet, region: str) -> NetworkConnection:
    """Describes an existing network. Its firewalls and its outbound route are not changed."""
    zones = settings.dns_zones
    given = {
        Zone.BLOB: zones.blob,
        Zone.DATABASE: zones.database,
        Zone.REDIS: zones.redis,
        Zone.EVENT_HUBS: zones.event_hubs,
        Zone.KEY_VAULT: zones.key_vault,
    }
    return NetworkConnection(
        zones=default_zones(region),
        network_id=pulumi.Output.from_input(settings.cluster_subnet.id),
        cluster_subnet_id=pulumi.Output.from_input(settings.cluster_subnet.id),
        cluster_networks=(settings.cluster_subnet.cidr, settings.endpoint_subnet.cidr),
        egress_ip=None,
        tier=DataTier(
            vnet_id=pulumi.Output.from_input(settings.vnet_id),
            database_subnet_id=pulumi.Output.from_input(settings.database_subnet.id),
            database_networks=(settings.database_subnet.cidr,),
            endpoint_subnet_id=pulumi.Output.from_input(settings.endpoint_subnet.id),
            endpoint_networks=(settings.endpoint_subnet.cidr,),
            zone_ids={zone: id for zone, id in given.items() if id is not None},
        ),
    )


def allow(
    priority: int, name: str, source: str, destination: str, ports: Sequence[str]
) -> azure.network.SecurityRuleArgs:
    """Returns a rule that allows a range, over TCP."""
    return azure.network.SecurityRuleArgs(
        name=name,
        priority=priority,
        direction="Inbound",
        access="Allow",
        protocol="Tcp",
        source_address_prefix=source,
        source_port_range="*",
        destination_address_prefix=destination,
        destination_port_ranges=list(ports),
    )
