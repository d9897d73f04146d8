# pyright: reportMissingImports=false, reportMissingModuleSource=false, reportIndexIssue=false
"""What Rasa has built: the attributes of its own objects and of its clients, as JSON.

Runs in Rasa's environment. Asks the objects at the end of the way (the database driver's arguments, the Redis client's
connection, librdkafka's configuration), so that a setting which is read and then lost is seen as well.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from network import Sent


def tracker_store(store: Any, sent: Sent) -> dict[str, Any]:
    """The innermost store, those around it, and what the database driver was given when it first connected."""
    around = []
    while (inner := _inside(store)) is not None:
        around.append(type(store).__name__)
        store = inner
    found: dict[str, Any] = {"class": type(store).__name__, "around": around}
    engine = getattr(store, "engine", None)
    if engine is not None:
        pool = engine.pool
        found |= {
            "driver": engine.url.drivername,
            "connect": {key: _token(value) for key, value in sent.databases[0].items()} if sent.databases else None,
            "pool": [pool.size(), getattr(pool, "_max_overflow", None)] if hasattr(pool, "size") else None,
        }
    return found


def _inside(store: Any) -> Any:
    for name in ("_tracker_store", "tracker_store"):
        if (inner := getattr(store, name, None)) is not None:
            return inner
    return None


def redis_store(store: Any) -> dict[str, Any]:
    """A lock store or timer store, with a connection as the client would open it."""
    found: dict[str, Any] = {"class": type(store).__name__, "key_prefix": getattr(store, "key_prefix", None)}
    client = getattr(store, "red", None)
    if client is not None:
        connection = client.connection_pool.make_connection()
        provider = connection.credential_provider
        found["connection"] = {
            "class": type(connection).__name__,
            **{name: getattr(connection, name, None) for name in ("host", "port", "db", "username", "password")},
            "ca": getattr(connection, "ca_certs", None),
            "verify": str(getattr(connection, "cert_reqs", None)),
            "check_hostname": getattr(connection, "check_hostname", None),
            "identity": None if provider is None else {"class": type(provider).__name__, **_credentials(provider)},
        }
    return found


def _credentials(provider: Any) -> dict[str, Any]:
    username, token = provider.get_credentials()
    return {"username": username, "token": _token(token)}


def event_broker(broker: Any, sent: Sent) -> dict[str, Any] | None:
    """The broker and librdkafka's configuration, which librdkafka has accepted."""
    if broker is None:
        return None
    found: dict[str, Any] = {
        "class": type(broker).__name__,
        "topic": broker.topic,
        "partition_by_sender": broker.partition_by_sender,
    }
    try:
        broker._create_producer()
    except Exception as error:  # noqa: BLE001 - so do events and conversations end
        return {**found, "refused": str(error)}
    configuration = sent.producers[-1]
    token = configuration.get("oauth_cb")
    provider = broker.iam_credentials_provider
    found["producer"] = {key: value for key, value in configuration.items() if not callable(value)}
    found["identity"] = {"class": type(provider).__name__, "token": _token(token(None)[0])} if callable(token) else None
    return found


def nlg(generator: Any) -> dict[str, Any]:
    """Who writes the responses."""
    endpoint = getattr(generator, "nlg_endpoint", None)
    return {"class": type(generator).__name__, "url": getattr(endpoint, "url", None)}


def requests(sent: Sent) -> list[dict[str, Any]]:
    """What was asked over HTTP, without what changes from run to run."""
    return [
        {
            "method": one["method"],
            "url": one["url"],
            "verify": one["verify"],
            "token": one["headers"].get("x-vault-token"),
            "signed_by": one["headers"].get("authorization", ""),
        }
        for one in sent.requests
    ]


def _token(value: Any) -> Any:
    """A request that an AWS identity has signed: for whom and where; every other value as it is."""
    if not isinstance(value, str):
        return value
    text = value
    if "X-Amz-" not in text and len(text) > 200:
        # Kafka's token is such a request, encoded.
        text = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    if "X-Amz-" not in text:
        return value
    parts = urlsplit(text if "://" in text else f"//{text}")
    query = dict(parse_qsl(parts.query))
    _key, _day, region, service, _ = query["X-Amz-Credential"].split("/")
    return {
        "host": parts.netloc,
        "action": query["Action"],
        "user": query.get("DBUser") or query.get("User"),
        "region": region,
        "service": service,
    }
