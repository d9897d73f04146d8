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

from components.cloud import Cluster, EventQueue, LockStore, ModelStorage, Service, TrackerStore, created, existing
from components.connections import NO_IDENTITY, VaultSeal, WorkloadIdentity
from components.gcp.apis import Apis
from components.gcp.cluster import GkeCluster
from components.gcp.encryption import EncryptionKey
from components.gcp.event_queue import ConfluentEventQueue
from components.gcp.iam_roles import BucketRole
from components.gcp.identity import FederatedIdentity, WorkloadPool
from components.gcp.lock_store import MemorystoreLockStore
from components.gcp.model_storage import GcsModelStorage, existing_bucket
from components.gcp.network import Network, NetworkConnection, existing_network
from components.gcp.site import Site, StorageKey
from components.gcp.tracker_store import CloudSqlTrackerStore
from components.gcp.vault_seal import CloudKmsVaultSeal
from providers.gcp import labels
from settings import GcpSettings, Profile
from settings.changes import is_raised
from settings.cluster import CreateGke, ExistingGcpCluster, GcpWorkloadIdentity, NoIdentity
from settings.encryption import CreateEncryption, ExistingCryptoKey
from settings.model_storage import ExistingGcsBucket
from settings.network import CreateNetwork, ExistingVpcNetwork
from settings.network import gcp_zones as zones

# The identities of the cluster's service accounts; None if the pods get no Google Cloud identities.
Pods: TypeAlias = WorkloadPool | None


class GcpCloud:
    """Implements `components.cloud.Cloud` for one platform, whose component is `parent`.

    Analytics signs in to all services with passwords, so it gets no rights.
    """

    def __init__(self, name: str, settings: GcpSettings, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._parent = parent
        self._child = pulumi.ResourceOptions(parent=parent)

    @property
    def network_id(self) -> pulumi.Output[str]:
        """Id of the VPC network."""
        return self._network.data.network_id

    def cluster(self) -> Cluster[Pods]:
        """Creates GKE."""
        made = GkeCluster(
            f"{self._name}-cluster",
            settings=created(self._settings.cluster),
            site=self._site,
            tier=self._network.nodes,
            opts=self._child,
        )
        return Cluster(connection=made.connection, address=made.endpoint, pods=made.pool)

    def existing_pods(self) -> Pods:
        """Describes the pods of an existing cluster, which may be in another project."""
        match existing(self._settings.cluster, ExistingGcpCluster).identity:
            case GcpWorkloadIdentity(workload_pool=name):
                number = gcp.organizations.get_project_output(
                    project_id=name.partition(".")[0], opts=pulumi.InvokeOutputOptions(parent=self._parent)
                ).number
                return WorkloadPool(name=pulumi.Output.from_input(name), number=number)
            case NoIdentity():
                return None

    def tracker_store(self, pods: Pods) -> TrackerStore[BucketRole]:
        """Creates Cloud SQL for PostgreSQL."""
        made = CloudSqlTrackerStore(
            f"{self._name}-tracker-store",
            settings=created(self._settings.tracker_store),
            generation=self._settings.rotation.tracker_store,
            grow=is_raised(self._settings, "trackerStore.storageGb"),
            site=self._site,
            tier=self._network.data,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connection)

    def lock_store(self, pods: Pods) -> LockStore[BucketRole]:
        """Creates Memorystore for Redis."""
        made = MemorystoreLockStore(
            f"{self._name}-lock-store",
            settings=created(self._settings.lock_store),
            site=self._site,
            tier=self._network.data,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connections)

    def event_queue(self, pods: Pods) -> EventQueue[BucketRole]:
        """Creates Kafka in Confluent Cloud."""
        made = ConfluentEventQueue(
            f"{self._name}-event-queue",
            settings=created(self._settings.event_queue),
            generation=self._settings.rotation.event_queue,
            site=self._site,
            tier=self._network.endpoints,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.bootstrap, connection=made.connections)

    def model_storage(self) -> ModelStorage[BucketRole]:
        """Creates a Cloud Storage bucket."""
        made = GcsModelStorage(
            f"{self._name}-model-storage",
            settings=created(self._settings.model_storage),
            site=self._site,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def existing_model_storage(self) -> ModelStorage[BucketRole]:
        """Describes an existing bucket."""
        return existing_bucket(existing(self._settings.model_storage, ExistingGcsBucket), self._settings.assistants)

    def vault_seal(self, pods: Pods) -> VaultSeal:
        """Creates keys of Cloud KMS, and a secret for the recovery keys."""
        if pods is None:
            raise ValueError("the settings refuse a Vault in a cluster without identities")
        return CloudKmsVaultSeal(
            f"{self._name}-vault",
            settings=created(self._settings.secrets_manager),
            site=self._keyless,
            pool=pods,
            opts=self._child,
        ).connection

    def identity(
        self, pods: Pods, *, namespace: str, service_account: str, rights: tuple[BucketRole, ...]
    ) -> WorkloadIdentity:
        """Gives a service account these rights."""
        if pods is None:
            return NO_IDENTITY
        return FederatedIdentity(
            f"{self._name}-{namespace}-{service_account}",
            pool=pods,
            namespace=namespace,
            service_account=service_account,
            rights=rights,
            opts=self._child,
        ).connection

    @cached_property
    def _site(self) -> Site:
        match self._settings.encryption:
            case ExistingCryptoKey(key=key):
                return replace(self._keyless, storage_key=StorageKey(id=pulumi.Output.from_input(key)))
            case CreateEncryption():
                # A key ring cannot be deleted, so in dev Google's own keys encrypt the data.
                if self._settings.profile is Profile.DEV:
                    return self._keyless
                key = EncryptionKey(f"{self._name}-data", self._keyless, opts=self._child).storage_key
                return replace(self._keyless, storage_key=key)

    @cached_property
    def _keyless(self) -> Site:
        """The site without the key for data: a key ring that was created stays forever."""
        settings = self._settings
        project = gcp.organizations.get_project_output(
            project_id=settings.provider.project, opts=pulumi.InvokeOutputOptions(parent=self._parent)
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
            apis=Apis(f"{self._name}-apis", opts=self._child).ready,
        )

    @cached_property
    def _network(self) -> NetworkConnection:
        match self._settings.network:
            case ExistingVpcNetwork() as network:
                return existing_network(network, self._site)
            case CreateNetwork() as chosen:
                cluster = self._settings.cluster
                return Network(
                    f"{self._name}-network",
                    settings=chosen,
                    site=self._site,
                    cluster=cluster if isinstance(cluster, CreateGke) else None,
                    opts=self._child,
                ).connection
