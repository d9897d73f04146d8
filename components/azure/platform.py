"""The platform on Azure: puts the services together and tells each what it needs of the others.

Redis, the database and the cluster take the longest, and wait for subnets and the key only. Who reaches a data service
is said by the firewall of its subnet, so that none of them is told anything of the cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.azure.cluster import AksCluster
from components.azure.foundation import Foundation
from components.azure.identity import ManagedIdentity, Right
from components.azure.services import AzureServices
from components.azure.vault_seal import KeyVaultSeal
from components.connections import (
    NO_IDENTITY,
    AssistantConnections,
    ClusterConnection,
    ExistingDatabases,
    PostgresConnection,
    VaultSeal,
    WorkloadIdentity,
)
from components.existing import existing_cluster
from components.services import Services
from settings import (
    AzureSettings,
    AzureWorkloadIdentity,
    CreateAks,
    CreateVault,
    ExistingAzureCluster,
    ExistingVault,
    KubernetesSecrets,
    NoIdentity,
)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster as the rest of the platform sees it. `issuer` vouches for its service accounts, if Entra may ask it."""

    connection: ClusterConnection
    address: pulumi.Output[str]
    issuer: pulumi.Input[str] | None


class AzurePlatform(pulumi.ComponentResource):
    """Fulfils `components.platform.Platform`. Needs instances of the providers `azure-native` and `random`."""

    def __init__(self, name: str, settings: AzureSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:Platform", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        foundation = Foundation(name, settings, self)
        cluster = self._cluster(name, settings, foundation)
        made = AzureServices(name, settings, foundation, self)
        services = Services(
            tracker_store=made.tracker_store(),
            lock_store=made.lock_store(),
            event_queue=made.event_queue(),
            model_storage=made.model_storage(),
        )

        def identity(namespace: str, service_account: str, rights: tuple[Right, ...] | None) -> WorkloadIdentity:
            if rights is None or cluster.issuer is None:
                return NO_IDENTITY
            return ManagedIdentity(
                f"{name}-{namespace}-{service_account}",
                context=foundation.context,
                issuer=cluster.issuer,
                namespace=namespace,
                service_account=service_account,
                rights=rights,
                opts=self._child,
            ).connection

        self.cluster: ClusterConnection = cluster.connection
        self.tracker_store: PostgresConnection | ExistingDatabases = services.tracker_store.connection
        self.vault_seal: VaultSeal | None = self._vault_seal(name, settings, foundation, cluster.issuer)
        self.assistants: Mapping[str, AssistantConnections] = services.connections(settings.assistants, identity)
        self.services: Mapping[str, pulumi.Output[str]] = {
            **({"network": foundation.place.tier.vnet_id} if settings.in_network else {}),
            "cluster": cluster.address,
            **services.addresses(),
        }
        self.register_outputs({"services": dict(self.services)})

    def _vault_seal(
        self, name: str, settings: AzureSettings, foundation: Foundation, issuer: pulumi.Input[str] | None
    ) -> VaultSeal | None:
        match settings.secrets_manager:
            case CreateVault() as chosen if issuer is not None:
                return KeyVaultSeal(
                    f"{name}-vault",
                    settings=chosen,
                    operators=foundation.operators,
                    context=foundation.keyless,
                    tier=foundation.place.tier,
                    tenant=foundation.tenant,
                    issuer=issuer,
                    opts=self._child,
                ).connection
            # The settings refuse a Vault in a cluster without identities.
            case CreateVault() | ExistingVault() | KubernetesSecrets():
                return None

    def _cluster(self, name: str, settings: AzureSettings, foundation: Foundation) -> Cluster:
        match settings.cluster:
            case CreateAks() as chosen:
                made = AksCluster(
                    f"{name}-cluster",
                    settings=chosen,
                    context=foundation.context,
                    deployer=foundation.deployer,
                    place=foundation.place,
                    opts=self._child,
                )
                return Cluster(connection=made.connection, address=made.endpoint, issuer=made.issuer)
            case ExistingAzureCluster() as chosen:
                connection = existing_cluster(chosen, settings)
                return Cluster(connection=connection, address=connection.name, issuer=_issuer(chosen))


def _issuer(cluster: ExistingAzureCluster) -> str | None:
    match cluster.identity:
        case AzureWorkloadIdentity(issuer=issuer):
            return issuer
        case NoIdentity():
            return None
