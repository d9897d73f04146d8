"""The network: a VPC with one subnetwork for nodes and pods, one for endpoints, and a range lent to Google.

A subnetwork spans all zones of its region. Nodes reach the internet through NAT. The data services are in Google's own
network behind the lent range, without a route out. Nodes reach Google's APIs without NAT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.gcp.address_plan import plan_ranges
from components.gcp.site import DataTier, EndpointTier, NodeTier, Site
from settings.cluster import CreateGke
from settings.network import CreateNetwork, ExistingVpcNetwork

PODS: Final = "pods"
SERVICES: Final = "services"
PRIVATE_SERVICES: Final = "servicenetworking.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class NetworkConnection:
    """The network for the rest of the platform."""

    data: DataTier
    nodes: NodeTier
    endpoints: EndpointTier


class Network(pulumi.ComponentResource):
    """VPC, subnetworks, NAT, private services access. Ends in `connection`.

    The ranges of pods and services are those of `cluster`, if one is created.
    """

    def __init__(
        self, name: str, *, settings: CreateNetwork, site: Site, cluster: CreateGke | None, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("rasa:gcp:Network", name, {}, opts)
        # Data depends on these resources: replacing them would replace the data.
        ground = pulumi.ResourceOptions(parent=self, protect=site.protect)
        plan = plan_ranges(settings.cidr)
        vpc = gcp.compute.Network(
            f"{name}-vpc",
            auto_create_subnetworks=False,
            routing_mode="REGIONAL",
            # Nothing can be created before its API is enabled.
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect, depends_on=list(site.apis)),
        )
        secondary = {PODS: cluster.pod_cidr, SERVICES: cluster.service_cidr} if cluster else {}
        nodes = gcp.compute.Subnetwork(
            f"{name}-nodes",
            network=vpc.id,
            region=site.region,
            ip_cidr_range=plan.nodes,
            secondary_ip_ranges=[{"range_name": key, "ip_cidr_range": cidr} for key, cidr in secondary.items()],
            private_ip_google_access=True,
            log_config=(
                {"aggregation_interval": "INTERVAL_5_MIN", "flow_sampling": 0.5, "metadata": "INCLUDE_ALL_METADATA"}
                if site.is_prod
                else None
            ),
            opts=ground,
        )
        endpoints = gcp.compute.Subnetwork(
            f"{name}-endpoints",
            network=vpc.id,
            region=site.region,
            ip_cidr_range=plan.endpoints,
            private_ip_google_access=True,
            opts=ground,
        )
        address, _, length = plan.services.partition("/")
        lent = gcp.compute.GlobalAddress(
            f"{name}-lent",
            purpose="VPC_PEERING",
            address_type="INTERNAL",
            address=address,
            prefix_length=int(length),
            network=vpc.id,
            opts=ground,
        )
        connection = gcp.servicenetworking.Connection(
            f"{name}-connection",
            network=vpc.id,
            service=PRIVATE_SERVICES,
            reserved_peering_ranges=[lent.name],
            update_on_creation_fail=True,
            # Google holds the connection for days after its last service was deleted. Abandoning the connection would
            # leave a peering, with which no network can be deleted.
            deletion_policy="REMOVE_PEERING",
            opts=ground,
        )
        self.connection = NetworkConnection(
            data=DataTier(network_id=vpc.id, range_name=lent.name, networks=(plan.services,), ready=(connection,)),
            nodes=NodeTier(
                network_id=vpc.id,
                subnetwork_id=nodes.id,
                pods_range=PODS,
                services_range=SERVICES,
                networks=(plan.nodes,),
                egress=(self._nat(name, vpc, site.region),),
            ),
            endpoints=EndpointTier(network_id=vpc.id, subnetwork_id=endpoints.id, networks=(plan.endpoints,), ready=()),
        )
        self.register_outputs({"networkId": vpc.id})

    def _nat(self, name: str, vpc: gcp.compute.Network, region: str) -> pulumi.Resource:
        """Creates the NAT of all subnetworks. Its ports are shared on demand: many pods call the same LLM."""
        child = pulumi.ResourceOptions(parent=self)
        router = gcp.compute.Router(f"{name}-router", network=vpc.id, region=region, opts=child)
        return gcp.compute.RouterNat(
            f"{name}-nat",
            router=router.name,
            region=region,
            nat_ip_allocate_option="AUTO_ONLY",
            source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
            enable_dynamic_port_allocation=True,
            enable_endpoint_independent_mapping=False,  # incompatible with shared ports
            min_ports_per_vm=64,
            max_ports_per_vm=8192,
            log_config={"enable": True, "filter": "ERRORS_ONLY"},
            opts=child,
        )


def existing_network(settings: ExistingVpcNetwork, site: Site) -> NetworkConnection:
    """Describes an existing network; creates nothing. Endpoints are in the nodes' range."""
    network_id = pulumi.Output.format("projects/{0}/global/networks/{1}", site.project, settings.network)
    subnetwork_id = pulumi.Output.format(
        "projects/{0}/regions/{1}/subnetworks/{2}", site.project, site.region, settings.subnetwork
    )
    lent = settings.private_services_range
    return NetworkConnection(
        data=DataTier(
            network_id=network_id,
            range_name=pulumi.Output.from_input(lent.name),
            networks=(lent.cidr,),
            ready=site.apis,
        ),
        nodes=NodeTier(
            network_id=network_id,
            subnetwork_id=subnetwork_id,
            pods_range=settings.pods_range,
            services_range=settings.services_range,
            networks=(settings.cidr,),
            egress=(),
        ),
        endpoints=EndpointTier(
            network_id=network_id, subnetwork_id=subnetwork_id, networks=(settings.cidr,), ready=site.apis
        ),
    )
