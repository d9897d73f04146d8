"""The four services of Rasa's architecture on AWS, each created or existing, in one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import pulumi

from components.aws.context import ClientGroup, ClientRanges
from components.aws.event_queue import EventQueueSpec, MskEventQueue
from components.aws.foundation import Foundation
from components.aws.lock_store import ElastiCacheLockStore, LockStoreSpec
from components.aws.model_storage import ExistingS3ModelStorage, ModelStorageSpec, S3ModelStorage
from components.aws.policy import Allow
from components.aws.tracker_store import RdsTrackerStore, TrackerStoreSpec
from components.connections import (
    ExistingDatabases,
    KafkaConnection,
    ModelStorageConnection,
    PostgresConnection,
    RedisConnection,
)
from components.existing import existing_databases, existing_event_queues, existing_lock_stores
from settings import (
    Assistant,
    AwsSettings,
    CreateElastiCache,
    CreateModelStorage,
    CreateMsk,
    CreateRds,
    ExistingBucket,
    ExistingEventQueue,
    ExistingLockStore,
    ExistingTrackerStore,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)

T = TypeVar("T")
Rights = tuple[Allow, ...]


def _none(_: Assistant) -> Rights:
    return ()


@dataclass(frozen=True, kw_only=True)
class Service(Generic[T]):
    """`rasa` and `analytics` tell what the roles of an assistant's service accounts may do with it."""

    address: pulumi.Output[str]
    connection: T
    rasa: Callable[[Assistant], Rights] = _none
    analytics: Callable[[Assistant], Rights] = _none


class Services:
    """Makes the services of one platform, which `clients` may reach."""

    def __init__(
        self,
        name: str,
        settings: AwsSettings,
        foundation: Foundation,
        clients: ClientGroup | ClientRanges,
        parent: pulumi.Resource,
    ) -> None:
        self._name = name
        self._settings = settings
        self._foundation = foundation
        self._clients = clients
        self._child = pulumi.ResourceOptions(parent=parent)

    def tracker_store(self) -> Service[PostgresConnection | ExistingDatabases]:
        """PostgreSQL."""
        match self._settings.tracker_store:
            case CreateRds() as chosen:
                spec = TrackerStoreSpec(
                    settings=chosen,
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                )
                made = RdsTrackerStore(f"{self._name}-tracker-store", spec, opts=self._child)
                return Service(
                    address=made.address,
                    connection=made.connection,
                    rasa=lambda assistant: made.access(assistant.database),
                    analytics=lambda assistant: made.access(assistant.analytics_database),
                )
            case ExistingTrackerStore() as chosen:
                return Service(
                    address=pulumi.Output.from_input(f"{chosen.host}:{chosen.port}"),
                    connection=existing_databases(chosen, self._settings),
                )

    def lock_store(self) -> Service[Mapping[str, RedisConnection]] | None:
        """Redis, by the assistant's name."""
        match self._settings.lock_store:
            case CreateElastiCache() as chosen:
                spec = LockStoreSpec(
                    settings=chosen,
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                    assistants=self._settings.assistants,
                )
                made = ElastiCacheLockStore(f"{self._name}-lock-store", spec, opts=self._child)
                return Service(address=made.address, connection=made.connections, rasa=made.access)
            case ExistingLockStore() as chosen:
                return Service(
                    address=pulumi.Output.from_input(f"{chosen.host}:{chosen.port}"),
                    connection=existing_lock_stores(chosen, self._settings),
                )
            case NoLockStore():
                return None

    def event_queue(self) -> Service[Mapping[str, KafkaConnection]] | None:
        """Kafka, by the assistant's name."""
        match self._settings.event_queue:
            case CreateMsk() as chosen:
                spec = EventQueueSpec(
                    settings=chosen,
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                    secret_key=self._foundation.key_arn,
                    assistants=self._settings.assistants,
                )
                made = MskEventQueue(f"{self._name}-event-queue", spec, opts=self._child)
                return Service(
                    address=made.bootstrap, connection=made.connections, rasa=made.produce, analytics=made.consume
                )
            case ExistingEventQueue() as chosen:
                return Service(
                    address=pulumi.Output.from_input(chosen.bootstrap),
                    connection=existing_event_queues(chosen, self._settings),
                )
            case NoEventQueue():
                return None

    def model_storage(self) -> Service[Mapping[str, ModelStorageConnection]] | None:
        """Object storage, by the assistant's name."""
        match self._settings.model_storage:
            case CreateModelStorage() as chosen:
                spec = ModelStorageSpec(
                    settings=chosen, context=self._foundation.context, assistants=self._settings.assistants
                )
                storage = S3ModelStorage(f"{self._name}-model-storage", spec, opts=self._child)
            case ExistingBucket() as chosen:
                storage = ExistingS3ModelStorage(chosen, self._settings.region, self._settings.assistants)
            case NoModelStorage():
                return None
        return Service(
            address=pulumi.Output.format("s3://{0}", storage.bucket),
            connection=storage.connections,
            rasa=storage.access,
        )
