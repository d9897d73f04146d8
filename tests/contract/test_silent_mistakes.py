"""What Rasa makes of mistakes that it takes without a word. So it is seen that the judge would tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.contract.controls import CONTROLLED, CONTROLS
from tests.contract.judged import VERSION, judged
from tools.rasa_pro import VERSIONS, minor

pytestmark = pytest.mark.contract

EACH_VERSION: Final = pytest.mark.parametrize("version", VERSION)
# What is another than it should be, by its path in the facts.
EFFECTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "an unknown type of tracker store": {"tracker_store.class": "InMemoryTrackerStore"},
    "the driver in the dialect": {"tracker_store.connect.sslmode": None, "tracker_store.pool": [5, 10]},
    "an unknown type of event broker": {"event_broker": None},
    "the address of the lock store as url": {"lock_store.connection.host": "localhost"},
    "a prefix with a hyphen": {"lock_store.key_prefix": "concurrent_lock:"},
    "a list of brokers": {"event_broker.producer.bootstrap.servers": ["b1:9096", "b2:9096"]},
    "no check of the brokers' names": {"event_broker.producer": None},
    "no topic": {"event_broker.topic": "rasa_core_events"},
    "a quoted variable": {"lock_store.connection.password": "${REDIS_PASSWORD}"},
    "a boolean by a variable": {"lock_store.connection.class": "SSLConnection"},
    "sections of the chart's version 1": {
        "tracker_store.class": "InMemoryTrackerStore",
        "lock_store.class": "InMemoryLockStore",
    },
    "names of variables from the documentation": {"tracker_store.pool": [50, 100]},
    "no model": {"server.model_path": "models"},
    "an empty API token": {"server.auth_token": ""},
    "no authority of Vault": {"requests.0.verify": True, "requests.1.verify": True},
    "a key that is not in Vault": {
        "tracker_store.connect.password": "{'secret_key': 'password', 'source': 'secrets_manager.vault'}"
    },
}
# What is written and read by nobody.
UNREAD: Final[Mapping[str, set[str]]] = {
    "TLS as a key of the tracker store": {"tracker_store.ssl", "tracker_store.sslmode"},
    "the address of the lock store as url": {"lock_store.url", "timer_store.hostname"},
    "a boolean by a variable": {"lock_store.use_ssl"},
    "sections of the chart's version 1": {"trackerStore.db", "lockStore.host"},
    "names of variables from the documentation": {"POSTGRESQL_POOL_SIZE", "POSTGRESQL_MAX_OVERFLOW"},
    "the region as the command line tool reads it": {"AWS_REGION"},
}
# The newest version ends with an error; so there it is no silent mistake.
REFUSED: Final = {(VERSIONS["newest"], "a prefix with a hyphen"): "key_prefix must be alphanumeric"}
# From here on the client's identifier is handed on as it stands; before that, it was no key of a broker's client.
SINCE_3_16: Final = {"a variable as the client's id": {"event_broker.producer.client.id": "${KAFKA_USERNAME}"}}


def at(facts: Any, path: str) -> Any:
    """What stands there; None where nothing does. A name of Kafka's has dots in it."""
    if not path or facts is None:
        return facts
    if isinstance(facts, dict) and path in facts:
        return facts[path]
    name, _, rest = path.partition(".")
    return at(facts[int(name)] if isinstance(facts, list) else facts.get(name), rest)


def test_every_mistake_has_an_effect() -> None:
    assert set(EFFECTS) | set(UNREAD) | set(SINCE_3_16) == set(CONTROLS)


@EACH_VERSION
@pytest.mark.parametrize("mistake", CONTROLS)
def test_rasa_takes_it_without_a_word(version: str, mistake: str) -> None:
    found, right = judged(version)[mistake], judged(version)[CONTROLLED]
    if (version, mistake) in REFUSED:
        assert REFUSED[version, mistake] in (found.error or "")
        return
    assert found.error is None
    effects = EFFECTS.get(mistake, {}) | ({} if minor(version) == "3.14" else SINCE_3_16.get(mistake, {}))
    for path, value in effects.items():
        assert at(found.facts, path) == value
        if mistake != "a boolean by a variable":  # there it does not do what it says
            assert at(right.facts, path) != value
    expected = {
        one for one in UNREAD.get(mistake, set()) if not (minor(version) == "3.14" and one.startswith("timer_store"))
    }
    assert expected <= found.unread
    assert expected & right.unread == set()
