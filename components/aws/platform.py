"""The platform on AWS: puts the services together and tells each what it needs of the others.

MSK, RDS and ElastiCache take the longest. They wait for subnets and the key only; what they are told of the cluster is
one security group, which only their firewall rules use.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.aws.cluster import ClusterSpec, EksCluster
from components.aws.context import Context, DataTier
from components.aws.encryption import EncryptionKey, EncryptionSpec
from components.aws.event_queue import EventQueueSpec, MskEventQueue
from components.aws.identity import PodIdentitySpec, workload_identity
from components.aws.lock_store import ElastiCacheLockStore, LockStoreSpec
from components.aws.model_storage import ModelStorageSpec, S3ModelStorage
from components.aws.network import Network, NetworkSpec
from components.aws.policy import Allow
from components.aws.tracker_store import RdsTrackerStore, TrackerStoreSpec
from components.connections import AssistantConnections, ClusterConnection, PostgresConnection, WorkloadIdentity
from settings import (
    Assistant,
    AwsSettings,
    CreateElastiCache,
    CreateModelStorage,
    CreateMsk,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
    Profile,
)
from settings.assistant import ANALYTICS_SERVICE_ACCOUNT, SERVICE_ACCOUNT


class AwsPlatform(pulumi.ComponentResource):
    """Fulfils `components.platform.Platform`. Needs instances of the providers `aws` and `random`."""

    def __init__(self, name: str, settings: AwsSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Platform", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        account = aws.get_caller_identity_output(opts=pulumi.InvokeOptions(parent=self)).account_id
        key = EncryptionKey(
            f"{name}-data",
            EncryptionSpec(region=settings.region, account=account, profile=settings.profile, protect=settings.protect),
            opts=self._child,
        )
        context = Context(
            region=settings.region,
            account=account,
            profile=settings.profile,
            protect=settings.protect,
            storage_key=key.key_arn if settings.profile is Profile.PROD else None,
        )
        network = Network(f"{name}-network", NetworkSpec(settings=settings.network, context=context), opts=self._child)
        cluster = EksCluster(
            f"{name}-cluster",
            ClusterSpec(
                settings=settings.cluster,
                context=context,
                secrets_key=key.key_arn,
                subnet_ids=network.private_subnet_ids,
                networks=network.private_networks,
                egress=network.egress,
                role_arn=settings.provider.role_arn or "",
            ),
            opts=self._child,
        )
        tier = DataTier(
            vpc_id=network.vpc_id,
            subnet_ids=network.data_subnet_ids,
            networks=network.data_networks,
            clients=cluster.security_group_id,
        )
        tracker_store = RdsTrackerStore(
            f"{name}-tracker-store",
            TrackerStoreSpec(settings=settings.tracker_store, context=context, tier=tier),
            opts=self._child,
        )
        lock_store = self._lock_store(name, settings, context, tier)
        event_queue = self._event_queue(name, settings, context, tier, key.key_arn)
        model_storage = self._model_storage(name, settings, context)

        def identity(assistant: Assistant, service_account: str, statements: tuple[Allow, ...]) -> WorkloadIdentity:
            return workload_identity(
                f"{name}-{assistant.name}-{service_account}",
                PodIdentitySpec(
                    account=account,
                    cluster_name=cluster.name,
                    namespace=assistant.namespace,
                    service_account=service_account,
                    statements=statements,
                ),
                opts=self._child,
            )

        def rasa_rights(assistant: Assistant) -> tuple[Allow, ...]:
            return (
                *tracker_store.access(assistant.database),
                *(lock_store.access(assistant) if lock_store else ()),
                *(event_queue.produce(assistant) if event_queue else ()),
                *(model_storage.access(assistant) if model_storage else ()),
            )

        def analytics_rights(assistant: Assistant) -> tuple[Allow, ...]:
            if not assistant.analytics:
                return ()
            return (
                *tracker_store.access(assistant.analytics_database),
                *(event_queue.consume(assistant) if event_queue else ()),
            )

        self.cluster: ClusterConnection = cluster.connection
        self.tracker_store: PostgresConnection = tracker_store.connection
        self.assistants: Mapping[str, AssistantConnections] = {
            assistant.name: AssistantConnections(
                lock_store=lock_store.connections[assistant.name] if lock_store else None,
                event_queue=event_queue.connections[assistant.name] if event_queue else None,
                model_storage=model_storage.connections[assistant.name] if model_storage else None,
                rasa=identity(assistant, SERVICE_ACCOUNT, rasa_rights(assistant)),
                analytics=identity(assistant, ANALYTICS_SERVICE_ACCOUNT, analytics_rights(assistant)),
            )
            for assistant in settings.assistants
        }
        self.services: Mapping[str, pulumi.Output[str]] = {
            "network": network.vpc_id,
            "cluster": cluster.endpoint,
            "trackerStore": tracker_store.address,
            **({"lockStore": lock_store.address} if lock_store else {}),
            **({"eventQueue": event_queue.bootstrap} if event_queue else {}),
            **({"modelStorage": pulumi.Output.format("s3://{0}", model_storage.bucket)} if model_storage else {}),
        }
        self.register_outputs({"services": dict(self.services)})

    def _lock_store(
        self, name: str, settings: AwsSettings, context: Context, tier: DataTier
    ) -> ElastiCacheLockStore | None:
        match settings.lock_store:
            case NoLockStore():
                return None
            case CreateElastiCache() as chosen:
                spec = LockStoreSpec(settings=chosen, context=context, tier=tier, assistants=settings.assistants)
                return ElastiCacheLockStore(f"{name}-lock-store", spec, opts=self._child)

    def _event_queue(
        self, name: str, settings: AwsSettings, context: Context, tier: DataTier, key: pulumi.Output[str]
    ) -> MskEventQueue | None:
        match settings.event_queue:
            case NoEventQueue():
                return None
            case CreateMsk() as chosen:
                spec = EventQueueSpec(
                    settings=chosen, context=context, tier=tier, secret_key=key, assistants=settings.assistants
                )
                return MskEventQueue(f"{name}-event-queue", spec, opts=self._child)

    def _model_storage(self, name: str, settings: AwsSettings, context: Context) -> S3ModelStorage | None:
        match settings.model_storage:
            case NoModelStorage():
                return None
            case CreateModelStorage() as chosen:
                spec = ModelStorageSpec(settings=chosen, context=context, assistants=settings.assistants)
                return S3ModelStorage(f"{name}-model-storage", spec, opts=self._child)
