"""Rules over several layers. A rule over the settings of one layer is a method of the layer."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import combinations
from typing import Final

from settings.assistant import Assistant
from settings.aws import AwsSettings
from settings.base import Auth, Cloud
from settings.cluster import (
    AKS_RESERVED,
    OFFICES,
    PRIVATE,
    CreateAks,
    CreateCluster,
    CreateGke,
    ExistingCluster,
    NoIdentity,
)
from settings.event_queue import CreateMsk, ExistingEventQueue, NoEventQueue
from settings.lock_store import NoLockStore
from settings.model import Settings
from settings.model_storage import NoModelStorage
from settings.network import CreateNetwork, ExistingVpc
from settings.problems import Problem
from settings.rasa_faults import faulty_patches
from settings.rasa_files import WIRED
from settings.secrets_manager import CreateVault, ExistingVault, KubernetesSecrets
from settings.tracker_store import CreateRds, CreateTrackerStore, DatabaseLogin, ExistingTrackerStore

MSK_ZONES: Final = 3
GKE_SERVICE_PREFIX: Final = (16, 27)
STATIC_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
# The variables that the clouds' clients prefer to the identity of a pod, and how a model gets such a credential.
# botocore/credentials.py and configprovider.py; azure/identity/_constants.py, EnvironmentVariables (the webhook of
# Entra sets AZURE_CLIENT_ID, which a secret completes); google/auth/environment_vars.py.
BEFORE_IDENTITY: Final[Mapping[Cloud, tuple[frozenset[str], str]]] = {
    Cloud.AWS: (
        frozenset(
            {
                *STATIC_KEYS, "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
                "AWS_SHARED_CREDENTIALS_FILE", "AWS_CREDENTIAL_FILE", "AWS_CONFIG_FILE", "AWS_ROLE_ARN",
                "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            }
        ),
        "aws_access_key_id: ${BEDROCK_ID}",
    ),
    Cloud.AZURE: (
        frozenset(
            {"AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME", "AZURE_PASSWORD"}
        ),
        "client_secret: ${OPENAI_CLIENT_SECRET}",
    ),
    Cloud.GCP: (
        frozenset({"GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG"}),
        "vertex_credentials: ${VERTEX_CREDENTIALS}",
    ),
}  # fmt: skip


def broken_rules(settings: Settings) -> tuple[list[Problem], list[Problem]]:
    """Returns errors and warnings of a stack file whose settings are each valid."""
    assistants = {f"assistants[{index}]": assistant for index, assistant in enumerate(settings.assistants)}
    exceptions = {f"policyExceptions[{index}]": one for index, one in enumerate(settings.policy_exceptions)}
    replaced = _replaced_sections(settings)
    unreachable = [found for key, one in assistants.items() for found in one.unreachable(replaced, key)]
    errors = [
        *settings.problems_of_stack(),
        *(problem for layer in settings.layers.values() for problem in layer.problems(settings)),
        *(problem for key, assistant in assistants.items() for problem in assistant.problems(settings, key)),
        *_address_ranges(settings),
        *_inside_the_network(settings),
        *_brokers_by_zone(settings),
        *_identity(settings),
        *(problem for key, one in assistants.items() for problem in _before_identity(settings, one, key)),
        *_vault(settings),
        *_logins(settings),
        *_topics(settings),
        *_rotation(settings),
        *_assistants(settings, assistants),
        *(problem for problem, certain in unreachable if certain),
    ]
    found = {error.key for error in errors}
    weaknesses = [
        *(problem for layer in settings.layers.values() for problem in layer.weaknesses()),
        *(problem for key, one in (*exceptions.items(), *assistants.items()) for problem in one.weaknesses(key)),
    ]
    if not any(key.endswith(".rasaVersion") for key in found):
        weaknesses += faulty_patches(settings, assistants)
    weaknesses = [problem for problem in weaknesses if problem.key not in found]
    doubts = [problem for problem, certain in unreachable if not certain]
    return ([*errors, *weaknesses], doubts) if settings.is_prod else (errors, [*weaknesses, *doubts])


def _replaced_sections(settings: Settings) -> frozenset[str]:
    """Returns the sections of Rasa's files that the program writes, because the stack has the service."""
    absent = {
        "lock_store": isinstance(settings.lock_store, NoLockStore),
        "timer_store": isinstance(settings.lock_store, NoLockStore),
        "event_broker": isinstance(settings.event_queue, NoEventQueue),
        "secrets_manager": isinstance(settings.secrets_manager, KubernetesSecrets),
    }
    return frozenset(name for name in WIRED if not absent.get(name))


