"""The four services of Rasa's architecture on AWS, each created or existing, in one form."""

from __future__ import annotations

import pulumi

from components.aws.context import ClientGroup, ClientRanges
from components.aws.event_queue import MskEventQueue
from components.aws.foundation import Foundation
from components.aws.lock_store import ElastiCacheLockStore
from components.aws.model_storage import ExistingS3ModelStorage, S3ModelStorage
from components.aws.policy import Allow
from components.aws.tracker_store import RdsTrackerStore
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
                made = RdsTrackerStore(
                    f"{self._name}-tracker-store",
                    settings=chosen,
                    generation=self._settings.rotation.tracker_store,
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                    opts=self._child,
                )
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
                made = ElastiCacheLockStore(
                    f"{self._name}-lock-store",
                    settings=chosen,
                    generation=self._settings.rotation.lock_store,
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                    assistants=self._settings.assistants,
                    opts=self._child,
                )
                return Service(address=made.address, connection=made.connections, rasa=made.access)
            case ExistingLockStore() | NoLockStore() as chosen:
                return existing_lock_store(chosen, self._settings)

    def event_queue(self) -> EventQueue[Allow] | None:
        """Kafka, by the assistant's name."""
        match self._settings.event_queue:
            case CreateMsk() as chosen:
                made = MskEventQueue(
                    f"{self._name}-event-queue",
                    settings=chosen,
                    generation=self._settings.rotation.event_queue,
                    context=self._foundation.context,
                    tier=self._foundation.tier(self._clients),
                    secret_key=self._foundation.key_arn,
                    assistants=self._settings.assistants,
                    opts=self._child,
                )
                return Service(
                    address=made.bootstrap, connection=made.connections, rasa=made.produce, analytics=made.consume
                )
            case ExistingEventQueue() | NoEventQueue() as chosen:
                return existing_event_queue(chosen, self._settings)

    def model_storage(self) -> ModelStorage[Allow] | None:
        """Object storage, by the assistant's name."""
        match self._settings.model_storage:
            case CreateModelStorage() as chosen:
                storage = S3ModelStorage(
                    f"{self._name}-model-storage",
                    settings=chosen,
                    context=self._foundation.context,
                    assistants=self._settings.assistants,
                    opts=self._child,
                )
            case ExistingBucket() as chosen:
                storage = ExistingS3ModelStorage(chosen, self._settings.region, self._settings.assistants)
            case NoModelStorage():
                return None
        return Service(
            address=pulumi.Output.format("s3://{0}", storage.bucket),
            connection=storage.connections,
            rasa=storage.access,
        )
