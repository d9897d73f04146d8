"""The Kubernetes cluster: GKE Standard, its access and its log. In prod over all zones of the region.

The nodes are in `nodes`. `components.kubernetes` creates storage classes, namespaces and all other objects in the
cluster. IAM (`roles/container.developer` and the like) limits who may use the Kubernetes API, and `apiAccess` from
where. With ranges, or `private`, the API has an address behind a firewall. A firewall that lets everyone pass protects
nothing, so otherwise the API has no address, only a name at Google, which asks IAM before anything else.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.connections import ClusterConnection, VolumeClass
from components.gcp import names
from components.gcp.identity import WorkloadPool
from components.gcp.nodes import SCOPE, NodeIdentity, NodePool
from components.gcp.site import Agent, NodeTier, Site
from components.kubeconfig import written
from settings.cluster import CreateGke

EVERYONE: Final = "0.0.0.0/0"
INSIDE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")  # reaches the private address only from the network
ALL_LOGS: Final = ("SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER")
DEV_LOGS: Final = ("SYSTEM_COMPONENTS", "WORKLOADS")
# The sources of Google's load balancers and their probes, which connect to pods directly.
LOAD_BALANCERS: Final = ("130.211.0.0/22", "35.191.0.0/16")


class GkeCluster(pulumi.ComponentResource):
    """A cluster with one pool of nodes. Ends in `connection`, which waits for the nodes, and in `pool`.

    `endpoint` is the address of the Kubernetes API.
    """

    def __init__(
        self, name: str, *, settings: CreateGke, site: Site, tier: NodeTier, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("rasa:gcp:GkeCluster", name, {}, opts)
        self._settings, self._site, self._tier = settings, site, tier
        child = pulumi.ResourceOptions(parent=self)
        identity = NodeIdentity(f"{name}-nodes", site, opts=child)
        cluster = self._control_plane(name, identity)
        nodes = NodePool(
            f"{name}-nodes",
            settings=settings,
            site=site,
            cluster=cluster,
            identity=identity,
            egress=tier.egress,
            opts=child,
        )
        self.pool = WorkloadPool(
            name=cluster.workload_identity_config.apply(lambda config: config.workload_pool or ""), number=site.number
        )
        is_open = EVERYONE in settings.api_access
        self.endpoint = pulumi.Output.format("https://{0}", _name_of_api(cluster) if is_open else cluster.endpoint)
        # Under its name the API has a public certificate.
        authority = pulumi.Output.from_input("") if is_open else cluster.master_auth.apply(_authority)
        self.connection = ClusterConnection(
            name=cluster.name,
            identifier=cluster.id,
            kubeconfig=pulumi.Output.all(cluster.name, self.endpoint, authority).apply(
                lambda known: kubeconfig(known[0], known[1], known[2])
            ),
            networks=(*tier.networks, *LOAD_BALANCERS),
            volumes=_volumes(site),
            ready=nodes.ready,
        )
        self.register_outputs({"name": cluster.name, "endpoint": self.endpoint})

    def _control_plane(self, name: str, identity: NodeIdentity) -> gcp.container.Cluster:
        settings, site, tier = self._settings, self._site, self._tier
        is_private, is_open = settings.api_access == "private", EVERYONE in settings.api_access
        ranges = INSIDE if is_private else settings.api_access
        return gcp.container.Cluster(
            f"{name}-control-plane",
            name=names.kubernetes_cluster(name),
            location=site.region if site.is_prod else site.zones[0],
            node_locations=list(site.zones) if site.is_prod else None,
            min_master_version=settings.version,
            release_channel={"channel": "REGULAR"},
            network=tier.network_id,
            subnetwork=tier.subnetwork_id,
            networking_mode="VPC_NATIVE",
            ip_allocation_policy={
                "cluster_secondary_range_name": tier.pods_range,
                "services_secondary_range_name": tier.services_range,
            },
            datapath_provider="ADVANCED_DATAPATH",  # enforces network policies
            dns_config={"cluster_dns": "KUBE_DNS"},  # its name servers are pods, which network policies can name
            private_cluster_config={"enable_private_nodes": True, "enable_private_endpoint": is_private},
            control_plane_endpoints_config={
                "dns_endpoint_config": {"allow_external_traffic": is_open},
                "ip_endpoints_config": {"enabled": not is_open},
            },
            master_authorized_networks_config=(
                None
                if is_open
                else {
                    "cidr_blocks": [{"cidr_block": cidr} for cidr in ranges],
                    # Otherwise every machine of every Google Cloud customer could connect.
                    "gcp_public_cidrs_access_enabled": False,
                }
            ),
            workload_identity_config={"workload_pool": pulumi.Output.format("{0}.svc.id.goog", site.project)},
            database_encryption=({"state": "ENCRYPTED", "key_name": site.key_id} if site.key_id is not None else None),
            enable_shielded_nodes=True,
            enable_intranode_visibility=site.is_prod,
            logging_config={"enable_components": list(ALL_LOGS if site.is_prod else DEV_LOGS)},
            monitoring_config={"enable_components": ["SYSTEM_COMPONENTS"], "managed_prometheus": {"enabled": True}},
            maintenance_policy={
                "recurring_window": {
                    "start_time": "2025-01-04T01:00:00Z",
                    "end_time": "2025-01-04T07:00:00Z",
                    "recurrence": "FREQ=WEEKLY;BYDAY=SA,SU",
                }
            },
            security_posture_config={"mode": "BASIC", "vulnerability_mode": "VULNERABILITY_DISABLED"},
            # A cluster begins with nodes. They are deleted at once, but until then they are normal nodes.
            remove_default_node_pool=True,
            initial_node_count=1,
            node_config={
                "service_account": identity.email,
                "oauth_scopes": [SCOPE],
                "boot_disk_kms_key": site.key_id,
                "shielded_instance_config": {"enable_secure_boot": True},
            },
            # On by default, so False has to be explicit.
            deletion_protection=site.protect,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # The cluster names the key and the nodes' identity, but not their rights.
                depends_on=[*identity.roles, *site.granted(Agent.KUBERNETES, Agent.COMPUTE)],
                # These settings of the first nodes are deleted with the nodes.
                ignore_changes=["nodeConfig", "initialNodeCount"],
                # Its name is fixed, so the old one has to be deleted first.
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="45m"),
            ),
        )


def _volumes(site: Site) -> VolumeClass:
    """Returns disks in one zone, of GKE's own driver, encrypted with the platform's key if there is one."""
    key = {} if site.key_id is None else {"disk-encryption-kms-key": site.key_id}
    return VolumeClass(
        provisioner="pd.csi.storage.gke.io",
        parameters={"type": "pd-balanced", **key},
        ready=tuple(site.granted(Agent.COMPUTE)),
    )


def _name_of_api(cluster: gcp.container.Cluster) -> pulumi.Output[str]:
    return cluster.control_plane_endpoints_config.apply(
        lambda config: (config.dns_endpoint_config.endpoint if config.dns_endpoint_config else None) or ""
    )


def _authority(auth: gcp.container.outputs.ClusterMasterAuth) -> str:
    return auth.cluster_ca_certificate or ""


def kubeconfig(name: str, server: str, authority: str) -> str:
    """Returns a kubeconfig that signs in with Google's plug-in.

    `authority` is the cluster's certificate authority, base64; empty if the server has a public certificate.
    """
    cluster = {"server": server, **({"certificate-authority-data": authority} if authority else {})}
    return written(
        name, {"name": name, "cluster": cluster}, {"command": "gke-gcloud-auth-plugin", "provideClusterInfo": True}
    )
