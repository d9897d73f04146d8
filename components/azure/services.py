"""The four services of Rasa's architecture on Azure, each created or existing, in one form."""

from __future__ import annotations

import pulumi

from components.azure.event_queue import EventHubsEventQueue, EventQueueSpec
from components.azure.foundation import Foundation
from components.azure.identity import Right
from components.azure.lock_store import LockStoreSpec, ManagedRedisLockStore
from components.azure.model_storage import BlobModelStorage, ExistingBlobModelStorage, ModelStorageSpec
from components.azure.tracker_store import FlexibleServerTrackerStore, TrackerStoreSpec
from components.existing import existing_event_queue, existing_lock_store, existing_tracker_store
from components.services import EventQueue, LockStore, ModelStorage, Service, TrackerStore
from settings import (
    AzureSettings,
    CreateBlobStorage,
    CreateEventHubs,
    CreateLockStore,
    CreateTrackerStore,
    ExistingContainer,
    ExistingEventQueue,
    ExistingLockStore,
    ExistingTrackerStore,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)


class AzureServices:
    """Makes the services of one platform. Analytics signs in to all of them with passwords, so it gets no rights."""

    def __init__(self, name: str, settings: AzureSettings, foundation: Foundation, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._foundation = foundation
        self._child = pulumi.ResourceOptions(parent=parent)

    def tracker_store(self) -> TrackerStore[Right]:
        """PostgreSQL."""
        match self._settings.tracker_store:
            case CreateTrackerStore() as chosen:
                spec = TrackerStoreSpec(
                    settings=chosen,
                    generation=self._settings.rotation.tracker_store,
                    grow=self._settings.is_raised("trackerStore.storageGb", chosen.storage_gb),
                    zones=self._foundation.place.zones,
                    context=self._foundation.context,
                    tier=self._foundation.place.tier,
                )
                made = FlexibleServerTrackerStore(f"{self._name}-tracker-store", spec, opts=self._child)
                return Service(address=made.address, connection=made.connection)
            case ExistingTrackerStore() as chosen:
                return existing_tracker_store(chosen, self._settings)

    def lock_store(self) -> LockStore[Right] | None:
        """Redis, by the assistant's name."""
        match self._settings.lock_store:
            case CreateLockStore() as chosen:
                spec = LockStoreSpec(
                    settings=chosen,
                    generation=self._settings.rotation.lock_store,
                    context=self._foundation.context,
                    tier=self._foundation.place.tier,
                    assistants=self._settings.assistants,
                )
                made = ManagedRedisLockStore(f"{self._name}-lock-store", spec, opts=self._child)
                return Service(address=made.address, connection=made.connections)
            case ExistingLockStore() | NoLockStore() as chosen:
                return existing_lock_store(chosen, self._settings)

    def event_queue(self) -> EventQueue[Right] | None:
        """Kafka, by the assistant's name."""
        match self._settings.event_queue:
            case CreateEventHubs() as chosen:
                spec = EventQueueSpec(
                    settings=chosen,
                    generation=self._settings.rotation.event_queue,
                    context=self._foundation.context,
                    tier=self._foundation.place.tier,
                    assistants=self._settings.assistants,
                )
                made = EventHubsEventQueue(f"{self._name}-event-queue", spec, opts=self._child)
                return Service(address=made.bootstrap, connection=made.connections)
            case ExistingEventQueue() | NoEventQueue() as chosen:
                return existing_event_queue(chosen, self._settings)

    def model_storage(self) -> ModelStorage[Right] | None:
        """Object storage, by the assistant's name."""
        match self._settings.model_storage:
            case CreateBlobStorage() as chosen:
                spec = ModelStorageSpec(
                    settings=chosen,
                    generation=self._settings.rotation.model_storage,
                    uploaders=self._foundation.operators,
                    context=self._foundation.context,
                    tier=self._foundation.place.tier,
                    assistants=self._settings.assistants,
                )
                storage = BlobModelStorage(f"{self._name}-model-storage", spec, opts=self._child)
            case ExistingContainer() as chosen:
                storage = ExistingBlobModelStorage(chosen, self._settings)
            case NoModelStorage():
                return None
        return Service(
            address=pulumi.Output.format("https://{0}.blob.core.windows.net", storage.account),
            connection=storage.connections,
            rasa=storage.access,
        )