def _overlaps(ranges: Mapping[str, str], fix: str = "choose ranges that do not overlap") -> Iterator[Problem]:
    """Yields a problem for each pair of address ranges, by their keys, that share an address."""
    for (one, first), (other, second) in combinations(ranges.items(), 2):
        if ipaddress.IPv4Network(first).overlaps(ipaddress.IPv4Network(second)):
            yield Problem(key=other, got=second, expected=f"overlaps {one} ({first})", fix=fix, others=(one,))


def _address_ranges(settings: Settings) -> Iterator[Problem]:
    # Ranges of one network are left out: they cannot overlap, or are one subnet for two purposes.
    for network in settings.network.ranges.items():
        for cluster in settings.cluster_ranges.items():
            yield from _overlaps(dict([network, cluster]))
    yield from _overlaps(settings.cluster_ranges)
    match settings.cluster:
        case CreateAks(ranges=ranges):
            for key, cidr in {**settings.network.ranges, **ranges}.items():
                for reserved in AKS_RESERVED:
                    yield from _overlaps({"what AKS keeps for itself": reserved, key: cidr}, "choose another range")
        case CreateGke() as cluster if isinstance(settings.network, CreateNetwork):
            yield from cluster.no_room(cluster.max_nodes + 1)
            largest, smallest = GKE_SERVICE_PREFIX
            if not largest <= ipaddress.IPv4Network(cluster.service_cidr).prefixlen <= smallest:
                expected = f"is not between /{largest} and /{smallest}, what GKE accepts"
                yield cluster.wrong("service_cidr", expected, "choose a range like 172.20.0.0/20")
        case _:
            pass


def _inside_the_network(settings: Settings) -> Iterator[Problem]:
    cluster, network = settings.cluster, settings.network
    if not isinstance(network, CreateNetwork):
        return
    if isinstance(cluster, CreateCluster) and cluster.api_access == PRIVATE:
        expected = "needs an existing network: the machine that runs `up` must already be inside it"
        fix = f"set rasa:network.kind to existing, or {OFFICES}"
        yield cluster.wrong("api_access", expected, fix, got=PRIVATE, others=("network",))
    if isinstance(cluster, ExistingCluster) and settings.in_network:
        expected = (
            "creates a network outside the existing cluster's, so its pods could not reach "
            f"{', '.join(settings.in_network)}"
        )
        fix = "set kind to existing and describe a network that they can reach"
        yield network.wrong("kind", expected, fix, got="create", others=("cluster", *settings.in_network))


def _brokers_by_zone(settings: Settings) -> Iterator[Problem]:
    queue = settings.event_queue
    if not isinstance(queue, CreateMsk):
        return
    match settings.network:
        case ExistingVpc(data_subnets=subnets):
            key, count = "network.dataSubnets", len(subnets)
        case CreateNetwork(zones=zones):
            key, count = "network.zones", max(len(zones), 1)
        case other:
            raise TypeError(f"MSK is not created in {type(other).__name__}")
    if count > MSK_ZONES:
        expected = f"is above {MSK_ZONES}, the most that MSK spreads over"
        yield Problem(key=key, got=f"{count} zones", expected=expected, fix=f"name {MSK_ZONES} zones")
    if queue.brokers < 1 or queue.brokers % count:
        expected = f"is not a multiple of the {count} zones, what MSK demands"
        others = ("network.zones", "network.dataSubnets", "region")
        yield queue.wrong("brokers", expected, f"set {count} or {2 * count}", others=others)


def _identity(settings: Settings) -> Iterator[Problem]:
    """Without an identity, pods cannot sign in to services of the cloud, unless they have their own keys."""
    cluster = settings.cluster
    if not isinstance(cluster, ExistingCluster) or _has_identity(cluster):
        return
    cloud, example = cluster.IDENTITY
    needed = {key: layer.without_identity for key, layer in settings.layers.items() if layer.without_identity}
    if isinstance(settings, AwsSettings) and "modelStorage" in needed:
        needed["modelStorage"] = f"name {' and '.join(STATIC_KEYS)} in secretEnv for models"
        if all(set(STATIC_KEYS) <= assistant.secret_env.keys() for assistant in settings.assistants):
            del needed["modelStorage"]
    if needed:
        whose = " and ".join(f"rasa:{key}" for key in needed) + (" need one" if len(needed) > 1 else " needs one")
        yield cluster.wrong(
            "identity",
            f"gives pods no identity of {cloud}, but {whose}",
            f"set {example}, or {' and '.join(needed.values())}",
            got="none",
            others=("modelStorage", "assistants", "secretsManager", *needed),
        )


