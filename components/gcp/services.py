"""The four services of Rasa's architecture on Google Cloud, each created or existing, in one form."""

from __future__ import annotations

import pulumi

from components.existing import existing_event_queue, existing_lock_store, existing_tracker_store
from components.gcp.event_queue import ConfluentEventQueue, EventQueueSpec
from components.gcp.foundation import Foundation
from components.gcp.lock_store import LockStoreSpec, MemorystoreLockStore
from components.gcp.model_storage import ExistingGcsModelStorage, GcsModelStorage, ModelStorageSpec
from components.gcp.policy import BucketRole
from components.gcp.tracker_store import CloudSqlTrackerStore, TrackerStoreSpec
from components.services import EventQueue, LockStore, ModelStorage, Service, TrackerStore
from settings import (
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


class GcpServices:
    """Makes the services of one platform. Analytics signs in to all of them with passwords, so it gets no rights."""

    def __init__(self, name: str, settings: GcpSettings, foundation: Foundation, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._foundation = foundation
        self._child = pulumi.ResourceOptions(parent=parent)

    def tracker_store(self) -> TrackerStore[BucketRole]:
        """PostgreSQL."""
        match self._settings.tracker_store:
            case CreateCloudSql() as chosen:
                spec = TrackerStoreSpec(
                    settings=chosen,
                    generation=self._settings.rotation.tracker_store,
                    grow=self._settings.is_raised("trackerStore.storageGb", chosen.storage_gb),
                    context=self._foundation.context,
                    tier=self._foundation.place.data,
                )
                made = CloudSqlTrackerStore(f"{self._name}-tracker-store", spec, opts=self._child)
                return Service(address=made.address, connection=made.connection)
            case ExistingTrackerStore() as chosen:
                return existing_tracker_store(chosen, self._settings)

    def lock_store(self) -> LockStore[BucketRole] | None:
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
            case ExistingLockStore() | NoLockStore() as chosen:
                return existing_lock_store(chosen, self._settings)

    def event_queue(self) -> EventQueue[BucketRole] | None:
        """Kafka, by the assistant's name."""
        match self._settings.event_queue:
            case CreateConfluent() as chosen:
                spec = EventQueueSpec(
                    settings=chosen,
                    generation=self._settings.rotation.event_queue,
                    context=self._foundation.context,
                    tier=self._foundation.place.endpoints,
                    assistants=self._settings.assistants,
                )
                made = ConfluentEventQueue(f"{self._name}-event-queue", spec, opts=self._child)
                return Service(address=made.bootstrap, connection=made.connections)
            case ExistingEventQueue() | NoEventQueue() as chosen:
                return existing_event_queue(chosen, self._settings)

    def model_storage(self) -> ModelStorage[BucketRole] | None:
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
