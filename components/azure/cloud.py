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
from components.azure.logs import Logs
from components.azure.model_storage import BlobModelStorage, existing_container
from components.azure.network import Network, existing_network
from components.azure.patience import patience
from components.azure.site import NetworkConnection, Site, StorageKey
from components.azure.tracker_store import FlexibleServerTrackerStore
from components.azure.vault_seal import KeyVaultSeal
from components.cloud import Cluster, EventQueue, LockStore, ModelStorage, Service, TrackerStore, created, existing
from components.connections import NO_IDENTITY, VaultSeal, WorkloadIdentity
from settings import AzureSettings, Profile
from settings.changes import is_raised, small_pool
from settings.cluster import AzureWorkloadIdentity, CreateAks, ExistingAzureCluster, NoIdentity
from settings.encryption import CreateEncryption, ExistingKeyVaultKey
from settings.model_storage import ExistingContainer
from settings.network import CreateNetwork, ExistingVnet

LOG_DAYS: Final = 90
# The issuer of the cluster's service account tokens; None if the pods get no Entra identities.
Pods: TypeAlias = pulumi.Input[str] | None


class AzureCloud:
    """Implements `components.cloud.Cloud` for one platform, whose component is `parent`.

    Analytics signs in to all services with passwords, so it gets no rights.
    """

    def __init__(self, name: str, settings: AzureSettings, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._parent = parent
        self._child = pulumi.ResourceOptions(parent=parent)
        self._client = azure.authorization.get_client_config_output(opts=pulumi.InvokeOutputOptions(parent=parent))

    @property
    def network_id(self) -> pulumi.Output[str]:
        """Id of the virtual network."""
        return self._network.tier.vnet_id

    def cluster(self) -> Cluster[Pods]:
        """Creates AKS."""
        made = AksCluster(
            f"{self._name}-cluster",
            settings=created(self._settings.cluster),
            grow_from=small_pool(self._settings),
            site=self._site,
            deployer=self._client.object_id,
            network=self._network,
            opts=self._child,
        )
        return Cluster(connection=made.connection, address=made.endpoint, pods=made.issuer)

    def existing_pods(self) -> Pods:
        """Describes the pods of an existing cluster."""
        match existing(self._settings.cluster, ExistingAzureCluster).identity:
            case AzureWorkloadIdentity(issuer=issuer):
                return issuer
            case NoIdentity():
                return None

    def tracker_store(self, pods: Pods) -> TrackerStore[RoleGrant]:
        """Creates a flexible server for PostgreSQL."""
        made = FlexibleServerTrackerStore(
            f"{self._name}-tracker-store",
            settings=created(self._settings.tracker_store),
            generation=self._settings.rotation.tracker_store,
            grow=is_raised(self._settings, "trackerStore.storageGb"),
            zones=self._network.zones,
            site=self._site,
            tier=self._network.tier,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connection)

    def lock_store(self, pods: Pods) -> LockStore[RoleGrant]:
        """Creates Azure Managed Redis."""
        made = ManagedRedisLockStore(
            f"{self._name}-lock-store",
            settings=created(self._settings.lock_store),
            generation=self._settings.rotation.lock_store,
            site=self._site,
            tier=self._network.tier,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connections)

    def event_queue(self, pods: Pods) -> EventQueue[RoleGrant]:
        """Creates Event Hubs."""
        made = EventHubsEventQueue(
            f"{self._name}-event-queue",
            settings=created(self._settings.event_queue),
            generation=self._settings.rotation.event_queue,
            site=self._site,
            tier=self._network.tier,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.bootstrap, connection=made.connections)

    def model_storage(self) -> ModelStorage[RoleGrant]:
        """Creates Blob Storage."""
        made = BlobModelStorage(
            f"{self._name}-model-storage",
            settings=created(self._settings.model_storage),
            generation=self._settings.rotation.model_storage,
            uploaders=self._operators,
            site=self._site,
            tier=self._network.tier,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def existing_model_storage(self) -> ModelStorage[RoleGrant]:
        """Describes an existing container."""
        return existing_container(existing(self._settings.model_storage, ExistingContainer), self._settings)

    def vault_seal(self, pods: Pods) -> VaultSeal:
        """Creates a Key Vault with a key, and another one for the recovery keys."""
        if pods is None:
            raise ValueError("the settings refuse a Vault in a cluster without identities")
        return KeyVaultSeal(
            f"{self._name}-vault",
            settings=created(self._settings.secrets_manager),
            operators=self._operators,
            site=self._keyless,
            tier=self._network.tier,
            tenant=self._client.tenant_id,
            issuer=pods,
            opts=self._child,
        ).connection

    def identity(
        self, pods: Pods, *, namespace: str, service_account: str, rights: tuple[RoleGrant, ...]
    ) -> WorkloadIdentity:
        """Creates a managed identity with these rights."""
        if pods is None:
            return NO_IDENTITY
        return ManagedIdentity(
            f"{self._name}-{namespace}-{service_account}",
            site=self._site,
            issuer=pods,
            namespace=namespace,
            service_account=service_account,
            rights=rights,
            opts=self._child,
        ).connection

    @property
    def _operators(self) -> tuple[str, ...]:
        """The ranges on the internet that may reach the cluster, and so the people who operate it."""
        match self._settings.cluster:
            case CreateAks(api_access=tuple() as ranges):
                return ranges
            case _:
                return ()

    @cached_property
    def _site(self) -> Site:
        match self._settings.encryption:
            case ExistingKeyVaultKey(key=url, identity=identity):
                key = StorageKey(url=pulumi.Output.from_input(url), identity_id=pulumi.Output.from_input(identity))
                return replace(self._keyless, storage_key=key)
            case CreateEncryption():
                # Azure encrypts data only with keys of vaults that stay for months after a deletion: too long for dev.
                if self._settings.profile is Profile.DEV:
                    return self._keyless
                key = EncryptionKey(
                    f"{self._name}-data", tenant=self._client.tenant_id, site=self._keyless, opts=self._child
                ).storage_key
                return replace(self._keyless, storage_key=key)

    @cached_property
    def _keyless(self) -> Site:
        """The site without the key for data."""
        settings = self._settings
        tags = {"project": "rasa", "stack": pulumi.get_stack(), **settings.tags}
        group = azure.resources.ResourceGroup(
            f"{self._name}-group",
            resource_group_name=names.resource_group(self._name),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self._parent, protect=settings.protect),
        )
        logs = None
        if settings.profile is Profile.PROD:
            logs = Logs(
                f"{self._name}-logs", resource_group=group.name, days=LOG_DAYS, tags=tags, opts=self._child
            ).workspace_id
        return Site(
            subscription=self._client.subscription_id,
            resource_group=group.name,
            tags=tags,
            profile=settings.profile,
            protect=settings.protect,
            storage_key=None,
            patience=patience(f"{self._name}-patience"),
            logs=logs,
        )

    @cached_property
    def _network(self) -> NetworkConnection:
        match self._settings.network:
            case ExistingVnet() as vnet:
                return existing_network(vnet, self._settings.region)
            case CreateNetwork() as chosen:
                return Network(f"{self._name}-network", settings=chosen, site=self._site, opts=self._child).connection
