"""What the wiring needs to know of existing layers, asked for by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

import yaml

from settings.assistant import Assistant
from settings.base import Json
from settings.existing import (
    DatabaseLogin,
    ExistingCluster,
    ExistingEventQueue,
    ExistingLockStore,
    ExistingTrackerStore,
)
from settings.layers import CreateNetwork
from settings.limits import missing_logins, unknown_secret
from settings.model import Settings
from settings.problems import Problem
from settings.vault import ExistingVault


def existing_rules(settings: Settings) -> Iterator[Problem]:
    """Problems of existing layers that are the same on every cloud."""
    match settings.cluster:
        case ExistingCluster() as cluster:
            yield from _cluster(settings, cluster)
        case _:
            pass
    match settings.tracker_store:
        case ExistingTrackerStore() as store:
            with_analytics = [assistant for assistant in settings.assistants if assistant.analytics]
            yield from _logins("logins", store.logins, settings.assistants, settings)
            yield from _logins("analyticsLogins", store.analytics_logins, with_analytics, settings)
        case _:
            pass
    for key, layer in {"lockStore": settings.lock_store, "eventQueue": settings.event_queue}.items():
        if isinstance(layer, ExistingLockStore | ExistingEventQueue):
            yield from unknown_secret(f"{key}.password", layer.password, settings.secrets)


def _cluster(settings: Settings, cluster: ExistingCluster) -> Iterator[Problem]:
    yield from unknown_secret("cluster.kubeconfig", cluster.kubeconfig, settings.secrets)
    if cluster.kubeconfig in settings.secrets:
        yield from _context(settings, cluster)
    if isinstance(settings.network, CreateNetwork) and settings.in_network:
        yield Problem(
            key="network.kind",
            got="create",
            expected=f"makes a network that the existing cluster is not in, so its pods could not reach "
            f"{', '.join(settings.in_network)}",
            fix="set kind to existing and describe a network that they can reach",
            others=("cluster", *settings.in_network),
        )


def _context(settings: Settings, cluster: ExistingCluster) -> Iterator[Problem]:
    """The contexts are named in messages; nothing else of a kubeconfig is."""
    secret = f"secrets.{cluster.kubeconfig}"
    known = contexts(settings.secrets[cluster.kubeconfig].get_secret_value())
    if not known:
        yield Problem(
            key=secret,
            got="the value",
            expected="is not a kubeconfig with contexts",
            fix=f"run: pulumi config set --secret --path 'rasa:{secret}' < kubeconfig",
        )
    elif cluster.context not in known:
        near = get_close_matches(cluster.context, known, n=1)
        yield Problem(
            key="cluster.context",
            got=repr(cluster.context),
            expected=f"is not a context of the kubeconfig (known: {', '.join(known)})",
            fix=f"did you mean {near[0]}?" if near else "name one of them",
            others=("cluster.kubeconfig", secret),
        )


def contexts(kubeconfig: str) -> list[str]:
    """Names of the contexts of a kubeconfig; none of what is no kubeconfig."""
    try:
        content: Json = yaml.safe_load(kubeconfig)
    except yaml.YAMLError:
        return []
    listed = content.get("contexts") if isinstance(content, dict) else None
    items = listed if isinstance(listed, list) else []
    return [str(item["name"]) for item in items if isinstance(item, dict) and "name" in item]


def _logins(
    field: str, logins: Mapping[str, DatabaseLogin], assistants: Sequence[Assistant], settings: Settings
) -> Iterator[Problem]:
    what = "its analytics" if field == "analyticsLogins" else "its conversations"
    yield from missing_logins(
        f"trackerStore.{field}",
        logins,
        wanted=[assistant.name for assistant in assistants],
        known=[assistant.name for assistant in settings.assistants],
        expected=f"is set, but the assistant {{name}} needs a database for {what}",
        fix="add {database: ..., username: ..., password: <key of rasa:secrets>}",
    )
    in_vault = field == "logins" and isinstance(settings.secrets_manager, ExistingVault)
    for name, login in logins.items():
        key = f"trackerStore.{field}.{name}.password"
        if login.password is not None:
            yield from unknown_secret(key, login.password, settings.secrets)
        elif not in_vault:
            yield Problem(
                key=key,
                got="nothing",
                expected="is set, but it is not in an existing Vault either",
                fix="name a key of rasa:secrets that holds it",
                others=("secretsManager",),
            )
