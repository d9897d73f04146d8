"""Existing services, as the stack file describes them, on any cloud.

Creates no resource: nothing existing is managed, changed or deleted. The package of a cloud describes what only that
cloud has (subnets, keys, buckets).
"""

from __future__ import annotations

from typing import Never

import pulumi

from components.cloud import EventQueue, LockStore, Service, TrackerStore
from components.connections import (
    AssistantDatabases,
    CertificateAuth,
    ClusterConnection,
    CredentialsInVault,
    DatabaseConnection,
    ExistingDatabases,
    KafkaConnection,
    PasswordAuth,
    RedisConnection,
)
from components.kubeconfig import server, with_context
from components.trust import public_roots
from settings import Assistant, Settings
from settings.cluster import ExistingCluster
from settings.event_queue import ExistingEventQueue
from settings.lock_store import ExistingLockStore
from settings.tracker_store import DatabaseLogin, ExistingTrackerStore


def existing_cluster(cluster: ExistingCluster, settings: Settings) -> ClusterConnection:
    """Describes a cluster by its kubeconfig. The address of the cluster's API identifies it."""
    kubeconfig = settings.secret(cluster.kubeconfig).apply(lambda text: with_context(text, cluster.context))
    return ClusterConnection(
        name=pulumi.Output.from_input(cluster.context),
        identifier=kubeconfig.apply(server),
        kubeconfig=kubeconfig,
        networks=cluster.networks,
        ready=(),
        pod_security=cluster.pod_security,
    )


def existing_tracker_store(store: ExistingTrackerStore, settings: Settings) -> TrackerStore[Never]:
    """Describes the databases of all assistants. Their roles exist already."""

    def auth(login: DatabaseLogin) -> PasswordAuth | CredentialsInVault:
        if login.password is None:
            return CredentialsInVault()
        return PasswordAuth(username=login.username, password=settings.secret(login.password))

    def database(login: DatabaseLogin) -> DatabaseConnection:
        return DatabaseConnection(
            host=pulumi.Output.from_input(store.host),
            port=store.port,
            database=login.database,
            auth=auth(login),
            ssl_mode=store.ssl_mode,
            ca_pem=store.ca or public_roots(),
            networks=store.networks,
            ready=(),
        )

    databases = {
        assistant.name: AssistantDatabases(
            rasa=database(store.logins[assistant.name]),
            analytics=database(store.analytics_logins[assistant.name]) if assistant.analytics else None,
        )
        for assistant in settings.assistants
    }
    return Service(
        address=pulumi.Output.from_input(f"{store.host}:{store.port}"),
        connection=ExistingDatabases(by_assistant=databases),
    )


def existing_lock_store(store: ExistingLockStore, settings: Settings) -> LockStore[Never]:
    """Describes one Redis for all assistants. Each assistant has its own key prefix."""
    connection = RedisConnection(
        host=pulumi.Output.from_input(store.host),
        port=store.port,
        auth=PasswordAuth(username=store.username, password=settings.secret(store.password)),
        ca_pem=(store.ca or public_roots()) if store.tls else None,
        networks=store.networks,
        ready=(),
    )
    return Service(
        address=pulumi.Output.from_input(f"{store.host}:{store.port}"),
        connection={assistant.name: connection for assistant in settings.assistants},
    )


def existing_event_queue(queue: ExistingEventQueue, settings: Settings) -> EventQueue[Never]:
    """Describes one Kafka for all assistants. Each assistant has its own topics, which exist already."""
    access = _kafka_access(queue, settings)
    bootstrap = pulumi.Output.from_input(queue.bootstrap)

    def connection(assistant: Assistant) -> KafkaConnection:
        events, dead_letters, group = queue.topics_of(assistant)
        return KafkaConnection(
            bootstrap=bootstrap,
            mechanism=queue.mechanism,
            producer=access,
            consumer=access,
            events_topic=events,
            dead_letter_topic=dead_letters,
            consumer_group=group,
            ca_pem=queue.ca or public_roots(),
            ports=queue.ports,
            networks=queue.networks,
            ready=(),
        )

    return Service(
        address=bootstrap, connection={assistant.name: connection(assistant) for assistant in settings.assistants}
    )


def _kafka_access(queue: ExistingEventQueue, settings: Settings) -> PasswordAuth | CertificateAuth:
    match queue:
        case ExistingEventQueue(client_certificate=str(certificate), client_key=str(key)):
            return CertificateAuth(certificate=settings.secret(certificate), key=settings.secret(key))
        case ExistingEventQueue(username=str(username), password=str(password)):
            return PasswordAuth(username=username, password=settings.secret(password))
        case _:
            raise ValueError("the settings accept no queue without a user or a certificate")
