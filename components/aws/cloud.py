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
from components.aws.encryption import EncryptionKey, log_groups
from components.aws.event_queue import MskEventQueue
from components.aws.iam_policy import Allow
from components.aws.identity import Binding, IrsaBinding, NoBinding, PodIdentityBinding, workload_identity
from components.aws.lock_store import ElastiCacheLockStore
from components.aws.model_storage import S3ModelStorage, existing_bucket
from components.aws.network import Network, NetworkConnection, existing_network
from components.aws.site import ClientGroup, ClientRanges, DataTier, Site
from components.aws.tracker_store import RdsTrackerStore
from components.aws.vault_seal import KmsVaultSeal
from components.cloud import Cluster, EventQueue, LockStore, ModelStorage, Service, TrackerStore, created, existing
from components.connections import VaultSeal, WorkloadIdentity
from settings import AwsSettings, Profile
from settings.changes import is_raised
from settings.cluster import ExistingAwsCluster, Irsa, NoIdentity, PodIdentity
from settings.encryption import CreateEncryption, ExistingKmsKey
from settings.model_storage import ExistingBucket
from settings.network import CreateNetwork, ExistingVpc


@dataclass(frozen=True, kw_only=True)
class Pods:
    """The pods of the cluster: how firewalls identify them, and how they get an identity."""

    clients: ClientGroup | ClientRanges
    binding: Binding


class AwsCloud:
    """Implements `components.cloud.Cloud` for one platform, whose component is `parent`."""

    def __init__(self, name: str, settings: AwsSettings, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._parent = parent
        self._child = pulumi.ResourceOptions(parent=parent)

    @property
    def network_id(self) -> pulumi.Output[str]:
        """Id of the VPC."""
        return self._network.vpc_id

    def cluster(self) -> Cluster[Pods]:
        """Creates EKS."""
        made = EksCluster(
            f"{self._name}-cluster",
            settings=created(self._settings.cluster),
            grow=is_raised(self._settings, "cluster.minNodes"),
            site=self._site,
            secrets_key=self._key_arn,
            subnet_ids=self._network.private_subnet_ids,
            networks=self._network.private_networks,
            egress=self._network.egress,
            role_arn=self._settings.provider.role_arn or "",
            opts=self._child,
        )
        pods = Pods(
            clients=ClientGroup(group_id=made.security_group_id),
            binding=PodIdentityBinding(cluster_name=made.name, account=self._account),
        )
        return Cluster(connection=made.connection, address=made.endpoint, pods=pods)

    def existing_pods(self) -> Pods:
        """Describes the pods of an existing cluster."""
        cluster = existing(self._settings.cluster, ExistingAwsCluster)
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
        """Creates RDS for PostgreSQL."""
        made = RdsTrackerStore(
            f"{self._name}-tracker-store",
            settings=created(self._settings.tracker_store),
            generation=self._settings.rotation.tracker_store,
            site=self._site,
            tier=self._tier(pods),
            opts=self._child,
        )
        return Service(
            address=made.address,
            connection=made.connection,
            rasa=lambda assistant: made.access(assistant.database),
            analytics=lambda assistant: made.access(assistant.analytics_database),
        )

    def lock_store(self, pods: Pods) -> LockStore[Allow]:
        """Creates ElastiCache."""
        made = ElastiCacheLockStore(
            f"{self._name}-lock-store",
            settings=created(self._settings.lock_store),
            generation=self._settings.rotation.lock_store,
            site=self._site,
            tier=self._tier(pods),
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def event_queue(self, pods: Pods) -> EventQueue[Allow]:
        """Creates MSK."""
        made = MskEventQueue(
            f"{self._name}-event-queue",
            settings=created(self._settings.event_queue),
            generation=self._settings.rotation.event_queue,
            grow=is_raised(self._settings, "eventQueue.storageGb"),
            site=self._site,
            tier=self._tier(pods),
            secret_key=self._key_arn,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.bootstrap, connection=made.connections, rasa=made.produce, analytics=made.consume)

    def model_storage(self) -> ModelStorage[Allow]:
        """Creates an S3 bucket."""
        made = S3ModelStorage(
            f"{self._name}-model-storage",
            settings=created(self._settings.model_storage),
            site=self._site,
            assistants=self._settings.assistants,
            opts=self._child,
        )
        return Service(address=made.address, connection=made.connections, rasa=made.access)

    def existing_model_storage(self) -> ModelStorage[Allow]:
        """Describes an existing S3 bucket."""
        bucket = existing(self._settings.model_storage, ExistingBucket)
        return existing_bucket(bucket, self._settings.region, self._settings.assistants)

    def vault_seal(self, pods: Pods) -> VaultSeal:
        """Creates keys of KMS, and a secret for the recovery keys."""
        return KmsVaultSeal(
            f"{self._name}-vault",
            settings=created(self._settings.secrets_manager),
            site=self._keyless,
            binding=pods.binding,
            opts=self._child,
        ).connection

    def identity(
        self, pods: Pods, *, namespace: str, service_account: str, rights: tuple[Allow, ...]
    ) -> WorkloadIdentity:
        """Creates a role with these rights."""
        return workload_identity(
            f"{self._name}-{namespace}-{service_account}",
            binding=pods.binding,
            namespace=namespace,
            service_account=service_account,
            rights=rights,
            opts=self._child,
        )

    @cached_property
    def _account(self) -> pulumi.Output[str]:
        """Number of the account."""
        return aws.get_caller_identity_output(opts=pulumi.InvokeOptions(parent=self._parent)).account_id

    @cached_property
    def _key_arn(self) -> pulumi.Output[str]:
        """ARN of the key for data."""
        match self._settings.encryption:
            case ExistingKmsKey(key=arn):
                return pulumi.Output.from_input(arn)
            case CreateEncryption():
                name = f"{self._name}-data"
                return EncryptionKey(
                    name,
                    purpose=f"Data of {name}",
                    site=self._keyless,
                    statements=[log_groups(self._keyless)],
                    opts=self._child,
                ).key_arn

    @cached_property
    def _site(self) -> Site:
        # In dev a created key encrypts only what AWS does not encrypt with a key of its own.
        if self._keyless.is_prod or isinstance(self._settings.encryption, ExistingKmsKey):
            return replace(self._keyless, storage_key=self._key_arn)
        return self._keyless

    @cached_property
    def _keyless(self) -> Site:
        """The site without the key for data."""
        return Site(
            region=self._settings.region,
            account=self._account,
            profile=self._settings.profile,
            was_prod=self._settings.deployed.get("profile", Profile.PROD) == Profile.PROD,
            protect=self._settings.protect,
            storage_key=None,
        )

    @cached_property
    def _network(self) -> NetworkConnection:
        match self._settings.network:
            case ExistingVpc() as vpc:
                return existing_network(vpc)
            case CreateNetwork() as chosen:
                return Network(f"{self._name}-network", settings=chosen, site=self._site, opts=self._child).connection

    def _tier(self, pods: Pods) -> DataTier:
        """The part of the network for data services."""
        return DataTier(
            vpc_id=self._network.vpc_id,
            subnet_ids=self._network.data_subnet_ids,
            networks=self._network.data_networks,
            clients=pods.clients,
        )
