"""The environment of a Rasa pod: what Rasa reads from variables instead of `endpoints.yml`.

Pure. Every `${VAR}` of `endpoints` is defined here, and every key of the Secret named here is filled by `secrets`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pulumi

from components.connections import (
    CertificateAuth,
    CredentialsInVault,
    DownloadedModel,
    KafkaIamAuth,
    ModelStorageConnection,
    PasswordAuth,
    PostgresIamAuth,
    RedisIamAuth,
)
from components.kubernetes.pod import CA_DIRECTORY, POSTGRES_CA, Environment, SecretKey
from components.kubernetes.vault.names import TOKEN_KEY
from components.rasa import names
from components.rasa.outgoing import outgoing
from components.rasa.wiring import Wiring
from settings.variables import POOL


def environment(wiring: Wiring) -> Environment:
    """Returns the variables that the chart does not set by itself."""
    return dict(_variables(wiring))


def _variables(wiring: Wiring) -> Iterator[tuple[str, pulumi.Input[str] | SecretKey]]:
    connections, database = wiring.connections, wiring.databases.rasa
    yield from outgoing(wiring).items()
    match connections.model_storage:
        case ModelStorageConnection() as storage:
            yield from storage.environment.items()
            for variable in storage.secret_environment:
                yield variable, SecretKey(secret=names.SECRET, key=variable)
        case DownloadedModel() as model:
            # Rasa does not need them, but the smoke test, which has the same environment, does.
            yield from model.environment.items()
        case None:
            pass
    yield "SQL_TRACKER_STORE_SSL_MODE", database.ssl_mode
    yield "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE", f"{CA_DIRECTORY}/{POSTGRES_CA}"
    yield from POOL.items()
    match database.auth:
        case PasswordAuth():
            yield "DB_USERNAME", SecretKey(secret=names.SECRET, key=names.DB_USERNAME_KEY)
            yield "DB_PASSWORD", SecretKey(secret=names.SECRET, key=names.DB_PASSWORD_KEY)
        case PostgresIamAuth(region=region):
            yield from _iam(region)
            yield "RDS_SQL_DB_AWS_IAM_ENABLED", "true"
        case CredentialsInVault():
            pass
    if wiring.vault is not None:
        yield "VAULT_TOKEN", SecretKey(secret=wiring.vault.token_secret, key=TOKEN_KEY)
        # Vault's client reads it; Rasa passes no authority to the client.
        yield "VAULT_CACERT", f"{CA_DIRECTORY}/{names.VAULT_CA}"
    if connections.lock_store is not None:
        match connections.lock_store.auth:
            case PasswordAuth():
                yield "REDIS_PASSWORD", SecretKey(secret=names.SECRET, key=names.REDIS_PASSWORD_KEY)
            case RedisIamAuth(region=region, replication_group=group):
                yield from _iam(region)
                yield "ELASTICACHE_REDIS_AWS_IAM_ENABLED", "true"
                yield "AWS_ELASTICACHE_CLUSTER_NAME", group
    if connections.event_queue is not None:
        match connections.event_queue.producer:
            case PasswordAuth():
                yield "KAFKA_USERNAME", SecretKey(secret=names.SECRET, key=names.KAFKA_USERNAME_KEY)
                yield "KAFKA_PASSWORD", SecretKey(secret=names.SECRET, key=names.KAFKA_PASSWORD_KEY)
            case KafkaIamAuth(region=region):
                yield from _iam(region)
                yield "KAFKA_MSK_AWS_IAM_ENABLED", "true"
            case CertificateAuth():
                pass
    if wiring.assistant.jwt is not None:
        # Rasa signs nothing, but does not start without a private key for such a method (`sanic_jwt/configuration.py`,
        # `_validate_keys`).
        yield "JWT_PRIVATE_KEY", SecretKey(secret=names.SECRET, key=names.JWT_SECRET_KEY)
    yield from wiring.assistant.env.items()
    for variable in wiring.assistant.secret_env:
        # The variable's name is all capitals, so it never equals one of the keys above.
        yield variable, SecretKey(secret=names.SECRET, key=variable)


def _iam(region: str) -> Iterator[tuple[str, str]]:
    # boto3 does not read AWS_REGION.
    yield "IAM_CLOUD_PROVIDER", "aws"
    yield "AWS_DEFAULT_REGION", region
