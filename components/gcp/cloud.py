"""Google Cloud for the platform: one function for each layer that is created, and the base that they share.

Cloud SQL, Memorystore and Kafka take the longest, and wait only for the network and the key. They do not depend on the
cluster: clients reach them through the network, and policies in the cluster limit the clients.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

import pulumi
import pulumi_gcp as gcp

from components.cloud import Cloud, Cluster, EventQueue, LockStore, ModelStorage, Service, TrackerStore, narrowed
from components.connections import NO_IDENTITY, ServiceAccount, VaultSeal, WorkloadIdentity
from components.gcp.apis import Apis
from components.gcp.cluster import GkeCluster
from components.gcp.encryption import EncryptionKey
from components.gcp.event_queue import ConfluentEventQueue
from components.gcp.identity import BucketRole, FederatedIdentity, WorkloadPool
from components.gcp.lock_store import MemorystoreLockStore
from components.gcp.model_storage import GcsModelStorage, existing_bucket
from components.gcp.network import Network, NetworkConnection, existing_network
from components.gcp.site import Site, StorageKey
from components.gcp.tracker_store import CloudSqlTrackerStore
from components.gcp.vault_seal import CloudKmsVaultSeal
from providers.gcp import labels
from settings import GcpSettings
from settings.changes import is_raised
from settings.cluster import CreateGke, ExistingGcpCluster, GcpWorkloadIdentity, NoIdentity
from settings.encryption import ExistingCryptoKey
from settings.event_queue import CreateConfluent
from settings.lock_store import CreateMemorystore
from settings.model_storage import CreateModelStorage, ExistingGcsBucket
from settings.network import CreateNetwork, ExistingVpcNetwork
from settings.network import gcp_zones as zones
from settings.secrets_manager import CreateVault
from settings.tracker_store import CreateCloudSql

# The identities of the cluster's service accounts; None if the pods get no Google Cloud identities.
Pods: TypeAlias = WorkloadPool | None


class GcpCloud(Cloud[GcpSettings, NetworkConnection, StorageKey, Pods, BucketRole]):
    """Creates with Cloud KMS, GKE, Cloud SQL, Memorystore, Confluent Cloud and Cloud Storage.

    Analytics signs in to all services with passwords, so it gets no rights.
    """

    @property
    def network_id(self) -> pulumi.Output[str]:
        return self.network.data.network_id

    def create_network(self) -> NetworkConnection:
        cluster = self.settings.cluster
        return Network(
            f"{self.name}-network",
            settings=narrowed(self.settings.network, CreateNetwork),
            site=self._site,
            cluster=cluster if isinstance(cluster, CreateGke) else None,
            opts=self.child,
        ).connection

    def existing_network(self) -> NetworkConnection:
        return existing_network(narrowed(self.settings.network, ExistingVpcNetwork), self._site)

    def create_key(self) -> StorageKey:
        return EncryptionKey(f"{self.name}-data", self._keyless, opts=self.child).storage_key

    def existing_key(self) -> StorageKey:
        return StorageKey(id=pulumi.Output.from_input(narrowed(self.settings.encryption, ExistingCryptoKey).key))

    def cluster(self) -> Cluster[Pods]:
        made = GkeCluster(
            f"{self.name}-cluster",
            settings=narrowed(self.settings.cluster, CreateGke),
            site=self._site,
            tier=self.network.nodes,
            opts=self.child,
        )
        return Cluster(connection=made.connection, address=made.endpoint, pods=made.pool)

    def existing_pods(self) -> Pods:
        match narrowed(self.settings.cluster, ExistingGcpCluster).identity:
            case GcpWorkloadIdentity(workload_pool=name):
                number = gcp.organizations.get_project_output(
                    project_id=name.partition(".")[0], opts=pulumi.InvokeOutputOptions(parent=self.parent)
                ).number
                return WorkloadPool(name=pulumi.Output.from_input(name), number=number)
            case NoIdentity():
                return None

    def tracker_store(self, pods: Pods) -> TrackerStore[BucketRole]:
        made = CloudSqlTrackerStore(
            f"{self.name}-tracker-store",
            settings=narrowed(self.settings.tracker_store, CreateCloudSql),
            generation=self.settings.rotation.tracker_store,
            grow=is_raised(self.settings, "trackerStore.storageGb"),
            site=self._site,
            tier=self.network.data,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connection)

    def lock_store(self, pods: Pods) -> LockStore[BucketRole]:
        made = MemorystoreLockStore(
            f"{self.name}-lock-store",
            settings=narrowed(self.settings.lock_store, CreateMemorystore),
            site=self._site,
            tier=self.network.data,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connections)

    def event_queue(self, pods: Pods) -> EventQueue[BucketRole]:
        made = ConfluentEventQueue(
            f"{self.name}-event-queue",
            settings=narrowed(self.settings.event_queue, CreateConfluent),
            generation=self.settings.rotation.event_queue,
            site=self._site,
            tier=self.network.endpoints,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.bootstrap, connection=made.connections)

    def model_storage(self) -> ModelStorage[BucketRole]:
        made = GcsModelStorage(
            f"{self.name}-model-storage",
            settings=narrowed(self.settings.model_storage, CreateModelStorage),
            site=self._site,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def existing_model_storage(self) -> ModelStorage[BucketRole]:
        return existing_bucket(narrowed(self.settings.model_storage, ExistingGcsBucket), self.settings.assistants)

    def vault_seal(self, pods: Pods) -> VaultSeal:
        if pods is None:
            raise ValueError("the settings refuse a Vault in a cluster without identities")
        return CloudKmsVaultSeal(
            f"{self.name}-vault",
            settings=narrowed(self.settings.secrets_manager, CreateVault),
            site=self._keyless,
            pool=pods,
            opts=self.child,
        ).connection

    def identity(self, pods: Pods, account: ServiceAccount, rights: tuple[BucketRole, ...]) -> WorkloadIdentity:
        if pods is None:
            return NO_IDENTITY
        name = f"{self.name}-{account.namespace}-{account.name}"
        return FederatedIdentity(name, pool=pods, account=account, rights=rights, opts=self.child).connection

    @cached_property
    def _site(self) -> Site:
        return replace(self._keyless, storage_key=self.storage_key)

    @cached_property
    def _keyless(self) -> Site:
        """The site without the key for data: a key ring that was created stays forever."""
        settings = self.settings
        project = gcp.organizations.get_project_output(
            project_id=settings.provider.project, opts=pulumi.InvokeOutputOptions(parent=self.parent)
        )
        return Site(
            project=project.project_id.apply(lambda project_id: project_id or ""),
            number=project.number,
            region=settings.region,
            # The stack file names no zones for an existing network: a subnetwork spans all of them.
            zones=(
                settings.network.zones if isinstance(settings.network, CreateNetwork) else tuple(zones(settings.region))
            ),
            profile=settings.profile,
            protect=settings.protect,
            labels=labels(settings),
            storage_key=None,
            apis=Apis(f"{self.name}-apis", opts=self.child).ready,
        )
