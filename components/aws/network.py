"""The network: a VPC with three subnets in every zone.

Private subnets hold nodes and pods and reach the internet through NAT. Data subnets hold the data services and have no
route out. Public subnets hold NAT gateways and public load balancers. The firewall of each service limits its clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.address_plan import ZonePlan, plan_ranges
from components.aws.network_extras import FlowLogs, PrivateEndpoints
from components.aws.site import Site
from settings.network import CreateNetwork, ExistingVpc

INTERNET: Final = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkConnection:
    """The network for the components inside it. `networks` are the ranges of the subnets.

    `egress` are the routes that nodes need to reach the internet; the subnets do not wait for them.
    """

    vpc_id: pulumi.Output[str]
    private_subnet_ids: tuple[pulumi.Output[str], ...]
    private_networks: tuple[str, ...]
    data_subnet_ids: tuple[pulumi.Output[str], ...]
    data_networks: tuple[str, ...]
    egress: tuple[pulumi.Resource, ...]


def existing_network(vpc: ExistingVpc) -> NetworkConnection:
    """Describes an existing network, with its own routes to the internet."""
    return NetworkConnection(
        vpc_id=pulumi.Output.from_input(vpc.vpc_id),
        private_subnet_ids=tuple(map(pulumi.Output.from_input, vpc.private_subnets)),
        private_networks=tuple(vpc.private_subnets.values()),
        data_subnet_ids=tuple(map(pulumi.Output.from_input, vpc.data_subnets)),
        data_networks=tuple(vpc.data_subnets.values()),
        egress=(),
    )


class Network(pulumi.ComponentResource):
    """VPC, subnets, routes, NAT (prod: one for each zone), S3 endpoint; in prod endpoints of AWS and flow logs."""

    def __init__(self, name: str, *, settings: CreateNetwork, site: Site, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:aws:Network", name, {}, opts)
        self._prefix = name
        self._child = pulumi.ResourceOptions(parent=self)
        # Data depends on these resources. With protection, a new range or zone stops before anything is created.
        self._ground = pulumi.ResourceOptions(parent=self, protect=site.protect)
        ranges = plan_ranges(settings.cidr, settings.zones)

        self._vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=settings.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": name},
            opts=self._ground,
        )
        # Every VPC has a default group that lets its members talk to all; adopted without rules it allows nothing.
        aws.ec2.DefaultSecurityGroup(f"{name}-default-group", vpc_id=self._vpc.id, opts=self._child)

        public = [self._subnet("public", zone.zone, zone.public, {"kubernetes.io/role/elb": "1"}) for zone in ranges]
        private = [
            self._subnet("private", zone.zone, zone.private, {"kubernetes.io/role/internal-elb": "1"})
            for zone in ranges
        ]
        data = [self._subnet("data", zone.zone, zone.data, {}) for zone in ranges]

        # No default route, so that an attacker in a data service cannot send data out.
        data_routes = self._route_table("data")
        for zone, subnet in zip(ranges, data, strict=True):
            self._associate("data", zone, subnet, data_routes)

        nat_gateways = self._internet(ranges, public, each_zone=site.is_prod)
        private_routes: list[aws.ec2.RouteTable] = []
        egress: list[pulumi.Resource] = []
        for index, (zone, subnet) in enumerate(zip(ranges, private, strict=True)):
            routes = self._route_table(f"private-{zone.zone}")
            private_routes.append(routes)
            egress.append(self._associate("private", zone, subnet, routes))
            egress.append(
                aws.ec2.Route(
                    f"{name}-private-{zone.zone}-internet",
                    route_table_id=routes.id,
                    destination_cidr_block=INTERNET,
                    nat_gateway_id=nat_gateways[index % len(nat_gateways)].id,
                    opts=self._child,
                )
            )

        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=self._vpc.id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{site.region}.s3",
            route_table_ids=[table.id for table in (*private_routes, data_routes)],
            tags={"Name": f"{name}-s3"},
            opts=self._child,
        )
        if site.is_prod:
            PrivateEndpoints(
                f"{name}-endpoints",
                region=site.region,
                vpc_id=self._vpc.id,
                subnet_ids=[subnet.id for subnet in private],
                clients=settings.cidr,
                opts=self._child,
            )
            FlowLogs(f"{name}-flow", site=site, vpc_id=self._vpc.id, opts=self._child)

        self.connection = NetworkConnection(
            vpc_id=self._vpc.id,
            private_subnet_ids=tuple(subnet.id for subnet in private),
            private_networks=tuple(zone.private for zone in ranges),
            data_subnet_ids=tuple(subnet.id for subnet in data),
            data_networks=tuple(zone.data for zone in ranges),
            egress=tuple(egress),
        )
        self.register_outputs({"vpcId": self._vpc.id})

    def _subnet(self, tier: str, zone: str, cidr: str, tags: dict[str, str]) -> aws.ec2.Subnet:
        name = f"{self._prefix}-{tier}-{zone}"
        return aws.ec2.Subnet(
            name,
            vpc_id=self._vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags={"Name": name, **tags},
            opts=self._ground,
        )

    def _route_table(self, tier: str) -> aws.ec2.RouteTable:
        name = f"{self._prefix}-{tier}"
        return aws.ec2.RouteTable(name, vpc_id=self._vpc.id, tags={"Name": name}, opts=self._child)

    def _associate(
        self, tier: str, zone: ZonePlan, subnet: aws.ec2.Subnet, routes: aws.ec2.RouteTable
    ) -> aws.ec2.RouteTableAssociation:
        return aws.ec2.RouteTableAssociation(
            f"{self._prefix}-{tier}-{zone.zone}", subnet_id=subnet.id, route_table_id=routes.id, opts=self._child
        )

    def _internet(
        self, ranges: tuple[ZonePlan, ...], public: list[aws.ec2.Subnet], *, each_zone: bool
    ) -> list[aws.ec2.NatGateway]:
        """Creates the NAT gateways, in the first public subnet or in each of them."""
        gateway = aws.ec2.InternetGateway(
            f"{self._prefix}-internet", vpc_id=self._vpc.id, tags={"Name": self._prefix}, opts=self._child
        )
        routes = self._route_table("public")
        route = aws.ec2.Route(
            f"{self._prefix}-public-internet",
            route_table_id=routes.id,
            destination_cidr_block=INTERNET,
            gateway_id=gateway.id,
            opts=self._child,
        )
        nat_gateways: list[aws.ec2.NatGateway] = []
        for zone, subnet in zip(ranges, public, strict=True):
            association = self._associate("public", zone, subnet, routes)
            if nat_gateways and not each_zone:
                continue
            name = f"{self._prefix}-nat-{zone.zone}"
            # AWS refuses both until the VPC has an internet gateway, which they do not name.
            address = aws.ec2.Eip(
                name, domain="vpc", tags={"Name": name}, opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway])
            )
            nat_gateways.append(
                aws.ec2.NatGateway(
                    name,
                    allocation_id=address.id,
                    subnet_id=subnet.id,
                    tags={"Name": name},
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway, route, association]),
                )
            )
        return nat_gateways
