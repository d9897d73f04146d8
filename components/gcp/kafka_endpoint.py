"""The connection to a private Kafka in Confluent Cloud: an address in our own network, by Private Service Connect."""

from __future__ import annotations

import pulumi
import pulumi_confluentcloud as confluent
import pulumi_gcp as gcp

from components.gcp import names
from components.gcp.site import EndpointTier, Site


class KafkaEndpoint(pulumi.ComponentResource):
    """`point` is the access point with the address, for a cluster; `ready` are the resources that publish its name."""

    def __init__(
        self,
        name: str,
        *,
        site: Site,
        tier: EndpointTier,
        environment_id: pulumi.Output[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:gcp:KafkaEndpoint", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        gateway = confluent.Gateway(
            f"{name}-gateway",
            display_name=names.display(name),
            environment={"id": environment_id},
            gcp_ingress_private_service_connect_gateway={"region": site.region},
            opts=child,
        )
        address = gcp.compute.Address(
            f"{name}-address",
            region=site.region,
            subnetwork=tier.subnetwork_id,
            address_type="INTERNAL",
            purpose="GCE_ENDPOINT",
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(tier.ready)),
        )
        rule = gcp.compute.ForwardingRule(
            f"{name}-rule",
            region=site.region,
            network=tier.network_id,
            ip_address=address.id,
            target=gateway.gcp_ingress_private_service_connect_gateway.apply(_attachment),
            load_balancing_scheme="",  # it is an endpoint, not a load balancer
            opts=child,
        )
        point = confluent.AccessPoint(
            f"{name}-point",
            display_name=names.display(name),
            environment={"id": environment_id},
            gateway={"id": gateway.id},
            gcp_ingress_private_service_connect_endpoint={
                # A text: it has more digits than a JSON number keeps.
                "private_service_connect_connection_id": rule.psc_connection_id
            },
            opts=child,
        )
        domain = point.gcp_ingress_private_service_connect_endpoint.apply(_domain)
        zone = gcp.dns.ManagedZone(
            f"{name}-zone",
            dns_name=pulumi.Output.format("{0}.", domain),
            description="Brokers of Kafka, inside the network",
            visibility="private",
            private_visibility_config={"networks": [{"network_url": tier.network_id}]},
            opts=child,
        )
        # Brokers are added and deleted, so the record covers all names.
        record = gcp.dns.RecordSet(
            f"{name}-brokers",
            managed_zone=zone.name,
            name=pulumi.Output.format("*.{0}.", domain),
            type="A",
            ttl=60,
            rrdatas=[address.address],
            opts=child,
        )
        self.point = point
        self.ready: tuple[pulumi.Resource, ...] = (point, record)
        self.register_outputs({"accessPointId": point.id})


def _attachment(gateway: confluent.outputs.GatewayGcpIngressPrivateServiceConnectGateway | None) -> str:
    attachment = gateway.private_service_connect_service_attachment if gateway else None
    if attachment is None:
        raise LookupError("Confluent has not returned the gateway's service attachment yet; run `pulumi refresh`")
    return attachment


def _domain(point: confluent.outputs.AccessPointGcpIngressPrivateServiceConnectEndpoint | None) -> str:
    domain = point.dns_domain if point else None
    if domain is None:
        raise LookupError("Confluent has not returned the access point's domain yet; run `pulumi refresh`")
    return domain
