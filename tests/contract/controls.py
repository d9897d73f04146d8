"""Mistakes that Rasa takes without a word, each put into a file that is right, and what is not in any file yet.

They show that the judge would see them, and what they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import yaml

from tests.contract.pods import RasaPod, as_helm_writes

# The case that has every section.
CONTROLLED_STACK: Final = "every setting of aws"
CONTROLLED: Final = f"{CONTROLLED_STACK}, rasa"

Change = Callable[[RasaPod], RasaPod]


def _section(name: str, *removed: str, **changed: Any) -> Change:
    def change(pod: RasaPod) -> RasaPod:
        content = yaml.safe_load(pod.endpoints)
        section = {key: value for key, value in content.get(name, {}).items() if key not in removed}
        return replace(pod, endpoints=as_helm_writes({**content, name: {**section, **changed}}))

    return change


def _text(old: str, new: str) -> Change:
    def change(pod: RasaPod) -> RasaPod:
        assert old in pod.endpoints
        return replace(pod, endpoints=pod.endpoints.replace(old, new))

    return change


def _environment(*removed: str, **changed: str) -> Change:
    def change(pod: RasaPod) -> RasaPod:
        kept: Mapping[str, str] = {name: value for name, value in pod.environment.items() if name not in removed}
        return replace(pod, environment={**kept, **changed})

    return change


def _all(*changes: Change) -> Change:
    def change(pod: RasaPod) -> RasaPod:
        for each in changes:
            pod = each(pod)
        return pod

    return change


_FROM_VAULT: Final = {"source": "secrets_manager.vault"}

CONTROLS: Final[Mapping[str, Change]] = {
    "an unknown type of tracker store": _section("tracker_store", type="postgres"),
    "the driver in the dialect": _section("tracker_store", dialect="postgresql+psycopg2"),
    "TLS as a key of the tracker store": _section("tracker_store", sslmode="verify-full", ssl=True),
    "an unknown type of event broker": _section("event_broker", type="msk"),
    "the address of the lock store as url": _all(
        _section("lock_store", "host", url="redis.example.com"), _section("timer_store", "host", hostname="redis")
    ),
    "a prefix with a hyphen": _all(
        _section("lock_store", key_prefix="my-rasa"), _section("timer_store", key_prefix="my-rasa")
    ),
    "a list of brokers": _section("event_broker", url=["b1:9096", "b2:9096"]),
    "no check of the brokers' names": _section("event_broker", "ssl_check_hostname"),
    "no topic": _section("event_broker", "topic"),
    "a variable as the client's id": _section("event_broker", client_id="${KAFKA_USERNAME}"),
    "a quoted variable": _text("${REDIS_PASSWORD}", '"${REDIS_PASSWORD}"'),
    "a boolean by a variable": _all(_section("lock_store", use_ssl="${PLAIN}"), _environment(PLAIN="false")),
    "sections of the chart's version 1": lambda pod: replace(
        pod, endpoints=pod.endpoints.replace("tracker_store:", "trackerStore:").replace("lock_store:", "lockStore:")
    ),
    "names of variables from the documentation": _environment(
        "SQL_POOL_SIZE", "SQL_MAX_OVERFLOW", POSTGRESQL_POOL_SIZE="5", POSTGRESQL_MAX_OVERFLOW="5"
    ),
    "the region as the command line tool reads it": _environment("AWS_DEFAULT_REGION", AWS_REGION="eu-west-1"),
    "no model": lambda pod: replace(pod, arguments=pod.arguments[: pod.arguments.index("--model")]),
    "an empty API token": _environment(AUTH_TOKEN=""),
    "no authority of Vault": _environment("VAULT_CACERT"),
    "a key that is not in Vault": _section("tracker_store", password={**_FROM_VAULT, "secret_key": "password"}),
}
