"""Rules over several settings. What is refused in prod and only frowned upon in dev is told apart here, once."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Final

from settings.assistant import Assistant
from settings.aws_rules import aws_rules
from settings.base import Cloud, Profile
from settings.layers import CreateLockStore, CreateMsk, NoEventQueue, NoLockStore, NoModelStorage
from settings.problems import Problem

if TYPE_CHECKING:
    from settings.model import Settings

# Rasa Pro versions whose configuration files the pinned chart mounts and this program writes (docs/compatibility.md).
COMPATIBLE_VERSIONS: Final = ("3.14", "3.15", "3.16", "3.17")
OPEN: Final = "0.0.0.0/0"

# Set by the program itself in every Rasa pod.
RESERVED_ENVIRONMENT: Final = frozenset(
    {
        "AUTH_TOKEN", "AWS_DEFAULT_REGION", "AWS_ELASTICACHE_CLUSTER_NAME", "BUCKET_NAME", "DB_PASSWORD",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED", "IAM_CLOUD_PROVIDER", "JWT_METHOD", "JWT_SECRET",
        "KAFKA_MSK_AWS_IAM_ENABLED", "KAFKA_PASSWORD", "KAFKA_USERNAME", "LOG_LEVEL", "RASA_ENVIRONMENT",
        "RASA_PRO_LICENSE", "RASA_TELEMETRY_DEBUG", "RASA_TELEMETRY_ENABLED", "RDS_SQL_DB_AWS_IAM_ENABLED",
        "REDIS_PASSWORD", "SQL_MAX_OVERFLOW", "SQL_POOL_SIZE", "SQL_TRACKER_STORE_SSL_MODE",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE",
    }
)  # fmt: skip


def broken_rules(settings: Settings) -> tuple[list[Problem], list[Problem]]:
    """Errors and warnings of a stack file whose fields are each valid."""
    errors = [*_always(settings), *_cloud_rules(settings)]
    strict = list(_prod(settings))
    match settings.profile:
        case Profile.PROD:
            return errors + strict, []
        case Profile.DEV:
            return errors, [problem for problem in strict if problem.key in _WARNED_IN_DEV]


# In dev one zone less or a single node is the point; an open API and missing backups are not.
_WARNED_IN_DEV: Final = frozenset({"cluster.apiAccess", "trackerStore.backupDays"})


def _cloud_rules(settings: Settings) -> Iterator[Problem]:
    match settings.cloud:
        case Cloud.AWS:
            yield from aws_rules(settings)


def _always(settings: Settings) -> Iterator[Problem]:
    yield from _secrets(settings)
    yield from _addresses(settings)
    yield from _sizes(settings)
    for name, count in Counter(assistant.name for assistant in settings.assistants).items():
        if count > 1:
            yield Problem(
                key="assistants", got=repr(name), expected=f"is the name of {count} assistants", fix="give each its own"
            )
    for index, assistant in enumerate(settings.assistants):
        yield from _assistant(f"assistants[{index}]", assistant, settings)


def _secrets(settings: Settings) -> Iterator[Problem]:
    if "license" not in settings.secrets:
        yield Problem(
            key="secrets.license",
            got="nothing",
            expected="is set, but Rasa Pro does not start without a licence",
            fix="run: pulumi config set --secret --path 'rasa:secrets.license'",
        )


def _addresses(settings: Settings) -> Iterator[Problem]:
    ranges = {"network.cidr": settings.network.cidr, "cluster.serviceCidr": settings.cluster.service_cidr}
    for (one, first), (other, second) in combinations(ranges.items(), 2):
        if ipaddress.IPv4Network(first).overlaps(ipaddress.IPv4Network(second)):
            yield Problem(
                key=other, got=second, expected=f"overlaps {one} ({first})", fix="choose ranges that do not overlap"
            )
    zones = settings.network.zones
    if len(zones) < 2:
        yield Problem(
            key="network.zones",
            got=f"{len(zones)} zone(s)",
            expected="is below 2, the fewest that the data services accept",
            fix="name at least 2 zones",
        )
    if len(set(zones)) < len(zones):
        yield Problem(
            key="network.zones", got=", ".join(zones), expected="names a zone twice", fix="name each zone once"
        )


def _sizes(settings: Settings) -> Iterator[Problem]:
    cluster, store = settings.cluster, settings.tracker_store
    if cluster.max_nodes < cluster.min_nodes:
        yield Problem(
            key="cluster.maxNodes",
            got=str(cluster.max_nodes),
            expected=f"is below minNodes ({cluster.min_nodes})",
            fix="raise maxNodes or lower minNodes",
        )
    if store.max_storage_gb < store.storage_gb:
        yield Problem(
            key="trackerStore.maxStorageGb",
            got=str(store.max_storage_gb),
            expected=f"is below storageGb ({store.storage_gb})",
            fix="raise maxStorageGb",
        )


def _assistant(key: str, assistant: Assistant, settings: Settings) -> Iterator[Problem]:
    if assistant.rasa_version not in COMPATIBLE_VERSIONS:
        yield Problem(
            key=f"{key}.rasaVersion",
            got=assistant.rasa_version,
            expected=f"does not fit the pinned chart (fits: {', '.join(COMPATIBLE_VERSIONS)})",
            fix="choose one of them; docs/compatibility.md tells why",
        )
    if isinstance(settings.lock_store, NoLockStore) and max(assistant.replicas, assistant.max_replicas or 0) > 1:
        yield Problem(
            key=f"{key}.replicas",
            got=str(max(assistant.replicas, assistant.max_replicas or 0)),
            expected="needs a lock store, but rasa:lockStore.kind is none",
            fix="set replicas (and maxReplicas) to 1 or create a lock store",
        )
    if assistant.max_replicas is not None and assistant.max_replicas <= assistant.replicas:
        yield Problem(
            key=f"{key}.maxReplicas",
            got=str(assistant.max_replicas),
            expected=f"is not above replicas ({assistant.replicas})",
            fix="raise maxReplicas, or leave it out for no autoscaling",
        )
    if assistant.analytics and isinstance(settings.event_queue, NoEventQueue):
        yield Problem(
            key=f"{key}.analytics",
            got="true",
            expected="needs an event queue, but rasa:eventQueue.kind is none",
            fix="create an event queue or set analytics to false",
        )
    if isinstance(settings.model_storage, NoModelStorage) and assistant.model is not None:
        yield Problem(
            key=f"{key}.model",
            got=assistant.model,
            expected="names an object, but rasa:modelStorage.kind is none (the model is in the image)",
            fix="remove model, or create the model storage",
        )
    for variable, secret in assistant.secret_env.items():
        if secret not in settings.secrets:
            yield Problem(
                key=f"{key}.secretEnv.{variable}",
                got=secret,
                expected=f"is not a key of rasa:secrets (known: {', '.join(sorted(settings.secrets))})",
                fix=f"run: pulumi config set --secret --path 'rasa:secrets.{secret}'",
            )
        if variable in RESERVED_ENVIRONMENT:
            yield Problem(
                key=f"{key}.secretEnv.{variable}",
                got=variable,
                expected="is set by the program itself",
                fix="choose another name",
            )
    for position, group in enumerate(assistant.model_groups):
        if not isinstance(group.get("id"), str) or not isinstance(group.get("models"), list):
            yield Problem(
                key=f"{key}.modelGroups[{position}]",
                got=str(sorted(group)),
                expected="lacks an id or models",
                fix="write {id: ..., models: [{provider: ..., model: ...}]}",
            )


def _prod(settings: Settings) -> Iterator[Problem]:
    """What a production stack may not do."""
    if not settings.cluster.api_access or OPEN in settings.cluster.api_access:
        yield Problem(
            key="cluster.apiAccess",
            got=", ".join(settings.cluster.api_access) or "an empty list",
            expected="does not limit who may reach the Kubernetes API",
            fix="name the ranges of your offices and runners, such as 203.0.113.0/24",
        )
    if settings.tracker_store.backup_days < 1:
        yield Problem(
            key="trackerStore.backupDays",
            got="0",
            expected="turns the backups of all conversations off",
            fix="set 1 or more",
        )
    if len(settings.network.zones) < 3:
        yield Problem(
            key="network.zones",
            got=f"{len(settings.network.zones)} zones",
            expected="is below 3, the fewest in prod",
            fix="name 3 zones, or choose a region that has them",
        )
    if isinstance(settings.lock_store, CreateLockStore) and settings.lock_store.nodes < 2:
        yield Problem(
            key="lockStore.nodes",
            got=str(settings.lock_store.nodes),
            expected="is below 2: a single node is lost with its zone",
            fix="set 2 or more",
        )
    if isinstance(settings.event_queue, CreateMsk) and settings.event_queue.brokers < 3:
        yield Problem(
            key="eventQueue.brokers",
            got=str(settings.event_queue.brokers),
            expected="is below 3, the fewest in prod",
            fix="set 3 or more",
        )
    for index, assistant in enumerate(settings.assistants):
        if assistant.replicas < 2:
            yield Problem(
                key=f"assistants[{index}].replicas",
                got=str(assistant.replicas),
                expected="is below 2, the fewest in prod",
                fix="set 2 or more",
            )
        if assistant.ingress is not None and assistant.ingress.tls_secret is None:
            yield Problem(
                key=f"assistants[{index}].ingress.tlsSecret",
                got="nothing",
                expected="is set, so users would reach the assistant without TLS",
                fix="name a Secret of the namespace that holds the certificate",
            )
