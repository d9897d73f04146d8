"""The nodes of the cluster: one pool, scaled by GKE between `minNodes` and `maxNodes`, over all zones of the cluster.

Nodes have no public address, and their own identity, which may only write logs and pull images.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.gcp import names
from components.gcp.site import Agent, Site
from settings.cluster import CreateGke

NODE_ROLES: Final = ("roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader")
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"  # the roles limit the nodes' rights
DISK_GB: Final = {True: 100, False: 50}  # True: prod; images of Rasa are large


class NodeIdentity(pulumi.ComponentResource):
    """A service account for nodes. `email` is available as soon as it has its roles."""

    def __init__(self, name: str, site: Site, *, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:gcp:NodeIdentity", name, {}, opts)
        account = gcp.serviceaccount.Account(
            f"{name}-account",
            account_id=names.service_account(name),
            display_name=f"Nodes of {name}",
            # Nothing can be created before its API is enabled.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(site.apis)),
        )
        self.roles: tuple[pulumi.Resource, ...] = tuple(
            gcp.projects.IAMMember(
                f"{name}-{role.rpartition('.')[2]}",
                project=site.project,
                role=role,
                member=account.member,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for role in NODE_ROLES
        )
        self.email = account.email
        self.register_outputs({"email": self.email})


class NodePool(pulumi.ComponentResource):
    """Nodes. With `ready`, pods can be scheduled and get images and identities.

    `egress` is the route to the internet, from which nodes pull most images.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateGke,
        site: Site,
        cluster: gcp.container.Cluster,
        identity: NodeIdentity,
        egress: tuple[pulumi.Resource, ...],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:gcp:NodePool", name, {}, opts)
        pool = gcp.container.NodePool(
            f"{name}-pool",
            # The provider adds a random end, so that a new pool can take the pods before the old one is deleted.
            name_prefix="nodes-",
            cluster=cluster.id,
            location=cluster.location,
            initial_node_count=1,  # in each zone
            autoscaling={
                "total_min_node_count": settings.min_nodes,
                "total_max_node_count": settings.max_nodes,
                "location_policy": "BALANCED" if site.is_prod else "ANY",
            },
            management={"auto_repair": True, "auto_upgrade": True},
            upgrade_settings={"strategy": "SURGE", "max_surge": 1, "max_unavailable": 0},
            network_config={"enable_private_nodes": True},
            node_config=_node(settings, site, identity),
            opts=pulumi.ResourceOptions(
                parent=self,
                # Nodes write logs and pull images as soon as they run, most of these from the internet (`egress`).
                depends_on=[*identity.roles, *site.granted(Agent.COMPUTE), *egress],
                # Only the number at creation; an autoscaler or a person sets the number of nodes.
                ignore_changes=["initialNodeCount"],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="45m"),
            ),
        )
        self.ready: tuple[pulumi.Resource, ...] = (pool,)
        self.register_outputs({})


def _node(settings: CreateGke, site: Site, identity: NodeIdentity) -> gcp.container.NodePoolNodeConfigArgsDict:
    return {
        "machine_type": settings.node_sizes[0],  # GKE accepts one
        "image_type": "COS_CONTAINERD",
        "spot": not site.is_prod,
        "disk_type": "pd-balanced",
        "disk_size_gb": DISK_GB[site.is_prod],
        "boot_disk_kms_key": site.key_id,
        "service_account": identity.email,
        "oauth_scopes": [SCOPE],
        "shielded_instance_config": {"enable_secure_boot": True, "enable_integrity_monitoring": True},
        # A pod cannot ask the metadata server for the node's identity; it gets its own.
        "workload_metadata_config": {"mode": "GKE_METADATA"},
    }
