"""Rules over several settings. What is refused in prod and only frowned upon in dev is told apart here, once."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Final

from settings.assistant_rules import assistant_rules
from settings.aws_rules import aws_rules
from settings.base import Cloud, Profile
from settings.layers import CreateLockStore, CreateMsk
from settings.problems import Problem

if TYPE_CHECKING:
    from settings.model import Settings

OPEN: Final = "0.0.0.0/0"


def broken_rules(settings: Settings) -> tuple[list[Problem], list[Problem]]:
    """Errors and warnings of a stack file whose fields are each valid."""
    errors = [*_secrets(settings), *_network(settings), *_sizes(settings), *assistant_rules(settings)]
    match settings.cloud:
        case Cloud.AWS:
            errors += aws_rules(settings)
    match settings.profile:
        case Profile.PROD:
            return [*errors, *_weak(settings), *_not_redundant(settings)], []
        case Profile.DEV:
            return errors, list(_weak(settings))


def _secrets(settings: Settings) -> Iterator[Problem]:
    if "license" not in settings.secrets:
        yield Problem(
            key="secrets.license",
            got="nothing",
            expected="is set, but Rasa Pro does not start without a licence",
            fix="run: pulumi config set --secret --path 'rasa:secrets.license'",
        )


def _network(settings: Settings) -> Iterator[Problem]:
    ranges = {"network.cidr": settings.network.cidr, "cluster.serviceCidr": settings.cluster.service_cidr}
    for (one, first), (other, second) in combinations(ranges.items(), 2):
        if ipaddress.IPv4Network(first).overlaps(ipaddress.IPv4Network(second)):
            yield Problem(
                key=other,
                got=second,
                expected=f"overlaps {one} ({first})",
                fix="choose ranges that do not overlap",
                others=(one,),
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
    if not settings.cluster.api_access:
        yield Problem(
            key="cluster.apiAccess",
            got="nothing",
            expected="is set, but somebody has to reach the Kubernetes API",
            fix="name the ranges of your offices and runners, such as 203.0.113.0/24",
        )


def _sizes(settings: Settings) -> Iterator[Problem]:
    cluster, store = settings.cluster, settings.tracker_store
    if cluster.max_nodes < cluster.min_nodes:
        yield Problem(
            key="cluster.maxNodes",
            got=str(cluster.max_nodes),
            expected=f"is below minNodes ({cluster.min_nodes})",
            fix="raise maxNodes or lower minNodes",
            others=("cluster.minNodes",),
        )
    if store.max_storage_gb < store.storage_gb:
        yield Problem(
            key="trackerStore.maxStorageGb",
            got=str(store.max_storage_gb),
            expected=f"is below storageGb ({store.storage_gb})",
            fix="raise maxStorageGb",
            others=("trackerStore.storageGb",),
        )


def _weak(settings: Settings) -> Iterator[Problem]:
    """What a production stack may not do, and any other only with a warning."""
    if OPEN in settings.cluster.api_access:
        yield Problem(
            key="cluster.apiAccess",
            got=OPEN,
            expected="lets everyone reach the Kubernetes API",
            fix="name the ranges of your offices and runners, such as 203.0.113.0/24",
        )
    if settings.tracker_store.backup_days < 1:
        yield Problem(
            key="trackerStore.backupDays",
            got="0",
            expected="turns the backups of all conversations off",
            fix="set 1 or more",
        )
    for index, assistant in enumerate(settings.assistants):
        images = {
            "image": assistant.image,
            "actionServer.image": assistant.action_server.image if assistant.action_server else None,
        }
        for key, image in images.items():
            if image is not None and image.endswith(":latest"):
                yield Problem(
                    key=f"assistants[{index}].{key}",
                    got=repr(image),
                    expected="names whatever is newest, so that nobody can tell or restore what ran",
                    fix="write a version or a digest",
                )


def _not_redundant(settings: Settings) -> Iterator[Problem]:
    """What a production stack may not do, and what makes a dev stack cheap."""
    if len(settings.network.zones) < 3:
        yield Problem(
            key="network.zones",
            got=f"{len(settings.network.zones)} zone(s)",
            expected="is below 3, the fewest in prod",
            fix="name 3 zones, or choose a region that has them",
            others=("region",),
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
                others=(f"assistants[{index}].ingress",),
            )
