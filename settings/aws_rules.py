"""Limits of AWS that settings can break, each with the service whose limit it is."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from settings.layers import CreateLockStore, CreateMsk
from settings.problems import Problem

if TYPE_CHECKING:
    from settings.model import Settings

RDS_STORAGE_GB: Final = (20, 65536)
MSK_STORAGE_GB: Final = 16384
RDS_BACKUP_DAYS: Final = 35
ELASTICACHE_BACKUP_DAYS: Final = 35
ELASTICACHE_NODES: Final = 6
TAGS: Final = 40  # AWS allows 50 on a resource; the program and Kubernetes add theirs
TAG_PATTERNS: Final = (r"(?!aws:)[\w .:/=+@\-]{1,128}", r"[\w .:/=+@\-]{0,256}")
# Where the program knows the roots that sign the database's certificate; the same as `components/trust/rds/`.
RDS_REGIONS: Final = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1",
        "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
        "eu-west-3", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1",
        "us-west-2",
    }
)  # fmt: skip
MSK_ZONES: Final = 3
VPC_PREFIX: Final = (16, 19)  # wider is refused by AWS, narrower leaves data subnets without room


def aws_rules(settings: Settings) -> Iterator[Problem]:
    """Problems that only AWS has."""
    if settings.region not in RDS_REGIONS:
        near = get_close_matches(settings.region, RDS_REGIONS, n=1)
        yield Problem(
            key="region",
            got=settings.region,
            expected="is not a region whose database certificates the program can verify",
            fix=f"choose another, such as {near[0] if near else 'eu-central-1'}; docs/compatibility.md lists them",
        )
    yield from _tags(settings)
    yield from _network(settings)
    yield from _tracker_store(settings)
    match settings.lock_store:
        case CreateLockStore() as store:
            yield from _size("lockStore.size", store.size, r"cache\.[a-z0-9]+\.[a-z0-9]+", "cache.m7g.large")
            yield from _above("lockStore.nodes", store.nodes, ELASTICACHE_NODES, "the nodes of one ElastiCache shard")
            yield from _above(
                "lockStore.backupDays", store.backup_days, ELASTICACHE_BACKUP_DAYS, "the ElastiCache limit"
            )
        case _:
            pass
    match settings.event_queue:
        case CreateMsk() as queue:
            yield from _event_queue(settings, queue)
        case _:
            pass


def _tags(settings: Settings) -> Iterator[Problem]:
    if len(settings.tags) > TAGS:
        yield Problem(
            key="tags", got=f"{len(settings.tags)} tags", expected=f"is above {TAGS}", fix="keep the ones that matter"
        )
    for key, value in settings.tags.items():
        if not all(re.fullmatch(pattern, text) for pattern, text in zip(TAG_PATTERNS, (key, value), strict=True)):
            yield Problem(
                key=f"tags.{key}",
                got=repr(value),
                expected="is not a tag that AWS accepts (letters, digits, spaces and _.:/=+-@; "
                "key up to 128, value up to 256, no key that starts with aws:)",
                fix="change the key or the value",
            )


def _network(settings: Settings) -> Iterator[Problem]:
    for zone in settings.network.zones:
        if not re.fullmatch(rf"{settings.region}(-[a-z0-9-]+)?[a-z]", zone):
            yield Problem(
                key="network.zones",
                got=zone,
                expected=f"is not in {settings.region}",
                fix=f"name zones like {settings.region}a",
                others=("region",),
            )
    if len(settings.network.zones) > MSK_ZONES:
        yield Problem(
            key="network.zones",
            got=f"{len(settings.network.zones)} zones",
            expected=f"is above {MSK_ZONES}, the most that MSK spreads over",
            fix=f"name {MSK_ZONES} zones",
        )
    prefix = ipaddress.IPv4Network(settings.network.cidr).prefixlen
    if not VPC_PREFIX[0] <= prefix <= VPC_PREFIX[1]:
        yield Problem(
            key="network.cidr",
            got=settings.network.cidr,
            expected=f"is not between /{VPC_PREFIX[0]} and /{VPC_PREFIX[1]}, what a VPC allows and three tiers need",
            fix="choose a range like 10.0.0.0/16",
        )
    service = ipaddress.IPv4Network(settings.cluster.service_cidr)
    if not (service.is_private and 12 <= service.prefixlen <= 24):
        yield Problem(
            key="cluster.serviceCidr",
            got=settings.cluster.service_cidr,
            expected="is not a private range between /12 and /24, what EKS accepts",
            fix="choose a range like 172.20.0.0/16",
        )
    for size in settings.cluster.node_sizes:
        yield from _size("cluster.nodeSizes", size, r"[a-z][a-z0-9\-]*\.[a-z0-9\-]+", "m7i.xlarge")


def _tracker_store(settings: Settings) -> Iterator[Problem]:
    store = settings.tracker_store
    yield from _size("trackerStore.size", store.size, r"db\.[a-z0-9]+\.[a-z0-9]+", "db.m7g.large")
    minimum, maximum = RDS_STORAGE_GB
    if store.storage_gb < minimum:
        yield Problem(
            key="trackerStore.storageGb",
            got=str(store.storage_gb),
            expected=f"is below {minimum}, the RDS minimum",
            fix=f"set {minimum} or more",
        )
    yield from _above("trackerStore.maxStorageGb", store.max_storage_gb, maximum, "the RDS maximum")
    yield from _above("trackerStore.backupDays", store.backup_days, RDS_BACKUP_DAYS, "the RDS maximum")


def _event_queue(settings: Settings, queue: CreateMsk) -> Iterator[Problem]:
    yield from _size("eventQueue.size", queue.size, r"(kafka|express)\.[a-z0-9]+\.[a-z0-9]+", "kafka.m7g.large")
    if queue.size.startswith("express."):
        yield Problem(
            key="eventQueue.size",
            got=queue.size,
            expected="is an Express broker, whose storage and configuration this program does not set",
            fix="choose a standard broker like kafka.m7g.large",
        )
    yield from _above("eventQueue.storageGb", queue.storage_gb, MSK_STORAGE_GB, "the MSK maximum")
    zones = max(len(settings.network.zones), 1)
    if queue.brokers < 1 or queue.brokers % zones:
        yield Problem(
            key="eventQueue.brokers",
            got=str(queue.brokers),
            expected=f"is not a multiple of the {zones} zones, what MSK demands",
            fix=f"set {zones} or {2 * zones}",
            others=("network.zones", "region"),
        )


def _size(key: str, size: str, pattern: str, example: str) -> Iterator[Problem]:
    if re.fullmatch(pattern, size) is None:
        yield Problem(
            key=key, got=repr(size), expected="is not an AWS instance type here", fix=f"write it like {example}"
        )


def _above(key: str, number: int, maximum: int, reason: str) -> Iterator[Problem]:
    if number > maximum:
        yield Problem(key=key, got=str(number), expected=f"is above {maximum}, {reason}", fix=f"set {maximum} or less")
