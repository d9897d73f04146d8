"""Azure for the platform: one function for each layer that is created, and the base that they share.

Redis, the database and the cluster take the longest, and wait only for subnets and the key. The firewall of its subnet
limits the clients of a data service, so no data service depends on the cluster.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Final, TypeAlias

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.cluster import AksCluster
from components.azure.encryption import EncryptionKey
from components.azure.event_queue import EventHubsEventQueue
from components.azure.identity import ManagedIdentity, RoleGrant
from components.azure.lock_store import ManagedRedisLockStore
from components.azure.model_storage import BlobModelStorage, existing_container
from components.azure.network import Network, existing_network
from components.azure.patience import patience
from components.azure.safety import Logs
from components.azure.site import NetworkConnection, Site, StorageKey
from components.azure.tracker_store import FlexibleServerTrackerStore
from components.azure.vault_seal import KeyVaultSeal
from components.cloud import Cloud, Cluster, EventQueue, LockStore, ModelStorage, Service, TrackerStore, narrowed
from components.connections import NO_IDENTITY, ServiceAccount, VaultSeal, WorkloadIdentity
from settings import AzureSettings, Profile
from settings.changes import is_raised, small_pool
from settings.cluster import AzureWorkloadIdentity, CreateAks, ExistingAzureCluster, NoIdentity
from settings.encryption import ExistingKeyVaultKey
from settings.event_queue import CreateEventHubs
from settings.lock_store import CreateManagedRedis
from settings.model_storage import CreateBlobStorage, ExistingContainer
from settings.network import CreateNetwork, ExistingVnet
from settings.secrets_manager import CreateVault
from settings.tracker_store import CreateFlexibleServer

LOG_DAYS: Final = 90
# The issuer of the cluster's service account tokens; None if the pods get no Entra identities.
Pods: TypeAlias = pulumi.Input[str] | None


class AzureCloud(Cloud[AzureSettings, NetworkConnection, StorageKey, Pods, RoleGrant]):
    """Creates with Key Vault, AKS, a flexible server, Managed Redis, Event Hubs and Blob Storage.

    Analytics signs in to all services with passwords, so it gets no rights.
    """

    @property
    def network_id(self) -> pulumi.Output[str]:
        return self.network.tier.vnet_id

    def create_network(self) -> NetworkConnection:
        network = narrowed(self.settings.network, CreateNetwork)
        return Network(f"{self.name}-network", settings=network, site=self._site, opts=self.child).connection

    def existing_network(self) -> NetworkConnection:
        return existing_network(narrowed(self.settings.network, ExistingVnet), self.settings.region)

    def create_key(self) -> StorageKey:
        tenant = self._client.tenant_id
        return EncryptionKey(f"{self.name}-data", tenant=tenant, site=self._keyless, opts=self.child).storage_key

    def existing_key(self) -> StorageKey:
        own = narrowed(self.settings.encryption, ExistingKeyVaultKey)
        return StorageKey(url=pulumi.Output.from_input(own.key), identity_id=pulumi.Output.from_input(own.identity))

    def cluster(self) -> Cluster[Pods]:
        made = AksCluster(
            f"{self.name}-cluster",
            settings=narrowed(self.settings.cluster, CreateAks),
            grow_from=small_pool(self.settings),
            site=self._site,
            deployer=self._client.object_id,
            network=self.network,
            opts=self.child,
        )
        return Cluster(connection=made.connection, address=made.endpoint, pods=made.issuer)

    def existing_pods(self) -> Pods:
        match narrowed(self.settings.cluster, ExistingAzureCluster).identity:
            case AzureWorkloadIdentity(issuer=issuer):
                return issuer
            case NoIdentity():
                return None

    def tracker_store(self, pods: Pods) -> TrackerStore[RoleGrant]:
        made = FlexibleServerTrackerStore(
            f"{self.name}-tracker-store",
            settings=narrowed(self.settings.tracker_store, CreateFlexibleServer),
            generation=self.settings.rotation.tracker_store,
            grow=is_raised(self.settings, "trackerStore.storageGb"),
            zones=self.network.zones,
            site=self._site,
            tier=self.network.tier,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connection)

    def lock_store(self, pods: Pods) -> LockStore[RoleGrant]:
        made = ManagedRedisLockStore(
            f"{self.name}-lock-store",
            settings=narrowed(self.settings.lock_store, CreateManagedRedis),
            generation=self.settings.rotation.lock_store,
            site=self._site,
            tier=self.network.tier,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connections)

    def event_queue(self, pods: Pods) -> EventQueue[RoleGrant]:
        made = EventHubsEventQueue(
            f"{self.name}-event-queue",
            settings=narrowed(self.settings.event_queue, CreateEventHubs),
            generation=self.settings.rotation.event_queue,
            site=self._site,
            tier=self.network.tier,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.bootstrap, connection=made.connections)

    def model_storage(self) -> ModelStorage[RoleGrant]:
        made = BlobModelStorage(
            f"{self.name}-model-storage",
            settings=narrowed(self.settings.model_storage, CreateBlobStorage),
            generation=self.settings.rotation.model_storage,
            uploaders=self._operators,
            site=self._site,
            tier=self.network.tier,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def existing_model_storage(self) -> ModelStorage[RoleGrant]:
        return existing_container(narrowed(self.settings.model_storage, ExistingContainer), self.settings)

    def vault_seal(self, pods: Pods) -> VaultSeal:
        if pods is None:
            raise ValueError("the settings refuse a Vault in a cluster without identities")
        return KeyVaultSeal(
            f"{self.name}-vault",
            settings=narrowed(self.settings.secrets_manager, CreateVault),
            operators=self._operators,
            site=self._keyless,
            tier=self.network.tier,
            tenant=self._client.tenant_id,
            issuer=pods,
            opts=self.child,
        ).connection

    def identity(self, pods: Pods, account: ServiceAccount, rights: tuple[RoleGrant, ...]) -> WorkloadIdentity:
        if pods is None:
            return NO_IDENTITY
        name = f"{self.name}-{account.namespace}-{account.name}"
        return ManagedIdentity(
            name, site=self._site, issuer=pods, account=account, rights=rights, opts=self.child
        ).connection

    @property
    def _operators(self) -> tuple[str, ...]:
        """The ranges on the internet that may reach the cluster, and so the people who operate it."""
        match self.settings.cluster:
            case CreateAks(api_access=tuple() as ranges):
                return ranges
            case _:
                return ()

    @cached_property
    def _client(self) -> pulumi.Output[azure.authorization.GetClientConfigResult]:
        return azure.authorization.get_client_config_output(opts=pulumi.InvokeOutputOptions(parent=self.parent))

    @cached_property
    def _site(self) -> Site:
        return replace(self._keyless, storage_key=self.storage_key)

    @cached_property
    def _keyless(self) -> Site:
        """The site without the key for data."""
        settings = self.settings
        tags = {"project": "rasa", "stack": pulumi.get_stack(), **settings.tags}
        group = azure.resources.ResourceGroup(
            f"{self.name}-group",
            resource_group_name=names.resource_group(self.name),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self.parent, protect=settings.protect),
        )
        logs = None
        if settings.profile is Profile.PROD:
            logs = Logs(
                f"{self.name}-logs", resource_group=group.name, days=LOG_DAYS, tags=tags, opts=self.child
            ).workspace_id
        return Site(
            subscription=self._client.subscription_id,
            resource_group=group.name,
            tags=tags,
            profile=settings.profile,
            protect=settings.protect,
            storage_key=None,
            patience=patience(f"{self.name}-patience"),
            logs=logs,
        )
