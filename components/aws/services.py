"""The four services of Rasa's architecture on AWS, each created or existing, in one form."""

from __future__ import annotations

import pulumi

from components.aws.context import ClientGroup, ClientRanges
from components.aws.event_queue import EventQueueSpec, MskEventQueue
from components.aws.foundation import Foundation
from components.aws.lock_store import ElastiCacheLockStore, LockStoreSpec
from components.aws.model_storage import ExistingS3ModelStorage, ModelStorageSpec, S3ModelStorage
from components.aws.policy import Allow
from components.aws.tracker_store import RdsTrackerStore, TrackerStoreSpec
from components.existing import existing_event_queue, existing_lock_store, existing_tracker_store
from components.services import EventQueue, LockStore, ModelStorage, Service, TrackerStore
from settings import (
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


class AwsServices:
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

    def tracker_store(self) -> TrackerStore[Allow]:
        """PostgreSQL."""
        match self._settings.tracker_store:
            case CreateRds() as chosen:
                spec = TrackerStoreSpec(
                    settings=chosen,
                    generation=self._settings.rotation.tracker_store,
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
                return existing_tracker_store(chosen, self._settings)

    def lock_store(self) -> LockStore[Allow] | None:
        """Redis, by the assistant's name."""
        match self._settings.lock_store:
            case CreateElastiCache() as chosen:
                spec = LockStoreSpec(
                    settings=chosen,
                    generation=self._settings.rotation.lock_store,
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                    assistants=self._settings.assistants,
                )
                made = ElastiCacheLockStore(f"{self._name}-lock-store", spec, opts=self._child)
                return Service(address=made.address, connection=made.connections, rasa=made.access)
            case ExistingLockStore() | NoLockStore() as chosen:
                return existing_lock_store(chosen, self._settings)

    def event_queue(self) -> EventQueue[Allow] | None:
        """Kafka, by the assistant's name."""
        match self._settings.event_queue:
            case CreateMsk() as chosen:
                spec = EventQueueSpec(
                    settings=chosen,
                    generation=self._settings.rotation.event_queue,
                    grow=self._settings.is_raised("eventQueue.storageGb", chosen.storage_gb),
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                    secret_key=self._foundation.key_arn,
                    assistants=self._settings.assistants,
                )
                made = MskEventQueue(f"{self._name}-event-queue", spec, opts=self._child)
                return Service(
                    address=made.bootstrap, connection=made.connections, rasa=made.produce, analytics=made.consume
                )
            case ExistingEventQueue() | NoEventQueue() as chosen:
                return existing_event_queue(chosen, self._settings)

    def model_storage(self) -> ModelStorage[Allow] | None:
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
