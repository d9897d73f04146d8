"""The services of Rasa's architecture as a platform sees them: the same on every cloud, created or existing.

Owns how a platform puts them together for its assistants. What is created, and what a right is, stands in each cloud's
own `services.py`; what exists already in `existing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import pulumi

from components.connections import (
    AssistantConnections,
    DownloadedModel,
    ExistingDatabases,
    KafkaConnection,
    ModelStorageConnection,
    PostgresConnection,
    RedisConnection,
    WorkloadIdentity,
)
from settings import Assistant
from settings.assistant import ANALYTICS_SERVICE_ACCOUNT, SERVICE_ACCOUNT

Connection = TypeVar("Connection", covariant=True)
# What a pod may do, in the words of one cloud.
Right = TypeVar("Right", covariant=True)


def _none(_: Assistant) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Service(Generic[Connection, Right]):
    """`rasa` and `analytics` tell what the identities of an assistant's service accounts may do with it.

    None: they need no identity for it. Empty: they need one, whose rights somebody else gives.
    """

    address: pulumi.Output[str]
    connection: Connection
    rasa: Callable[[Assistant], tuple[Right, ...] | None] = _none
    analytics: Callable[[Assistant], tuple[Right, ...] | None] = _none


TrackerStore: TypeAlias = Service[PostgresConnection | ExistingDatabases, Right]
# By the assistant's name.
LockStore: TypeAlias = Service[Mapping[str, RedisConnection], Right]
EventQueue: TypeAlias = Service[Mapping[str, KafkaConnection], Right]
ModelStorage: TypeAlias = Service[Mapping[str, ModelStorageConnection | DownloadedModel], Right]


@dataclass(frozen=True, kw_only=True)
class Services(Generic[Right]):
    """Those of one platform; None where the stack has no such service."""

    tracker_store: TrackerStore[Right]
    lock_store: LockStore[Right] | None
    event_queue: EventQueue[Right] | None
    model_storage: ModelStorage[Right] | None

    def addresses(self) -> Mapping[str, pulumi.Output[str]]:
        """By the name of their layer in the stack file."""
        layers = {
            "trackerStore": self.tracker_store,
            "lockStore": self.lock_store,
            "eventQueue": self.event_queue,
            "modelStorage": self.model_storage,
        }
        return {layer: service.address for layer, service in layers.items() if service}

    def connections(
        self,
        assistants: Sequence[Assistant],
        identity: Callable[[str, str, tuple[Right, ...] | None], WorkloadIdentity],
    ) -> Mapping[str, AssistantConnections]:
        """What each assistant uses, by its name. `identity` makes one for a namespace, a service account and rights."""
        return {
            assistant.name: AssistantConnections(
                lock_store=self.lock_store.connection[assistant.name] if self.lock_store else None,
                event_queue=self.event_queue.connection[assistant.name] if self.event_queue else None,
                model_storage=self.model_storage.connection[assistant.name] if self.model_storage else None,
                rasa=identity(assistant.namespace, SERVICE_ACCOUNT, self._rasa(assistant)),
                analytics=identity(assistant.namespace, ANALYTICS_SERVICE_ACCOUNT, self._analytics(assistant)),
            )
            for assistant in assistants
        }

    def _rasa(self, assistant: Assistant) -> tuple[Right, ...] | None:
        return _together([service.rasa(assistant) for service in self._used()])

    def _analytics(self, assistant: Assistant) -> tuple[Right, ...] | None:
        if not assistant.analytics:
            return None
        return _together([service.analytics(assistant) for service in self._used()])

    def _used(self) -> list[Service[object, Right]]:
        services = (self.tracker_store, self.lock_store, self.event_queue, self.model_storage)
        return [service for service in services if service]


def _together(rights: Sequence[tuple[Right, ...] | None]) -> tuple[Right, ...] | None:
    needed = [some for some in rights if some is not None]
    return tuple(right for some in needed for right in some) if needed else None
