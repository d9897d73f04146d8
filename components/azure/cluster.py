"""The Kubernetes cluster: AKS, with its identity, its administrators and its sign-in.

Entra signs users in and Azure's roles give them rights; there are no local accounts. The nodes are in `nodes`.
`components.kubernetes` creates namespaces and all other objects in the cluster.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import pulumi
import pulumi_azure_native as azure
import yaml

from components.azure import names
from components.azure.address_plan import name_service_address
from components.azure.internet import OPEN
from components.azure.nodes import NodePool, system_pool
from components.azure.roles import Role, grant
from components.azure.safety import log
from components.azure.site import NetworkConnection, Site
from components.azure.volumes import Disks
from components.connections import ClusterConnection
from components.kubeconfig import written
from settings.cluster import CreateAks

LOGS: Final = ("kube-apiserver", "kube-audit-admin", "kube-controller-manager", "kube-scheduler", "guard")
SERVER_APP: Final = "6dae42f8-4368-4678-94ff-3960e28e3630"  # AKS in every tenant of Entra


class AksCluster(pulumi.ComponentResource):
    """A cluster with a pool of nodes. Ends in `connection`, which waits for the nodes and the right to sign in.

    `deployer` is the object id of the principal that runs `up`. `issuer` signs the tokens of service accounts, so that
    they can be Entra identities.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateAks,
        grow_from: str | None,
        site: Site,
        deployer: pulumi.Output[str],
        network: NetworkConnection,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:AksCluster", name, {}, opts)
        self._settings, self._site, self._network, self._deployer = settings, site, network, deployer
        identity = azure.managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_group_name=site.resource_group,
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        disks = Disks(
            f"{name}-disks", principal_id=identity.principal_id, site=site, opts=pulumi.ResourceOptions(parent=self)
        )
        cluster = self._control_plane(name, identity, disks)
        pool = NodePool(
            f"{name}-nodes",
            settings=settings,
            grow_from=grow_from,
            site=site,
            cluster_name=cluster.name,
            zones=network.zones,
            subnet_id=network.cluster_subnet_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        granted = self._admins(name, cluster)
        if site.is_prod:
            self._maintenance(name, cluster)
        log(f"{name}-log", cluster.id, categories=LOGS, site=site, parent=self)
        answer = azure.containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name=site.resource_group,
            resource_name=cluster.name,
            format="exec",
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        given = answer.apply(lambda credentials: str((credentials.kubeconfigs or [])[0].value))
        # A private cluster has no name on the internet.
        hosts = pulumi.Output.all(cluster.fqdn, cluster.private_fqdn)
        self.endpoint = hosts.apply(lambda known: f"https://{known[0] or known[1]}")
        self.issuer = cluster.oidc_issuer_profile.apply(lambda profile: profile.issuer_url if profile else "")
        self.connection = ClusterConnection(
            name=cluster.name,
            identifier=cluster.id,
            kubeconfig=given.apply(kubeconfig),
            networks=network.cluster_networks,
            volumes=disks.connection,
            ready=(*pool.ready, *granted),
        )
        self.register_outputs({"endpoint": self.endpoint})

    def _control_plane(
        self, name: str, identity: azure.managedidentity.UserAssignedIdentity, disks: Disks
    ) -> azure.containerservice.ManagedCluster:
        settings, site = self._settings, self._site
        cluster_name = names.kubernetes_cluster(name)
        rights = grant(
            f"{name}-network",
            Role.NETWORK_CONTRIBUTOR,
            scope=self._network.network_id,
            principal_id=identity.principal_id,
            site=site,
            parent=self,
        )
        return azure.containerservice.ManagedCluster(
            f"{name}-control-plane",
            resource_name_=cluster_name,
            resource_group_name=site.resource_group,
            node_resource_group=names.node_resource_group(cluster_name),
            dns_prefix=cluster_name,
            kubernetes_version=settings.version,
            sku={"name": "Base", "tier": "Standard" if site.is_prod else "Free"},
            support_plan="KubernetesOfficial",
            identity={
                "type": azure.containerservice.ResourceIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [identity.id],
            },
            disable_local_accounts=True,
            enable_rbac=True,
            aad_profile={"managed": True, "enable_azure_rbac": True, "admin_group_object_ids": list(settings.admins)},
            api_server_access_profile=self._api_access(),
            oidc_issuer_profile={"enabled": True},
            security_profile={
                "workload_identity": {"enabled": True},
                "image_cleaner": {"enabled": True, "interval_hours": 168},
            },
            network_profile={
                "network_plugin": "azure",
                "network_plugin_mode": "overlay",
                "network_dataplane": "cilium",
                "network_policy": "cilium",
                "pod_cidr": settings.pod_cidr,
                "service_cidr": settings.service_cidr,
                "dns_service_ip": name_service_address(settings.service_cidr),
                "load_balancer_sku": "standard",
                # In an existing network, AKS uses its own load balancer, or the subnet's outbound route if it has one.
                "outbound_type": "loadBalancer" if self._network.egress_ip is None else "userAssignedNATGateway",
            },
            agent_pool_profiles=[system_pool(site, self._network.zones, self._network.cluster_subnet_id)],
            auto_upgrade_profile=(
                {"upgrade_channel": "patch", "node_os_upgrade_channel": "NodeImage"} if site.is_prod else None
            ),
            tags=site.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # AKS needs its rights in the network at once, and deletes its disks with itself.
                depends_on=[rights, *disks.ready],
                hooks=site.patience,
                # Its name is fixed, so the old one has to be deleted first.
                delete_before_replace=True,
                # The autoscaler sets the number of nodes.
                ignore_changes=["agentPoolProfiles[0].count"],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="90m", delete="45m"),
            ),
        )

    def _api_access(self) -> azure.containerservice.ManagedClusterAPIServerAccessProfileArgs:
        access, egress_ip = self._settings.api_access, self._network.egress_ip
        if access == "private":
            return azure.containerservice.ManagedClusterAPIServerAccessProfileArgs(
                enable_private_cluster=True, enable_private_cluster_public_fqdn=False, disable_run_command=True
            )
        ranges: list[pulumi.Input[str]] = [*access] if OPEN not in access else []
        if ranges and egress_ip is not None:
            # The nodes reach the API through NAT, from the internet.
            ranges.append(egress_ip.apply(lambda ip: f"{ip}/32"))
        return azure.containerservice.ManagedClusterAPIServerAccessProfileArgs(
            authorized_ip_ranges=ranges, disable_run_command=True
        )

    def _admins(self, name: str, cluster: azure.containerservice.ManagedCluster) -> list[pulumi.Resource]:
        """Gives the deployer rights: the creator of a cluster has none in it. AKS gives groups theirs."""
        roles = {"admin": Role.KUBERNETES_CLUSTER_ADMIN, "user": Role.KUBERNETES_CLUSTER_USER}
        return [
            grant(
                f"{name}-deployer-{key}",
                role,
                scope=cluster.id,
                principal_id=self._deployer,
                principal_type=None,  # a person or a pipeline; Azure finds out
                site=self._site,
                parent=self,
            )
            for key, role in roles.items()
        ]

    def _maintenance(self, name: str, cluster: azure.containerservice.ManagedCluster) -> None:
        """Sets when AKS may upgrade by itself: the cluster and its nodes, in the night to Sunday."""
        last: pulumi.Resource = cluster
        for schedule in ("aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"):
            last = azure.containerservice.MaintenanceConfiguration(
                f"{name}-{'nodes' if 'NodeOS' in schedule else 'upgrade'}-schedule",
                config_name=schedule,
                resource_name_=cluster.name,
                resource_group_name=self._site.resource_group,
                maintenance_window={
                    "schedule": {"weekly": {"day_of_week": "Sunday", "interval_weeks": 1}},
                    "start_time": "01:00",
                    "duration_hours": 6,
                    "utc_offset": "+00:00",
                },
                # AKS allows one change of a cluster at a time.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[last]),
            )


def kubeconfig(given: str) -> str:
    """Returns a kubeconfig that signs in with kubelogin.

    `given` is the kubeconfig of AKS, base64. Only the address and the certificate authority are taken from it, because
    it asks people to type a code. Ours uses the login of the Azure CLI, unless the environment variable
    AAD_LOGIN_METHOD names another login (workloadidentity, spn, msi).
    """
    document: Any = yaml.safe_load(base64.b64decode(given))
    cluster = document["clusters"][0]
    arguments = ["get-token", "--login", "azurecli", "--server-id", SERVER_APP, "--environment", "AzurePublicCloud"]
    return written(cluster["name"], cluster, {"command": "kubelogin", "args": arguments})
