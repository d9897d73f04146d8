"""AWS for the platform: one function for each layer that is created, and the base that they share.

MSK, RDS and ElastiCache take the longest. They wait only for subnets and the key. Only their firewall rules depend on
the cluster: they name its pods.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pulumi
import pulumi_aws as aws

from components.aws.cluster import EksCluster
from components.aws.encryption import EncryptionKey, log_groups, node_disks
from components.aws.event_queue import MskEventQueue
from components.aws.iam_policy import Allow
from components.aws.identity import Binding, IrsaBinding, NoBinding, PodIdentityBinding, workload_identity
from components.aws.lock_store import ElastiCacheLockStore
from components.aws.model_storage import S3ModelStorage, existing_bucket
from components.aws.network import Network, NetworkConnection, existing_network
from components.aws.site import ClientGroup, ClientRanges, DataTier, Site
from components.aws.tracker_store import RdsTrackerStore
from components.aws.vault_seal import KmsVaultSeal
from components.cloud import Cloud, Cluster, EventQueue, LockStore, ModelStorage, Service, TrackerStore, narrowed
from components.connections import ServiceAccount, VaultSeal, WorkloadIdentity
from providers.aws import tags_of
from settings import AwsSettings, Profile
from settings.changes import is_raised
from settings.cluster import CreateEks, ExistingAwsCluster, Irsa, NoIdentity, PodIdentity
from settings.encryption import ExistingKmsKey
from settings.event_queue import CreateMsk
from settings.lock_store import CreateElastiCache
from settings.model_storage import CreateModelStorage, ExistingBucket
from settings.network import CreateNetwork, ExistingVpc
from settings.secrets_manager import CreateVault
from settings.tracker_store import CreateRds


@dataclass(frozen=True, kw_only=True)
class Pods:
    """The pods of the cluster: how firewalls identify them, and how they get an identity."""

    clients: ClientGroup | ClientRanges
    binding: Binding


class AwsCloud(Cloud[AwsSettings, NetworkConnection, pulumi.Output[str], Pods, Allow]):
    """Creates with KMS, EKS, RDS, ElastiCache, MSK, S3 and Secrets Manager."""

    @property
    def network_id(self) -> pulumi.Output[str]:
        return self.network.vpc_id

    def create_network(self) -> NetworkConnection:
        network = narrowed(self.settings.network, CreateNetwork)
        return Network(f"{self.name}-network", settings=network, site=self._site, opts=self.child).connection

    def existing_network(self) -> NetworkConnection:
        return existing_network(narrowed(self.settings.network, ExistingVpc))

    def create_key(self) -> pulumi.Output[str]:
        name, statements = f"{self.name}-data", [log_groups(self._keyless), *node_disks(self._keyless)]
        return EncryptionKey(
            name, purpose=f"Data of {name}", site=self._keyless, statements=statements, opts=self.child
        ).key_arn

    def existing_key(self) -> pulumi.Output[str]:
        return pulumi.Output.from_input(narrowed(self.settings.encryption, ExistingKmsKey).key)

    def cluster(self) -> Cluster[Pods]:
        made = EksCluster(
            f"{self.name}-cluster",
            settings=narrowed(self.settings.cluster, CreateEks),
            grow=is_raised(self.settings, "cluster.minNodes"),
            site=self._site,
            secrets_key=self.key,
            subnet_ids=self.network.private_subnet_ids,
            networks=self.network.private_networks,
            egress=self.network.egress,
            role_arn=self.settings.provider.role_arn or "",
            opts=self.child,
        )
        pods = Pods(
            clients=ClientGroup(group_id=made.security_group_id),
            binding=PodIdentityBinding(cluster_name=made.name, account=self._account),
        )
        return Cluster(connection=made.connection, address=made.endpoint, pods=pods)

    def existing_pods(self) -> Pods:
        cluster = narrowed(self.settings.cluster, ExistingAwsCluster)
        match cluster.identity:
            case PodIdentity(cluster_name=name):
                binding = PodIdentityBinding(cluster_name=pulumi.Output.from_input(name), account=self._account)
            case Irsa(issuer=issuer, provider_arn=provider_arn):
                binding = IrsaBinding(issuer=issuer, provider_arn=provider_arn)
            case NoIdentity():
                binding = NoBinding()
        group = cluster.security_group_id
        clients = ClientGroup(group_id=pulumi.Output.from_input(group)) if group else ClientRanges(cluster.networks)
        return Pods(clients=clients, binding=binding)

    def tracker_store(self, pods: Pods) -> TrackerStore[Allow]:
        made = RdsTrackerStore(
            f"{self.name}-tracker-store",
            settings=narrowed(self.settings.tracker_store, CreateRds),
            generation=self.settings.rotation.tracker_store,
            site=self._site,
            tier=self._tier(pods),
            opts=self.child,
        )
        return Service(
            address=made.address,
            connection=made.connection,
            rasa=lambda assistant: made.access(assistant.database),
            analytics=lambda assistant: made.access(assistant.analytics_database),
        )

    def lock_store(self, pods: Pods) -> LockStore[Allow]:
        made = ElastiCacheLockStore(
            f"{self.name}-lock-store",
            settings=narrowed(self.settings.lock_store, CreateElastiCache),
            generation=self.settings.rotation.lock_store,
            site=self._site,
            tier=self._tier(pods),
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def event_queue(self, pods: Pods) -> EventQueue[Allow]:
        made = MskEventQueue(
            f"{self.name}-event-queue",
            settings=narrowed(self.settings.event_queue, CreateMsk),
            generation=self.settings.rotation.event_queue,
            grow=is_raised(self.settings, "eventQueue.storageGb"),
            site=self._site,
            tier=self._tier(pods),
            secret_key=self.key,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.bootstrap, connection=made.connections, rasa=made.produce, analytics=made.consume)

    def model_storage(self) -> ModelStorage[Allow]:
        made = S3ModelStorage(
            f"{self.name}-model-storage",
            settings=narrowed(self.settings.model_storage, CreateModelStorage),
            site=self._site,
            assistants=self.settings.assistants,
            opts=self.child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def existing_model_storage(self) -> ModelStorage[Allow]:
        bucket = narrowed(self.settings.model_storage, ExistingBucket)
        return existing_bucket(bucket, self.settings.region, self.settings.assistants)

    def vault_seal(self, pods: Pods) -> VaultSeal:
        return KmsVaultSeal(
            f"{self.name}-vault",
            settings=narrowed(self.settings.secrets_manager, CreateVault),
            site=self._keyless,
            binding=pods.binding,
            opts=self.child,
        ).connection

    def identity(self, pods: Pods, account: ServiceAccount, rights: tuple[Allow, ...]) -> WorkloadIdentity:
        name = f"{self.name}-{account.namespace}-{account.name}"
        return workload_identity(
            name, binding=pods.binding, account=account, rights=rights, site=self._keyless, opts=self.child
        )

    @cached_property
    def _account(self) -> pulumi.Output[str]:
        """Number of the account."""
        return aws.get_caller_identity_output(opts=pulumi.InvokeOptions(parent=self.parent)).account_id

    @cached_property
    def _site(self) -> Site:
        return replace(self._keyless, storage_key=self.storage_key)

    @cached_property
    def _keyless(self) -> Site:
        """The site without the key for data."""
        return Site(
            region=self.settings.region,
            account=self._account,
            profile=self.settings.profile,
            tags=tags_of(self.settings),
            was_prod=self.settings.deployed.get("profile", Profile.PROD) == Profile.PROD,
            protect=self.settings.protect,
            storage_key=None,
            iam_path=self.settings.provider.iam_path,
            permissions_boundary=self.settings.provider.permissions_boundary,
        )

    def _tier(self, pods: Pods) -> DataTier:
        """The part of the network for data services."""
        return DataTier(
            vpc_id=self.network.vpc_id,
            subnet_ids=self.network.data_subnet_ids,
            networks=self.network.data_networks,
            clients=pods.clients,
        )
