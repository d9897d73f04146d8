"""The four services of Rasa's architecture on Google Cloud, each created or existing, in one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import pulumi

from components.connections import (
    ExistingDatabases,
    KafkaConnection,
    ModelStorageConnection,
    PostgresConnection,
    RedisConnection,
)
from components.existing import existing_databases, existing_event_queues, existing_lock_stores
from components.gcp.event_queue import ConfluentEventQueue, EventQueueSpec
from components.gcp.foundation import Foundation
from components.gcp.lock_store import LockStoreSpec, MemorystoreLockStore
from components.gcp.model_storage import ExistingGcsModelStorage, GcsModelStorage, ModelStorageSpec
from components.gcp.policy import BucketRole
from components.gcp.tracker_store import CloudSqlTrackerStore, TrackerStoreSpec
from settings import (
    Assistant,
    CreateCloudSql,
    CreateConfluent,
    CreateMemorystore,
    CreateModelStorage,
    ExistingEventQueue,
    ExistingGcsBucket,
    ExistingLockStore,
    ExistingTrackerStore,
    GcpSettings,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)

T = TypeVar("T")
# None: pods need no identity for it. Empty: they need one, whose rights somebody else gives.
Rights = tuple[BucketRole, ...] | None


def _none(_: Assistant) -> Rights:
    return None


@dataclass(frozen=True, kw_only=True)
class Service(Generic[T]):
    """`rasa` tells what the identity of an assistant's pods may do with it."""

    address: pulumi.Output[str]
    connection: T
    rasa: Callable[[Assistant], Rights] = _none


class Services:
    """Makes the services of one platform."""

    def __init__(self, name: str, settings: GcpSettings, foundation: Foundation, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._foundation = foundation
        self._child = pulumi.ResourceOptions(parent=parent)

    def tracker_store(self) -> Service[PostgresConnection | ExistingDatabases]:
        """PostgreSQL."""
        match self._settings.tracker_store:
            case CreateCloudSql() as chosen:
                spec = TrackerStoreSpec(
                    settings=chosen, context=self._foundation.context, tier=self._foundation.place.data
                )
                made = CloudSqlTrackerStore(f"{self._name}-tracker-store", spec, opts=self._child)
                return Service(address=made.address, connection=made.connection)
            case ExistingTrackerStore() as chosen:
                return Service(
                    address=pulumi.Output.from_input(f"{chosen.host}:{chosen.port}"),
                    connection=existing_databases(chosen, self._settings),
                )

    def lock_store(self) -> Service[Mapping[str, RedisConnection]] | None:
        """Redis, by the assistant's name."""
        match self._settings.lock_store:
            case CreateMemorystore() as chosen:
                spec = LockStoreSpec(
                    settings=chosen,
                    context=self._foundation.context,
                    tier=self._foundation.place.data,
                    assistants=self._settings.assistants,
                )
                made = MemorystoreLockStore(f"{self._name}-lock-store", spec, opts=self._child)
                return Service(address=made.address, connection=made.connections)
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
            case CreateConfluent() as chosen:
                spec = EventQueueSpec(
                    settings=chosen,
                    context=self._foundation.context,
                    tier=self._foundation.place.endpoints,
                    assistants=self._settings.assistants,
                )
                made = ConfluentEventQueue(f"{self._name}-event-queue", spec, opts=self._child)
                return Service(address=made.bootstrap, connection=made.connections)
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
                storage = GcsModelStorage(f"{self._name}-model-storage", spec, opts=self._child)
            case ExistingGcsBucket() as chosen:
                storage = ExistingGcsModelStorage(chosen, self._settings.assistants)
            case NoModelStorage():
                return None
        return Service(
            address=pulumi.Output.format("gs://{0}", storage.bucket),
            connection=storage.connections,
            rasa=storage.access,
        )
