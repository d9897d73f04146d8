"""`endpoints.yml` of an assistant, with Outputs at the leaves and `${VAR}` where a secret belongs.

Pure. Rasa ignores unknown keys and silently falls back to stores in memory, so every key here was read in Rasa's code
(3.14 to 3.17). Traps: the host is `url` for tracker store and broker, `host` for Redis; the default database differs
per store; Rasa does not substitute a quoted `${VAR}`, nor one under `client_id`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from components.connections import (
    CertificateAuth,
    CredentialsInVault,
    DatabaseConnection,
    KafkaConnection,
    KafkaIamAuth,
    PasswordAuth,
    PostgresIamAuth,
    RedisConnection,
    RedisIamAuth,
    VaultConnection,
)
from components.kubernetes.pod import CA_DIRECTORY, Values
from components.rasa import names, redis_tunnel
from components.rasa.wiring import Wiring

# Redis timers, and Kafka options that keep idle connections alive behind a cloud's load balancers.
_TIMERS_AND_KEEPALIVE: Final = "3.16"


def endpoints(wiring: Wiring) -> Values:
    """Returns the user's sections with those of the stack's services over them."""
    file = wiring.assistant.endpoints
    given: Mapping[str, Any] = {} if file is None else file.content
    sections = {**given, **wired(wiring, given)}
    server = wiring.assistant.action_server
    if server is not None:
        # The chart runs the action server but does not give Rasa its address.
        ours = f"http://{names.ACTION_SERVER_POD}:{names.ACTION_SERVER_PORT}/webhook"
        sections["action_endpoint"] = {"url": server.url or ours}
    return sections


def wired(wiring: Wiring, given: Mapping[str, Any]) -> Values:
    """Returns the sections of the assistant's services; a service that it does not have has no section.

    The user's options of the event broker, such as `stream_pii`, stay next to the connection.
    """
    assistant, connections = wiring.assistant, wiring.connections
    recent = wiring.since(_TIMERS_AND_KEEPALIVE)
    sections: dict[str, Any] = {"tracker_store": _tracker_store(wiring.databases.rasa)}
    if wiring.vault is not None:
        sections["secrets_manager"] = _secrets_manager(wiring.vault)
    if connections.lock_store is not None:
        redis = _redis(connections.lock_store, assistant.key_prefix)
        sections["lock_store"] = {"type": "concurrent_redis", **redis}
        if recent:
            sections["timer_store"] = {"type": "redis", **redis}
    if connections.event_queue is not None:
        broker = _event_broker(connections.event_queue, assistant.name, keepalive=recent)
        mine = given.get("event_broker")
        options = cast("dict[str, Any]", mine) if isinstance(mine, dict) else {}
        options = options if options.get("type", "kafka") == "kafka" else {}
        # A client's id may be the user's: a policy of quotas on the brokers can depend on it.
        sections["event_broker"] = {
            **options,
            **broker,
            **({"client_id": options["client_id"]} if "client_id" in options else {}),
        }
    return sections


def _tracker_store(database: DatabaseConnection) -> Values:
    section: Values = {
        "type": "sql",
        # Exactly this: with `postgresql+psycopg2` Rasa ignores its TLS and pool settings.
        "dialect": "postgresql",
        "url": database.host,
        "port": database.port,
        "db": database.database,
    }
    match database.auth:
        case PasswordAuth():
            return {**section, "username": "${DB_USERNAME}", "password": "${DB_PASSWORD}"}
        case PostgresIamAuth(username=username):
            return {**section, "username": username}
        case CredentialsInVault():
            return {**section, "username": _from_vault("db_username"), "password": _from_vault("db_password")}


def _from_vault(key: str) -> Values:
    return {"source": "secrets_manager.vault", "secret_key": key}


def _secrets_manager(vault: VaultConnection) -> Values:
    return {
        "type": "vault",
        "url": vault.url,
        "token": "${VAULT_TOKEN}",
        "mount_point": vault.mount,
        "secrets_path": vault.path,
    }


def _redis(redis: RedisConnection, key_prefix: str) -> Values:
    use_tls = redis.ca_pem is not None and not redis.tunnel
    section: Values = {
        "host": redis_tunnel.HOST if redis.tunnel else redis.host,
        "port": redis_tunnel.PORT if redis.tunnel else redis.port,
        "db": 0,
        "username": redis.auth.username,
        # A literal boolean: the text "false" would be true.
        "use_ssl": use_tls,
        "key_prefix": key_prefix,
    }
    if use_tls:
        section = {**section, "ssl_ca_certs": f"{CA_DIRECTORY}/{names.REDIS_CA}"}
    match redis.auth:
        case PasswordAuth():
            return {**section, "password": "${REDIS_PASSWORD}"}
        case RedisIamAuth():
            return section


def _event_broker(kafka: KafkaConnection, client_id: str, *, keepalive: bool) -> Values:
    section: Values = {
        "type": "kafka",
        "url": kafka.bootstrap,
        "topic": kafka.events_topic,
        "client_id": client_id,
        "partition_by_sender": True,
        "security_protocol": "SSL" if isinstance(kafka.producer, CertificateAuth) else "SASL_SSL",
        **({} if kafka.mechanism is None else {"sasl_mechanism": kafka.mechanism}),
        "ssl_cafile": f"{CA_DIRECTORY}/{names.KAFKA_CA}",
        # With SASL, Rasa cannot create a producer without this key, and then stores no conversation. Without SASL, Rasa
        # does not read it, and the Kafka client checks host names by default.
        **({} if kafka.mechanism is None else {"ssl_check_hostname": True}),
    }
    if keepalive:
        section = {**section, "socket_keepalive_enable": True}
    match kafka.producer:
        case PasswordAuth():
            return {**section, "sasl_username": "${KAFKA_USERNAME}", "sasl_password": "${KAFKA_PASSWORD}"}
        case KafkaIamAuth():
            return section
        case CertificateAuth():
            return {
                **section,
                "ssl_certfile": f"{names.KAFKA_CLIENT_DIRECTORY}/{names.KAFKA_CERTIFICATE}",
                "ssl_keyfile": f"{names.KAFKA_CLIENT_DIRECTORY}/{names.KAFKA_KEY}",
            }