def _before_identity(settings: Settings, assistant: Assistant, at: str) -> Iterator[Problem]:
    """Yields credentials of the cloud with which Rasa would sign in to the stack's services in place of its identity.

    The action server has an account of its own, without an identity.
    """
    if not _has_identity(settings.cluster):
        return
    names, example = BEFORE_IDENTITY[settings.cloud]
    for key, variables in (("secretEnv", assistant.secret_env), ("env", assistant.env)):
        for variable in variables:
            if variable in names:
                yield Problem(
                    key=f"{at}.{key}.{variable}",
                    got=variable,
                    expected="takes precedence over the identity by which the pods sign in to the stack's services",
                    fix=f"give it another name and refer to that in the model, like {example}, "
                    "or give the pods' identity further rights",
                    others=("cluster", "cluster.identity"),
                )


def _has_identity(cluster: CreateCluster | ExistingCluster) -> bool:
    return isinstance(cluster, CreateCluster) or not isinstance(cluster.identity, NoIdentity)


def _vault(settings: Settings) -> Iterator[Problem]:
    vault, cluster, store = settings.secrets_manager, settings.cluster, settings.tracker_store
    if isinstance(vault, KubernetesSecrets):
        return
    if isinstance(vault, CreateVault) and not _has_identity(cluster):
        expected = "is unsealed by a key of the cloud, but the cluster gives its pods no identity to use it with"
        fix = "describe cluster.identity, or set kind to existing or kubernetes"
        yield vault.wrong("kind", expected, fix, got="vault", others=("cluster", "cluster.identity"))
    if isinstance(store, CreateRds) and store.auth is Auth.IAM:
        expected = "leaves no password to keep in Vault, and Rasa takes the credentials from one of the two only"
        fix = "set auth to password, or secretsManager.kind to kubernetes"
        yield store.wrong("auth", expected, fix, got="iam", others=("secretsManager", "secretsManager.kind"))


def _logins(settings: Settings) -> Iterator[Problem]:
    """Yields missing logins of assistants at an existing database and Vault."""
    names = [assistant.name for assistant in settings.assistants]
    with_analytics = [assistant.name for assistant in settings.assistants if assistant.analytics]
    store, vault = settings.tracker_store, settings.secrets_manager
    in_vault = isinstance(vault, ExistingVault)
    if isinstance(store, ExistingTrackerStore):
        yield from _database_logins(settings, "logins", store.logins, names, "its conversations", in_vault=in_vault)
        key, wanted = "analyticsLogins", with_analytics
        yield from _database_logins(settings, key, store.analytics_logins, wanted, "its analytics", in_vault=False)
    if not isinstance(vault, ExistingVault):
        return
    yield from _missing(
        "secretsManager.logins",
        vault.logins,
        wanted=names,
        known=names,
        expected="is set, but the assistant {name} reads its database's credentials in Vault",
        fix="add {path: ..., token: <key of rasa:secrets>}",
    )
    for name, login in vault.logins.items():
        key = f"secretsManager.logins.{name}"
        yield from settings.unknown_secret(f"{key}.token", login.token)
        yield from settings.unknown_secret(f"{key}.password", login.password)
        if login.password is None and isinstance(store, CreateTrackerStore):
            expected = "is set, but the assistant's new role has to get the password that is in Vault"
            fix = "name a key of rasa:secrets that holds the same as db_password"
            yield login.wrong("password", expected, fix, at=key, others=("trackerStore",))


def _topics(settings: Settings) -> Iterator[Problem]:
    """Yields names of assistants that do not exist, and topics that two assistants share."""
    queue = settings.event_queue
    if not isinstance(queue, ExistingEventQueue):
        return
    known = [assistant.name for assistant in settings.assistants]
    yield from _strangers("eventQueue.topics", queue.topics, known, known)
    events = {f"eventQueue.topics.{one.name}.events": queue.topics_of(one)[0] for one in settings.assistants}
    yield from _shared(events, "topic")


def _database_logins(
    settings: Settings,
    field: str,
    logins: Mapping[str, DatabaseLogin],
    wanted: Sequence[str],
    purpose: str,
    *,
    in_vault: bool,
) -> Iterator[Problem]:
    yield from _missing(
        f"trackerStore.{field}",
        logins,
        wanted=wanted,
        known=[assistant.name for assistant in settings.assistants],
        expected=f"is set, but the assistant {{name}} needs a database for {purpose}",
        fix="add {database: ..., username: ..., password: <key of rasa:secrets>}",
    )
    for name, login in logins.items():
        key = f"trackerStore.{field}.{name}"
        yield from settings.unknown_secret(f"{key}.password", login.password)
        if login.password is None and not in_vault:
            expected, fix = (
                "is set, but it is not in an existing Vault either",
                "name a key of rasa:secrets that holds it",
            )
            yield login.wrong("password", expected, fix, at=key, others=("secretsManager",))


