"""The nodes of the cluster: a few for the cluster's own pods, created with it, and the pool for Rasa's pods.

Both scale automatically. The pool's machines have the first size in the settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.site import Site
from settings.cluster import CreateCluster

SYSTEM_SIZE: Final = {True: "Standard_D4ds_v5", False: "Standard_D2ds_v5"}  # True: prod
SYSTEM_NODES: Final = {True: (3, 6), False: (1, 2)}
DISK_GB: Final = {True: 100, False: 64}  # on the machine's own disk; images of Rasa are large
SURGE: Final = "33%"


def system_pool(
    site: Site, zones: Sequence[str], subnet_id: pulumi.Output[str]
) -> azure.containerservice.ManagedClusterAgentPoolProfileArgs:
    """Returns the pool that is created with a cluster. In prod only the cluster's own pods run there."""
    least, most = SYSTEM_NODES[site.is_prod]
    return azure.containerservice.ManagedClusterAgentPoolProfileArgs(
        name="system",
        mode="System",
        type="VirtualMachineScaleSets",
        vm_size=SYSTEM_SIZE[site.is_prod],
        count=least,
        enable_auto_scaling=True,
        min_count=least,
        max_count=most,
        availability_zones=list(zones),
        vnet_subnet_id=subnet_id,
        os_type="Linux",
        os_sku="AzureLinux",
        os_disk_type="Ephemeral",
        os_disk_size_gb=DISK_GB[False],
        enable_node_public_ip=False,
        node_taints=["CriticalAddonsOnly=true:NoSchedule"] if site.is_prod else None,
        upgrade_settings=azure.containerservice.AgentPoolUpgradeSettingsArgs(max_surge=SURGE),
    )


class NodePool(pulumi.ComponentResource):
    """The pool for Rasa's pods. With `ready` they can be scheduled.

    `grow_from` is the machine type at the last `up`, if the stack file asks for more nodes than then.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateCluster,
        grow_from: str | None,
        site: Site,
        cluster_name: pulumi.Output[str],
        zones: Sequence[str],
        subnet_id: pulumi.Output[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:NodePool", name, {}, opts)
        size, least = settings.node_sizes[0], settings.min_nodes
        count: pulumi.Input[int] = least
        if grow_from:
            # AKS refuses less than the new minimum. Less than the present number would remove nodes.
            count = azure.containerservice.get_agent_pool_output(
                agent_pool_name=names.node_pool(grow_from),
                resource_name=cluster_name,
                resource_group_name=site.resource_group,
                opts=pulumi.InvokeOutputOptions(parent=self),
            ).count.apply(lambda present: max(present or 0, least))
        pool = azure.containerservice.AgentPool(
            f"{name}-pool",
            agent_pool_name=names.node_pool(size),
            resource_name_=cluster_name,
            resource_group_name=site.resource_group,
            mode="User",
            type="VirtualMachineScaleSets",
            orchestrator_version=settings.version,
            vm_size=size,
            count=count,
            enable_auto_scaling=True,
            min_count=least,
            max_count=settings.max_nodes,
            availability_zones=list(zones),
            vnet_subnet_id=subnet_id,
            os_type="Linux",
            os_sku="AzureLinux",
            os_disk_type="Ephemeral",
            os_disk_size_gb=DISK_GB[site.is_prod],
            enable_node_public_ip=False,
            upgrade_settings={"max_surge": SURGE},
            tags=site.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                # The autoscaler sets the number of nodes.
                ignore_changes=[] if grow_from else ["count"],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="45m"),
            ),
        )
        self.ready: tuple[pulumi.Resource, ...] = (pool,)
        self.register_outputs({})
