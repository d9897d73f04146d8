"""Rules over several settings. What is refused in prod and only frowned upon in dev is told apart here, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from settings.assistant_rules import assistant_rules
from settings.aws import AwsSettings
from settings.aws_rules import aws_rules
from settings.azure import AzureSettings
from settings.azure_rules import azure_rules
from settings.base import Profile
from settings.existing import ExistingLockStore
from settings.existing_rules import existing_rules
from settings.gcp import GcpSettings
from settings.gcp_rules import gcp_rules
from settings.layers import PRIVATE, CreateCluster, CreateLockStore, CreateNetwork, CreateTrackerStore
from settings.limits import overlaps
from settings.model import Settings
from settings.policy import incomplete
from settings.problems import Problem
from settings.rotation_rules import rotation_rules
from settings.vault_rules import vault_rules

OPEN: Final = "0.0.0.0/0"
OLDEST_MINOR: Final = 30
OFFICES: Final = "name the ranges of your offices and runners, such as 203.0.113.0/24"


def broken_rules(settings: AwsSettings | AzureSettings | GcpSettings) -> tuple[list[Problem], list[Problem]]:
    """Errors and warnings of a stack file whose fields are each valid."""
    errors = [
        *_secrets(settings),
        *_network(settings),
        *_cluster(settings),
        *existing_rules(settings),
        *assistant_rules(settings),
        *vault_rules(settings),
        *rotation_rules(settings),
    ]
    match settings:
        case AwsSettings():
            errors += aws_rules(settings)
        case AzureSettings():
            errors += azure_rules(settings)
        case GcpSettings():
            errors += gcp_rules(settings)
    told = {error.key for error in errors}
    weak = [problem for problem in _weak(settings) if problem.key not in told]
    match settings.profile:
        case Profile.PROD:
            return [*errors, *weak, *_not_redundant(settings)], []
        case Profile.DEV:
            return errors, weak


def _secrets(settings: Settings) -> Iterator[Problem]:
    if "license" not in settings.secrets:
        yield Problem(
            key="secrets.license",
            got="nothing",
            expected="is set, but Rasa Pro does not start without a licence",
            fix="run: pulumi config set --secret --path 'rasa:secrets.license'",
        )


def _network(settings: Settings) -> Iterator[Problem]:
    # Not those of one network: they cannot overlap, or are one subnet for two purposes.
    for network in settings.network.ranges.items():
        for cluster in settings.cluster_ranges.items():
            yield from overlaps(dict([network, cluster]))
    yield from overlaps(settings.cluster_ranges)
    if not isinstance(settings.network, CreateNetwork):
        return
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


def _cluster(settings: Settings) -> Iterator[Problem]:
    cluster = settings.cluster
    if not isinstance(cluster, CreateCluster):
        return
    if not cluster.api_access:
        yield Problem(
            key="cluster.apiAccess",
            got="nothing",
            expected="is set, but somebody has to reach the Kubernetes API",
            fix=OFFICES,
        )
    if cluster.api_access == PRIVATE and isinstance(settings.network, CreateNetwork):
        yield Problem(
            key="cluster.apiAccess",
            got=PRIVATE,
            expected="needs an existing network: whoever runs `up` must already be inside it",
            fix=f"set rasa:network.kind to existing, or {OFFICES}",
            others=("network",),
        )
    if int(cluster.version.split(".")[1]) < OLDEST_MINOR:
        yield Problem(
            key="cluster.version",
            got=cluster.version,
            expected=f"is older than 1.{OLDEST_MINOR}, the oldest that Rasa's chart runs on",
            fix="choose a version that the cloud still supports",
        )
    if cluster.max_nodes < cluster.min_nodes:
        yield Problem(
            key="cluster.maxNodes",
            got=str(cluster.max_nodes),
            expected=f"is below minNodes ({cluster.min_nodes})",
            fix="raise maxNodes or lower minNodes",
            others=("cluster.minNodes",),
        )


def _weak(settings: Settings) -> Iterator[Problem]:
    """What a production stack may not do, and any other only with a warning."""
    cluster, tracker_store, lock_store = settings.cluster, settings.tracker_store, settings.lock_store
    if isinstance(cluster, CreateCluster) and OPEN in cluster.api_access:
        yield Problem(key="cluster.apiAccess", got=OPEN, expected="lets everyone reach the Kubernetes API", fix=OFFICES)
    if isinstance(tracker_store, CreateTrackerStore) and tracker_store.backup_days < 1:
        yield Problem(
            key="trackerStore.backupDays",
            got="0",
            expected="turns the backups of all conversations off",
            fix="set 1 or more",
        )
    if isinstance(lock_store, ExistingLockStore) and not lock_store.tls:
        yield Problem(
            key="lockStore.tls",
            got="false",
            expected="sends the password and every lock in clear",
            fix="let the service speak TLS, and remove tls",
        )
    yield from incomplete(settings.policy_exceptions)
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
    if isinstance(settings.network, CreateNetwork) and len(settings.network.zones) < 3:
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