def _missing(
    key: str, logins: Collection[str], *, wanted: Sequence[str], known: Sequence[str], expected: str, fix: str
) -> Iterator[Problem]:
    """Yields assistants without a login, and logins without an assistant; `expected` has the purpose for `{name}`."""
    others = ("assistants", key.partition(".")[0])
    for name in wanted:
        if name not in logins:
            why = expected.format(name=name)
            yield Problem(key=f"{key}.{name}", got="nothing", expected=why, fix=fix, others=others)
    yield from _strangers(key, logins, known, wanted)


def _strangers(key: str, names: Collection[str], known: Sequence[str], fitting: Sequence[str]) -> Iterator[Problem]:
    """Yields names that are no assistants. `fitting` are the assistants that the message lists."""
    for name in names:
        if name not in known:
            near = get_close_matches(name, fitting, n=1)
            yield Problem(
                key=f"{key}.{name}",
                got=repr(name),
                expected=f"is no assistant of rasa:assistants (known: {', '.join(fitting) or 'none'})",
                fix=f"did you mean {near[0]}?" if near else "remove it",
                others=("assistants",),
            )


def _rotation(settings: Settings) -> Iterator[Problem]:
    """Yields one problem for each rotation number that could change nothing."""
    rotation = settings.rotation
    generations = {
        "tracker_store": rotation.tracker_store,
        "lock_store": rotation.lock_store,
        "event_queue": rotation.event_queue,
        "model_storage": rotation.model_storage,
    }
    for field, generation in generations.items():
        layer = getattr(settings, field)
        if generation > 1 and not layer.can_rotate:
            yield rotation.wrong(
                field,
                f"is set, but the program creates no credential of rasa:{layer.KEY} that it could rotate",
                "remove it; docs/rotation.md describes what to do instead",
                at="rotation",
                others=(layer.KEY, f"{layer.KEY}.auth", f"{layer.KEY}.kind"),
            )


def _assistants(settings: Settings, assistants: Mapping[str, Assistant]) -> Iterator[Problem]:
    if not assistants:
        expected, fix = (
            "is set, but a platform is for at least one assistant",
            "add one like {name: rasa, model: model.tar.gz}",
        )
        yield settings.wrong("assistants", expected, fix, got="nothing")
    yield from _shared({f"{key}.name": one.name for key, one in assistants.items()}, "name")
    hosts = {f"{key}.ingress.host": one.ingress.host for key, one in assistants.items() if one.ingress}
    yield from _shared(hosts, "host")
    for key, assistant in assistants.items():
        most = max(assistant.replicas, assistant.max_replicas or 0)
        if isinstance(settings.lock_store, NoLockStore) and most > 1:
            expected = "needs a lock store, but rasa:lockStore.kind is none"
            fix = "set replicas (and maxReplicas) to 1 or create a lock store"
            yield assistant.wrong("replicas", expected, fix, at=key, got=str(most), others=(f"{key}.maxReplicas",))
        elif isinstance(settings.lock_store, NoLockStore) and assistant.workers > 1:
            expected = "is above 1: processes need a lock store, but rasa:lockStore.kind is none"
            fix = "set it to 1 or create a lock store"
            yield Problem(key=f"{key}.env.SANIC_WORKERS", got="the value", expected=expected, fix=fix)
        if assistant.analytics and isinstance(settings.event_queue, NoEventQueue):
            expected = "needs an event queue, but rasa:eventQueue.kind is none"
            yield assistant.wrong("analytics", expected, "create an event queue or set analytics to false", at=key)
        if assistant.model is not None and isinstance(settings.model_storage, NoModelStorage):
            expected = "names an object, but rasa:modelStorage.kind is none (the model is in the image)"
            yield assistant.wrong("model", expected, "remove model, or create the model storage", at=key)


def _shared(values: Mapping[str, str], what: str) -> Iterator[Problem]:
    """Yields one problem for each value that several assistants have, by the keys of the values."""
    for value, count in Counter(values.values()).items():
        *others, last = (key for key, one in values.items() if one == value)
        if count > 1:
            expected = f"is the {what} of {count} assistants"
            yield Problem(key=last, got=repr(value), expected=expected, fix="give each its own", others=tuple(others))
