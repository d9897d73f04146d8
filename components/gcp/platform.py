"""The platform on Google Cloud: puts the services together and tells each what it needs of the others.

Cloud SQL, Memorystore and Kafka take the longest, and wait for the network and the key only. None of them is told
anything of the cluster: the network is what reaches them, and in the cluster its policies say who.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

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
from components.gcp.cluster import GkeCluster
from components.gcp.foundation import Foundation
from components.gcp.identity import FederatedIdentity, WorkloadPool
from components.gcp.policy import BucketRole
from components.gcp.services import GcpServices
from components.gcp.vault_seal import CloudKmsVaultSeal
from components.services import Services
from settings import (
    CreateGke,
    CreateVault,
    ExistingGcpCluster,
    ExistingVault,
    GcpSettings,
    GcpWorkloadIdentity,
    KubernetesSecrets,
    NoIdentity,
)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster as the rest of the platform sees it. `pool` has the identities of its service accounts."""

    connection: ClusterConnection
    address: pulumi.Output[str]
    pool: WorkloadPool | None


class GcpPlatform(pulumi.ComponentResource):
    """Fulfils `components.platform.Platform`. Needs instances of the providers `gcp`, `random` and `confluentcloud`."""

    def __init__(self, name: str, settings: GcpSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:Platform", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        foundation = Foundation(name, settings, self)
        cluster = self._cluster(name, settings, foundation)
        made = GcpServices(name, settings, foundation, self)
        services = Services(
            tracker_store=made.tracker_store(),
            lock_store=made.lock_store(),
            event_queue=made.event_queue(),
            model_storage=made.model_storage(),
        )

        def identity(namespace: str, service_account: str, rights: tuple[BucketRole, ...] | None) -> WorkloadIdentity:
            if rights is None or cluster.pool is None:
                return NO_IDENTITY
            return FederatedIdentity(
                f"{name}-{namespace}-{service_account}",
                pool=cluster.pool,
                namespace=namespace,
                service_account=service_account,
                rights=rights,
                opts=self._child,
            ).connection

        self.cluster: ClusterConnection = cluster.connection
        self.tracker_store: PostgresConnection | ExistingDatabases = services.tracker_store.connection
        self.vault_seal: VaultSeal | None = self._vault_seal(name, settings, foundation, cluster.pool)
        self.assistants: Mapping[str, AssistantConnections] = services.connections(settings.assistants, identity)
        self.services: Mapping[str, pulumi.Output[str]] = {
            **({"network": foundation.place.data.network_id} if settings.in_network else {}),
            "cluster": cluster.address,
            **services.addresses(),
        }
        self.register_outputs({"services": dict(self.services)})

    def _cluster(self, name: str, settings: GcpSettings, foundation: Foundation) -> Cluster:
        match settings.cluster:
            case CreateGke() as chosen:
                made = GkeCluster(
                    f"{name}-cluster",
                    settings=chosen,
                    context=foundation.context,
                    tier=foundation.place.nodes,
                    opts=self._child,
                )
                return Cluster(connection=made.connection, address=made.endpoint, pool=made.pool)
            case ExistingGcpCluster() as chosen:
                connection = existing_cluster(chosen, settings)
                return Cluster(connection=connection, address=connection.name, pool=_pool(chosen, foundation))

    def _vault_seal(
        self, name: str, settings: GcpSettings, foundation: Foundation, pool: WorkloadPool | None
    ) -> VaultSeal | None:
        match settings.secrets_manager:
            case CreateVault() as chosen if pool is not None:
                return CloudKmsVaultSeal(
                    f"{name}-vault", settings=chosen, context=foundation.keyless, pool=pool, opts=self._child
                ).connection
            # The settings refuse a Vault in a cluster without identities.
            case CreateVault() | ExistingVault() | KubernetesSecrets():
                return None


def _pool(cluster: ExistingGcpCluster, foundation: Foundation) -> WorkloadPool | None:
    match cluster.identity:
        case GcpWorkloadIdentity(workload_pool=name):
            return foundation.pool(name)
        case NoIdentity():
            return None
