"""Limits of GCP and Confluent that settings can break, each with the service whose limit it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from settings.base import Profile
from settings.existing import NoIdentity
from settings.gcp import (
    CreateCloudSql,
    CreateConfluent,
    CreateGke,
    CreateMemorystore,
    ExistingCryptoKey,
    ExistingGcpCluster,
    ExistingVpcNetwork,
    GcpSettings,
)
from settings.layers import CreateNetwork, NoModelStorage
from settings.limits import (
    above,
    below,
    foreign_key,
    foreign_zones,
    no_match,
    no_room_for_nodes,
    not_one_of,
    prefix_outside,
    several_sizes,
    too_small_to_grow,
    unknown_secret,
    wrong_tags,
)
from settings.problems import Problem

NETWORK_PREFIX: Final = (16, 19)
SERVICE_PREFIX: Final = (16, 27)
POSTGRES_VERSIONS: Final = ("15", "16", "17", "18")
CLOUD_SQL_STORAGE_GB: Final = (10, 65536)
CLOUD_SQL_BACKUPS: Final = 365
SHARED_CORE: Final = ("db-f1-micro", "db-g1-small")
MEMORY_STEP_MB: Final = 256
LEAST_MEMORY_MB: Final = 3840
MEMORY_PER_CPU_MB: Final = (922, 6656)
MEMORYSTORE_GB: Final = 300
MEMORYSTORE_NODES: Final = 2
MEMORYSTORE_VERSIONS: Final = ("7.0", "7.2")
LABELS: Final = 60  # GCP takes 64; the program and the services add theirs
LABEL_PATTERNS: Final = (r"[a-z][a-z0-9_-]{0,62}", r"[a-z0-9_-]{0,63}")
NO_LABEL: Final = "is not a label that GCP accepts (a-z, 0-9, _ and -, up to 63, key: letter first)"


def gcp_rules(settings: GcpSettings) -> Iterator[Problem]:
    """Problems that only GCP has."""
    yield from wrong_tags(settings.tags, LABELS, LABEL_PATTERNS, NO_LABEL)
    yield from _network(settings)
    match settings.encryption:
        case ExistingCryptoKey(key=key):
            yield from foreign_key(key, settings.region, f"/locations/{settings.region}/")
        case _:
            pass
    match settings.cluster:
        case CreateGke() as cluster:
            yield from _cluster(settings, cluster)
        case ExistingGcpCluster() as cluster:
            yield from _identity(settings, cluster)
    match settings.tracker_store:
        case CreateCloudSql() as store:
            yield from _tracker_store(settings, store)
        case _:
            pass
    match settings.lock_store:
        case CreateMemorystore() as store:
            yield from not_one_of("lockStore.version", store.version, MEMORYSTORE_VERSIONS, "Memorystore for Redis")
            yield from above("lockStore.size", int(store.size), MEMORYSTORE_GB, "the Memorystore maximum in GiB")
            reason = "the nodes of Memorystore: one, or two in different zones"
            yield from above("lockStore.nodes", store.nodes, MEMORYSTORE_NODES, reason)
        case _:
            pass
    match settings.event_queue:
        case CreateConfluent() as queue:
            yield from _event_queue(settings, queue)
        case _:
            pass


def _network(settings: GcpSettings) -> Iterator[Problem]:
    match settings.network:
        case CreateNetwork() as network:
            zone = rf"{settings.region}-[a-z]"
            yield from foreign_zones(network.zones, settings.region, zone, f"{settings.region}-b")
            reason = "what the ranges of all services need"
            yield from prefix_outside("network.cidr", network.cidr, NETWORK_PREFIX, reason, "10.0.0.0/16")
        case ExistingVpcNetwork() as network:
            if network.pods_range == network.services_range:
                yield Problem(
                    key="network.servicesRange",
                    got=network.services_range,
                    expected="is the range for pods as well",
                    fix="name another secondary range",
                    others=("network.podsRange",),
                )


def _cluster(settings: GcpSettings, cluster: CreateGke) -> Iterator[Problem]:
    if isinstance(settings.network, CreateNetwork):
        bounds, reason = SERVICE_PREFIX, "what GKE accepts"
        yield from prefix_outside("cluster.serviceCidr", cluster.service_cidr, bounds, reason, "172.20.0.0/20")
        yield from no_room_for_nodes(cluster.pod_cidr, cluster.max_nodes, cluster.max_nodes + 1)
    yield from several_sizes(cluster.node_sizes, "GKE")
    for size in cluster.node_sizes:
        expected = "is not a machine type of Compute Engine"
        yield from no_match("cluster.nodeSizes", size, r"[a-z]\d+[a-z]?(-[a-z0-9]+)+", expected, "n2-standard-4")


def _identity(settings: GcpSettings, cluster: ExistingGcpCluster) -> Iterator[Problem]:
    if isinstance(cluster.identity, NoIdentity) and not isinstance(settings.model_storage, NoModelStorage):
        yield Problem(
            key="cluster.identity",
            got="none",
            expected="gives pods no identity of Google Cloud, but rasa:modelStorage needs one",
            fix="set {kind: workloadIdentity, workloadPool: ...}, or rasa:modelStorage.kind to none",
            others=("modelStorage",),
        )


def _tracker_store(settings: GcpSettings, store: CreateCloudSql) -> Iterator[Problem]:
    yield from _machine(store.size)
    yield from not_one_of("trackerStore.version", store.version, POSTGRES_VERSIONS, "Cloud SQL")
    minimum, maximum = CLOUD_SQL_STORAGE_GB
    yield from too_small_to_grow(store.storage_gb, store.max_storage_gb)
    yield from below("trackerStore.storageGb", store.storage_gb, minimum, "the Cloud SQL minimum")
    yield from above("trackerStore.maxStorageGb", store.max_storage_gb, maximum, "the Cloud SQL maximum")
    yield from above("trackerStore.backupDays", store.backup_days, CLOUD_SQL_BACKUPS, "the Cloud SQL maximum")
    if settings.profile is Profile.PROD and store.size in SHARED_CORE:
        yield Problem(
            key="trackerStore.size",
            got=store.size,
            expected="shares its core, and Google promises no availability of such a machine",
            fix="choose a size like db-custom-2-8192",
        )


def _machine(size: str) -> Iterator[Problem]:
    """A size of Cloud SQL's edition Enterprise."""
    if size.startswith("db-perf-optimized-"):
        yield Problem(
            key="trackerStore.size",
            got=size,
            expected="is a size of Enterprise Plus, but the instance is made in the edition Enterprise",
            fix="choose a size like db-custom-2-8192",
        )
        return
    custom = re.fullmatch(r"db-custom-(\d+)-(\d+)", size)
    if custom is None:
        pattern, expected = "|".join(SHARED_CORE), "is not a machine type of Cloud SQL"
        yield from no_match("trackerStore.size", size, pattern, expected, "db-custom-2-8192")
        return
    cpus, memory = int(custom[1]), int(custom[2])
    least, most = (cpus * each for each in MEMORY_PER_CPU_MB)
    right_cpus = cpus == 1 or (cpus > 0 and cpus % 2 == 0)
    right_memory = memory % MEMORY_STEP_MB == 0 and max(least, LEAST_MEMORY_MB) <= memory <= most
    if not (right_cpus and right_memory):
        yield Problem(
            key="trackerStore.size",
            got=size,
            expected="is not a machine that Cloud SQL makes (1 or an even number of CPUs; for each 0.9 to 6.5 GiB, "
            f"together {LEAST_MEMORY_MB} MiB at least, in steps of {MEMORY_STEP_MB})",
            fix="choose a size like db-custom-2-8192",
        )


def _event_queue(settings: GcpSettings, queue: CreateConfluent) -> Iterator[Problem]:
    yield from unknown_secret("eventQueue.apiKey", queue.api_key, settings.secrets)
    yield from unknown_secret("eventQueue.apiSecret", queue.api_secret, settings.secrets)
    if settings.profile is Profile.PROD and queue.size == "basic":
        yield Problem(
            key="eventQueue.size",
            got=queue.size,
            expected="is reached through the internet and stands in one zone",
            fix="set enterprise",
        )
