"""Limits of AWS that settings can break, each with the service whose limit it is."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from settings.aws import (
    AwsSettings,
    CreateEks,
    CreateElastiCache,
    CreateMsk,
    CreateRds,
    ExistingAwsCluster,
    ExistingKmsKey,
    ExistingVpc,
)
from settings.base import Auth, Profile
from settings.existing import NoIdentity
from settings.layers import CreateNetwork, NoModelStorage
from settings.limits import (
    above,
    below,
    foreign_key,
    foreign_zones,
    no_match,
    prefix_outside,
    too_small_to_grow,
    wrong_tags,
)
from settings.problems import Problem

RDS_STORAGE_GB: Final = (20, 65536)
MSK_STORAGE_GB: Final = 16384
RDS_BACKUP_DAYS: Final = 35
ELASTICACHE_BACKUP_DAYS: Final = 35
ELASTICACHE_NODES: Final = 6
TAGS: Final = 40  # AWS allows 50 on a resource; the program and Kubernetes add theirs
TAG_PATTERNS: Final = (r"(?!aws:)[\w .:/=+@\-]{1,128}", r"[\w .:/=+@\-]{0,256}")
NO_TAG: Final = (
    "is not a tag that AWS accepts (letters, digits, spaces and _.:/=+-@; "
    "key up to 128, value up to 256, no key that starts with aws:)"
)
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
NO_TYPE: Final = "is not an AWS instance type here"
STATIC_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def aws_rules(settings: AwsSettings) -> Iterator[Problem]:
    """Problems that only AWS has."""
    yield from wrong_tags(settings.tags, TAGS, TAG_PATTERNS, NO_TAG)
    yield from _network(settings)
    match settings.encryption:
        case ExistingKmsKey(key=key):
            yield from foreign_key(key, settings.region, f":kms:{settings.region}:")
        case _:
            pass
    match settings.cluster:
        case CreateEks() as cluster:
            yield from _cluster(cluster)
        case ExistingAwsCluster() as cluster:
            yield from _identity(settings, cluster)
    match settings.tracker_store:
        case CreateRds() as store:
            yield from _tracker_store(settings.region, store)
        case _:
            pass
    match settings.lock_store:
        case CreateElastiCache() as store:
            yield from _lock_store(store)
        case _:
            pass
    match settings.event_queue:
        case CreateMsk() as queue:
            yield from _event_queue(settings, queue)
        case _:
            pass


def _network(settings: AwsSettings) -> Iterator[Problem]:
    match settings.network:
        case CreateNetwork() as network:
            zone = rf"{settings.region}(-[a-z0-9-]+)?[a-z]"
            yield from foreign_zones(network.zones, settings.region, zone, f"{settings.region}a")
            reason = "what a VPC allows and three tiers need"
            yield from prefix_outside("network.cidr", network.cidr, VPC_PREFIX, reason, "10.0.0.0/16")
        case ExistingVpc() as network:
            fewest = 3 if settings.profile is Profile.PROD else 2
            for key, subnets in {
                "privateSubnets": network.private_subnets,
                "dataSubnets": network.data_subnets,
            }.items():
                if len(subnets) < fewest:
                    yield Problem(
                        key=f"network.{key}",
                        got=f"{len(subnets)} subnet(s)",
                        expected=f"is below {fewest}, the fewest zones in {settings.profile.value}",
                        fix=f"name {fewest} subnets, each in another zone",
                    )


def _cluster(cluster: CreateEks) -> Iterator[Problem]:
    service = ipaddress.IPv4Network(cluster.service_cidr)
    if not (service.is_private and 12 <= service.prefixlen <= 24):
        yield Problem(
            key="cluster.serviceCidr",
            got=cluster.service_cidr,
            expected="is not a private range between /12 and /24, what EKS accepts",
            fix="choose a range like 172.20.0.0/16",
        )
    for size in cluster.node_sizes:
        yield from no_match("cluster.nodeSizes", size, r"[a-z][a-z0-9\-]*\.[a-z0-9\-]+", NO_TYPE, "m7i.xlarge")


def _identity(settings: AwsSettings, cluster: ExistingAwsCluster) -> Iterator[Problem]:
    """Without an identity pods sign in nowhere at AWS, unless keys of their own stand in their environment."""
    if not isinstance(cluster.identity, NoIdentity):
        return
    layers = {
        "trackerStore": settings.tracker_store,
        "lockStore": settings.lock_store,
        "eventQueue": settings.event_queue,
    }
    by_identity = [
        key
        for key, layer in layers.items()
        if isinstance(layer, CreateRds | CreateElastiCache | CreateMsk) and layer.auth is Auth.IAM
    ]
    have_keys = all(set(STATIC_KEYS) <= assistant.secret_env.keys() for assistant in settings.assistants)
    models = not isinstance(settings.model_storage, NoModelStorage) and not have_keys
    needed = [*(f"rasa:{key}.auth iam" for key in by_identity), *(["rasa:modelStorage"] if models else [])]
    if needed:
        fixes = ["set {kind: podIdentity, clusterName: ...} or {kind: irsa, issuer: ..., providerArn: ...}"]
        if by_identity:
            fixes.append(f"set {' and '.join(f'{key}.auth' for key in by_identity)} to password")
        if models:
            fixes.append(f"for models name {' and '.join(STATIC_KEYS)} in secretEnv")
        yield Problem(
            key="cluster.identity",
            got="none",
            expected=f"gives pods no identity of AWS, but {' and '.join(needed)} needs one",
            fix=", or ".join(fixes),
            others=("modelStorage", "assistants", "secretsManager", *layers),
        )


def _tracker_store(region: str, store: CreateRds) -> Iterator[Problem]:
    if region not in RDS_REGIONS:
        near = get_close_matches(region, RDS_REGIONS, n=1)
        yield Problem(
            key="region",
            got=region,
            expected="is not a region whose database certificates the program can verify",
            fix=f"choose another, such as {near[0] if near else 'eu-central-1'}; docs/compatibility.md lists them",
        )
    yield from no_match("trackerStore.size", store.size, r"db\.[a-z0-9]+\.[a-z0-9]+", NO_TYPE, "db.m7g.large")
    minimum, maximum = RDS_STORAGE_GB
    yield from too_small_to_grow(store.storage_gb, store.max_storage_gb)
    yield from below("trackerStore.storageGb", store.storage_gb, minimum, "the RDS minimum")
    yield from above("trackerStore.maxStorageGb", store.max_storage_gb, maximum, "the RDS maximum")
    yield from above("trackerStore.backupDays", store.backup_days, RDS_BACKUP_DAYS, "the RDS maximum")


def _lock_store(store: CreateElastiCache) -> Iterator[Problem]:
    yield from no_match("lockStore.size", store.size, r"cache\.[a-z0-9]+\.[a-z0-9]+", NO_TYPE, "cache.m7g.large")
    yield from above("lockStore.nodes", store.nodes, ELASTICACHE_NODES, "the nodes of one ElastiCache shard")
    yield from above("lockStore.backupDays", store.backup_days, ELASTICACHE_BACKUP_DAYS, "the ElastiCache limit")


def _event_queue(settings: AwsSettings, queue: CreateMsk) -> Iterator[Problem]:
    pattern = r"(kafka|express)\.[a-z0-9]+\.[a-z0-9]+"
    yield from no_match("eventQueue.size", queue.size, pattern, NO_TYPE, "kafka.m7g.large")
    if queue.size.startswith("express."):
        yield Problem(
            key="eventQueue.size",
            got=queue.size,
            expected="is an Express broker, whose storage and configuration this program does not set",
            fix="choose a standard broker like kafka.m7g.large",
        )
    yield from above("eventQueue.storageGb", queue.storage_gb, MSK_STORAGE_GB, "the MSK maximum")
    match settings.network:
        case CreateNetwork(zones=zones):
            key, count = "network.zones", max(len(zones), 1)
        case ExistingVpc(data_subnets=subnets):
            key, count = "network.dataSubnets", len(subnets)
    if count > MSK_ZONES:
        yield Problem(
            key=key,
            got=f"{count} zones",
            expected=f"is above {MSK_ZONES}, the most that MSK spreads over",
            fix=f"name {MSK_ZONES} zones",
        )
    if queue.brokers < 1 or queue.brokers % count:
        yield Problem(
            key="eventQueue.brokers",
            got=str(queue.brokers),
            expected=f"is not a multiple of the {count} zones, what MSK demands",
            fix=f"set {count} or {2 * count}",
            others=("network.zones", "network.dataSubnets", "region"),
        )
    if settings.profile is Profile.PROD:
        yield from below("eventQueue.brokers", queue.brokers, 3, "the fewest in prod")
