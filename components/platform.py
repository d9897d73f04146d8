"""The platform: a cluster and the services of Rasa's architecture on one cloud, as connections for the assistants.

The one place that chooses a cloud, and that decides for each layer of a stack file whether the cloud creates it, it
exists already, or it is left out. Only the chosen cloud's package, and with it its SDK, is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pulumi
import pulumi_random

from components.cloud import AnyCloud, Cluster, EventQueue, LockStore, ModelStorage, Pods, Right, TrackerStore
from components.connections import (
    AssistantConnections,
    ClusterConnection,
    ExistingDatabases,
    PostgresConnection,
    ServiceAccount,
    VaultSeal,
)
from components.existing import existing_cluster, existing_event_queue, existing_lock_store, existing_tracker_store
from settings import AnySettings, AwsSettings, AzureSettings, GcpSettings, Settings
from settings.assistant import ANALYTICS_SERVICE_ACCOUNT, SERVICE_ACCOUNT
from settings.changes import checked_account
from settings.cluster import CreateCluster, ExistingCluster
from settings.event_queue import CreateEventQueue, ExistingEventQueue, NoEventQueue
from settings.lock_store import CreateLockStore, ExistingLockStore, NoLockStore
from settings.model_storage import CreateModelStorage, ExistingModelStorage, NoModelStorage
from settings.secrets_manager import CreateVault, ExistingVault, KubernetesSecrets
from settings.tracker_store import CreateTrackerStore, ExistingTrackerStore


class Platform(pulumi.ComponentResource):
    """Ends in connections: `cluster`, `tracker_store`, and for each assistant, by its name, `assistants`.

    `vault_seal` is what Vault in the cluster needs of the cloud; None if no Vault is created. `services` are the
    addresses of the services by the name of their layer in the stack file; none of them is secret.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        make_cloud: Callable[[pulumi.Resource], AnyCloud[Pods, Right]],
        *,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(f"rasa:{settings.cloud.value}:Platform", name, {}, opts)
        cloud = make_cloud(self)
        cluster = _cluster(settings, cloud)
        tracker_store = _tracker_store(settings, cloud, cluster.pods)
        lock_store = _lock_store(settings, cloud, cluster.pods)
        event_queue = _event_queue(settings, cloud, cluster.pods)
        model_storage = _model_storage(settings, cloud)
        layers = {
            "trackerStore": tracker_store,
            "lockStore": lock_store,
            "eventQueue": event_queue,
            "modelStorage": model_storage,
        }
        used = {layer: service for layer, service in layers.items() if service}

        self.cluster: ClusterConnection = cluster.connection
        self.tracker_store: PostgresConnection | ExistingDatabases = tracker_store.connection
        self.vault_seal: VaultSeal | None = _vault_seal(settings, cloud, cluster.pods)
        self.assistants: Mapping[str, AssistantConnections] = {
            assistant.name: AssistantConnections(
                lock_store=lock_store.connection[assistant.name] if lock_store else None,
                event_queue=event_queue.connection[assistant.name] if event_queue else None,
                model_storage=model_storage.connection[assistant.name] if model_storage else None,
                rasa=cloud.identity_for(
                    cluster.pods,
                    ServiceAccount(assistant.namespace, SERVICE_ACCOUNT),
                    [service.rasa(assistant) for service in used.values()],
                ),
                analytics=cloud.identity_for(
                    cluster.pods,
                    ServiceAccount(assistant.namespace, ANALYTICS_SERVICE_ACCOUNT),
                    [service.analytics(assistant) for service in used.values()] if assistant.analytics else [],
                ),
            )
            for assistant in settings.assistants
        }
        self.services: Mapping[str, pulumi.Output[str]] = {
            **({"network": cloud.network_id} if settings.in_network else {}),
            "cluster": cluster.address,
            **{layer: service.address for layer, service in used.items()},
        }
        self.register_outputs({"services": dict(self.services)})


def create_platform(name: str, settings: AnySettings, random: pulumi_random.Provider) -> tuple[Platform, str | None]:
    """Creates the platform on the cloud that the stack file names, with provider instances of its own.

    `name` begins every physical name: `rasa-<stack>`. Also returns the account that the platform is in: an AWS account,
    an Azure subscription or a Google Cloud project; None if nobody has to know it. Raises `pulumi.RunError` if the last
    `up` was in another account.
    """
    match settings:
        case AwsSettings():
            from components.aws.cloud import AwsCloud
            from providers.aws import aws_account, aws_provider

            provider = aws_provider(settings)
            account = checked_account(settings, lambda: aws_account(provider))
            opts = pulumi.ResourceOptions(providers=[provider, random])
            return Platform(name, settings, partial(AwsCloud, name, settings), opts=opts), account
        case AzureSettings():
            from components.azure.cloud import AzureCloud
            from providers.azure import azure_provider, azure_subscription

            provider = azure_provider(settings)
            account = checked_account(settings, lambda: azure_subscription(provider))
            opts = pulumi.ResourceOptions(providers=[provider, random])
            return Platform(name, settings, partial(AzureCloud, name, settings), opts=opts), account
        case GcpSettings():
            from components.gcp.cloud import GcpCloud
            from providers.confluent import confluent_providers
            from providers.gcp import gcp_project, gcp_provider

            provider = gcp_provider(settings)
            account = checked_account(settings, lambda: gcp_project(settings, provider))
            opts = pulumi.ResourceOptions(providers=[provider, *confluent_providers(settings), random])
            return Platform(name, settings, partial(GcpCloud, name, settings), opts=opts), account


def _cluster(settings: Settings, cloud: AnyCloud[Pods, Right]) -> Cluster[Pods]:
    match settings.cluster:
        case ExistingCluster() as existing:
            connection = existing_cluster(existing, settings)
            return Cluster(connection=connection, address=connection.name, pods=cloud.existing_pods())
        case CreateCluster():
            return cloud.cluster()


def _tracker_store(settings: Settings, cloud: AnyCloud[Pods, Right], pods: Pods) -> TrackerStore[Right]:
    match settings.tracker_store:
        case ExistingTrackerStore() as existing:
            return existing_tracker_store(existing, settings)
        case CreateTrackerStore():
            return cloud.tracker_store(pods)


def _lock_store(settings: Settings, cloud: AnyCloud[Pods, Right], pods: Pods) -> LockStore[Right] | None:
    match settings.lock_store:
        case ExistingLockStore() as existing:
            return existing_lock_store(existing, settings)
        case NoLockStore():
            return None
        case CreateLockStore():
            return cloud.lock_store(pods)


def _event_queue(settings: Settings, cloud: AnyCloud[Pods, Right], pods: Pods) -> EventQueue[Right] | None:
    match settings.event_queue:
        case ExistingEventQueue() as existing:
            return existing_event_queue(existing, settings)
        case NoEventQueue():
            return None
        case CreateEventQueue():
            return cloud.event_queue(pods)


def _model_storage(settings: Settings, cloud: AnyCloud[Pods, Right]) -> ModelStorage[Right] | None:
    match settings.model_storage:
        case ExistingModelStorage():
            return cloud.existing_model_storage()
        case NoModelStorage():
            return None
        case CreateModelStorage():
            return cloud.model_storage()


def _vault_seal(settings: Settings, cloud: AnyCloud[Pods, Right], pods: Pods) -> VaultSeal | None:
    match settings.secrets_manager:
        case ExistingVault() | KubernetesSecrets():
            return None
        case CreateVault():
            return cloud.vault_seal(pods)
