"""Limits of Azure that settings can break, each with the service whose limit it is."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from settings.azure import (
    AzureSettings,
    CreateAks,
    CreateEventHubs,
    ExistingAzureCluster,
    ExistingContainer,
    ExistingVnet,
)
from settings.base import ModelAuth, Profile
from settings.existing import NoIdentity
from settings.layers import CreateLockStore, CreateNetwork, CreateTrackerStore, NoModelStorage
from settings.limits import (
    above,
    below,
    no_match,
    no_room_for_nodes,
    not_one_of,
    overlaps,
    prefix_outside,
    several_sizes,
    unknown_secret,
    wrong_tags,
)
from settings.problems import Problem, shown

ZONES: Final = ("1", "2", "3")
VNET_PREFIX: Final = (16, 19)
SERVICE_PREFIX: Final = (13, 28)
DATABASE_PREFIX: Final = 28
SYSTEM_NODES: Final = 6  # most nodes of the pool for the cluster's own pods
# What AKS keeps for itself.
RESERVED: Final = ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
POSTGRES_VERSIONS: Final = ("15", "16", "17", "18")
POSTGRES_STORAGE_GB: Final = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
POSTGRES_BACKUP_DAYS: Final = (7, 35)
REDIS_NODES: Final = 2
REDIS_SIZES: Final = (
    "Balanced_B0", "Balanced_B1", "Balanced_B3", "Balanced_B5", "Balanced_B10", "Balanced_B20",
    "ComputeOptimized_X3", "ComputeOptimized_X5", "ComputeOptimized_X10", "ComputeOptimized_X20",
    "MemoryOptimized_M10", "MemoryOptimized_M20",
)  # fmt: skip
# By the tier of Event Hubs.
QUEUE_UNITS: Final[Mapping[str, tuple[int, ...]]] = {
    "Standard": tuple(range(1, 41)),
    "Premium": (1, 2, 4, 6, 8, 10, 12, 16),
}
QUEUE_PARTITIONS: Final = {"Standard": 32, "Premium": 100}
QUEUE_HOURS: Final = {"Standard": 168, "Premium": 2160}
TAGS: Final = 12  # private DNS takes 15 on a zone; the program adds its own
TAG_PATTERNS: Final = (r"(?i)(?!azure|microsoft|windows)[a-z_][\w.:=+@\-]{0,127}", r"[^\x00-\x1f]{0,256}")
NO_TAG: Final = (
    "is not a tag that Azure accepts everywhere (key: letters, digits and _.:=+-@, letter first, "
    "up to 128, not azure..., microsoft... or windows...; value up to 256)"
)
NO_SIZE: Final = "is not the size of a virtual machine of Azure"
DNS_ZONES: Final = {
    "blob": "privatelink.blob.core.windows.net",
    "database": ".postgres.database.azure.com",
    "redis": "privatelink.redis.azure.net",
    "eventHubs": "privatelink.servicebus.windows.net",
    "keyVault": "privatelink.vaultcore.azure.net",
}


def azure_rules(settings: AzureSettings) -> Iterator[Problem]:
    """Problems that only Azure has."""
    yield from wrong_tags(settings.tags, TAGS, TAG_PATTERNS, NO_TAG)
    yield from _network(settings)
    match settings.cluster:
        case CreateAks() as cluster:
            yield from _cluster(settings, cluster)
        case ExistingAzureCluster() as cluster:
            yield from _identity(settings, cluster)
    match settings.tracker_store:
        case CreateTrackerStore() as store:
            yield from _tracker_store(settings, store)
        case _:
            pass
    match settings.lock_store:
        case CreateLockStore() as store:
            yield from not_one_of("lockStore.size", store.size, REDIS_SIZES, "Azure Managed Redis without clustering")
            reason = "the nodes of Azure Managed Redis: one, or two in different zones"
            yield from above("lockStore.nodes", store.nodes, REDIS_NODES, reason)
        case _:
            pass
    match settings.event_queue:
        case CreateEventHubs() as queue:
            yield from _event_queue(settings, queue)
        case _:
            pass
    match settings.model_storage:
        case ExistingContainer() as container:
            yield from _container(settings, container)
        case _:
            pass


def _network(settings: AzureSettings) -> Iterator[Problem]:
    match settings.network:
        case CreateNetwork() as network:
            for zone in network.zones:
                if zone not in ZONES:
                    yield Problem(
                        key="network.zones",
                        got=repr(zone),
                        expected="is not a zone of Azure, which numbers them",
                        fix="name zones like '1'",
                    )
            reason = "what the subnets of all services need"
            yield from prefix_outside("network.cidr", network.cidr, VNET_PREFIX, reason, "10.0.0.0/16")
        case ExistingVnet() as network:
            yield from _existing_network(network)


def _existing_network(network: ExistingVnet) -> Iterator[Problem]:
    subnets = {
        "clusterSubnet": network.cluster_subnet,
        "databaseSubnet": network.database_subnet,
        "endpointSubnet": network.endpoint_subnet,
    }
    ids = Counter(subnet.id.lower() for subnet in subnets.values())
    for key, subnet in subnets.items():
        if not subnet.id.lower().startswith(f"{network.vnet_id}/subnets/".lower()):
            yield Problem(
                key=f"network.{key}.id",
                got=shown(subnet.id),
                expected="is not a subnet of vnetId",
                fix="name a subnet of that virtual network",
                others=("network.vnetId",),
            )
    if ids[network.database_subnet.id.lower()] > 1:
        yield Problem(
            key="network.databaseSubnet.id",
            got=shown(network.database_subnet.id),
            expected="is the subnet of something else as well, but PostgreSQL takes a delegated one for itself",
            fix="name another subnet",
            others=("network.clusterSubnet.id", "network.endpointSubnet.id"),
        )
    prefix = ipaddress.IPv4Network(network.database_subnet.cidr).prefixlen
    if prefix > DATABASE_PREFIX:
        yield Problem(
            key="network.databaseSubnet.cidr",
            got=network.database_subnet.cidr,
            expected=f"is smaller than /{DATABASE_PREFIX}, what PostgreSQL needs",
            fix="name a larger subnet",
        )
    zones = network.dns_zones
    given = {
        "blob": zones.blob,
        "database": zones.database,
        "redis": zones.redis,
        "eventHubs": zones.event_hubs,
        "keyVault": zones.key_vault,
    }
    for key, zone in given.items():
        if zone is not None and not zone.endswith(DNS_ZONES[key]):
            yield Problem(
                key=f"network.dnsZones.{key}",
                got=repr(zone.rsplit("/", 1)[-1]),
                expected="is a zone in which nobody looks for that service",
                fix=f"name one that ends with {DNS_ZONES[key]}",
            )


def _cluster(settings: AzureSettings, cluster: CreateAks) -> Iterator[Problem]:
    reason = "what AKS accepts"
    yield from prefix_outside("cluster.serviceCidr", cluster.service_cidr, SERVICE_PREFIX, reason, "172.20.0.0/16")
    yield from no_room_for_nodes(cluster.pod_cidr, cluster.max_nodes, (cluster.max_nodes + SYSTEM_NODES) * 4 // 3 + 1)
    for key, cidr in {**settings.network.ranges, **cluster.ranges}.items():
        for reserved in RESERVED:
            for problem in overlaps({"what AKS keeps for itself": reserved, key: cidr}):
                yield Problem(key=key, got=problem.got, expected=problem.expected, fix="choose another range")
    yield from several_sizes(cluster.node_sizes, "AKS")
    for size in cluster.node_sizes:
        yield from no_match("cluster.nodeSizes", size, r"Standard_[A-Z]+\d+[a-z0-9_\-]*", NO_SIZE, "Standard_D4ds_v5")


def _identity(settings: AzureSettings, cluster: ExistingAzureCluster) -> Iterator[Problem]:
    storage = settings.model_storage
    if isinstance(storage, NoModelStorage) or storage.auth is not ModelAuth.INIT_DOWNLOAD:
        return
    if isinstance(cluster.identity, NoIdentity):
        yield Problem(
            key="cluster.identity",
            got="none",
            expected="gives pods no identity of Entra, but rasa:modelStorage.auth initDownload needs one",
            fix="set {kind: workloadIdentity, issuer: ...}, or rasa:modelStorage.auth to key",
            others=("modelStorage",),
        )


def _tracker_store(settings: AzureSettings, store: CreateTrackerStore) -> Iterator[Problem]:
    pattern = r"Standard_(B\d+ms|[DE]\d+[a-z]*_v\d+)"
    yield from no_match("trackerStore.size", store.size, pattern, NO_SIZE + " for PostgreSQL", "Standard_D2ds_v5")
    yield from not_one_of("trackerStore.version", store.version, POSTGRES_VERSIONS, "Azure Database for PostgreSQL")
    sizes = POSTGRES_STORAGE_GB
    if store.storage_gb not in sizes:
        fitting = next((size for size in sizes if size > store.storage_gb), sizes[-1])
        yield Problem(
            key="trackerStore.storageGb",
            got=str(store.storage_gb),
            expected=f"is not a size of Azure's disks ({', '.join(map(str, sizes))})",
            fix=f"set {fitting}",
        )
    fewest, most = POSTGRES_BACKUP_DAYS
    yield from below("trackerStore.backupDays", store.backup_days, fewest, "the fewest that Azure keeps")
    yield from above("trackerStore.backupDays", store.backup_days, most, "the most that Azure keeps")
    if settings.profile is Profile.PROD and store.size.startswith("Standard_B"):
        yield Problem(
            key="trackerStore.size",
            got=store.size,
            expected="is burstable, which has no standby in another zone",
            fix="choose a size like Standard_D2ds_v5",
        )


def _event_queue(settings: AzureSettings, queue: CreateEventHubs) -> Iterator[Problem]:
    units = QUEUE_UNITS[queue.size]
    if queue.units not in units:
        fitting = next((number for number in units if number > queue.units), units[-1])
        yield Problem(
            key="eventQueue.units",
            got=str(queue.units),
            expected=f"is not a number of units that {queue.size} has",
            fix=f"set {fitting}",
            others=("eventQueue.size",),
        )
    tier = f"the most of Event Hubs {queue.size}"
    yield from above("eventQueue.partitions", queue.partitions, QUEUE_PARTITIONS[queue.size], tier)
    yield from above("eventQueue.retentionHours", queue.retention_hours, QUEUE_HOURS[queue.size], tier)
    if settings.profile is Profile.PROD and queue.size == "Standard":
        yield Problem(
            key="eventQueue.size",
            got=queue.size,
            expected="cannot encrypt with a key of yours",
            fix="set Premium",
        )


def _container(settings: AzureSettings, container: ExistingContainer) -> Iterator[Problem]:
    if container.auth is ModelAuth.KEY and container.account_key is None:
        yield Problem(
            key="modelStorage.accountKey",
            got="nothing",
            expected="is set, but rasa:modelStorage.auth is key",
            fix="name the key of rasa:secrets that holds the account's key, or set auth to initDownload",
        )
    if container.account_key is not None:
        yield from unknown_secret("modelStorage.accountKey", container.account_key, settings.secrets)
