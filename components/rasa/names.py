"""Names that the files of this package share with each other and with the chart."""

from __future__ import annotations

from typing import Final

RELEASE: Final = "rasa"
SECRET: Final = "rasa-secrets"
CA_CONFIG_MAP: Final = "rasa-cloud-ca"
REDIS_CA: Final = "redis-ca.pem"
KAFKA_CA: Final = "kafka-ca.pem"
VAULT_CA: Final = "vault-ca.pem"
OUTGOING_CA: Final = "outgoing-ca.pem"
# The client certificate for Kafka: files, and keys of the Secret.
KAFKA_CLIENT_DIRECTORY: Final = "/etc/rasa/kafka"
KAFKA_CERTIFICATE: Final = "kafka-client.pem"
KAFKA_KEY: Final = "kafka-client-key.pem"

# `app.kubernetes.io/name` of the pods. The chart derives all but the last from `fullnameOverride`.
RASA_POD: Final = RELEASE
ACTION_SERVER_POD: Final = f"{RELEASE}-action-server"
DUCKLING_POD: Final = f"{RELEASE}-duckling"
ANALYTICS_POD: Final = f"{RELEASE}-rasa-pro-services"
SMOKE_TEST_POD: Final = f"{RELEASE}-smoke-test"

RASA_PORT: Final = 5005
ACTION_SERVER_PORT: Final = 5055
DUCKLING_PORT: Final = 8000
ANALYTICS_PORT: Final = 8732

ACTION_SERVER_SERVICE_ACCOUNT: Final = ACTION_SERVER_POD
DUCKLING_SERVICE_ACCOUNT: Final = DUCKLING_POD


def action_server_key(variable: str) -> str:
    """Returns the key of the Secret for a variable of the action server; Rasa may have one of the same name."""
    return f"actions.{variable}"


def proxy_key(scheme: str) -> str:
    """Returns the key of the Secret for the address of a proxy, with its login."""
    return f"{scheme}Proxy"


# The object that `ModelStorageConnection.upload_command` creates.
UPLOADED_MODEL: Final = "model.tar.gz"

# Keys of the Secret.
LICENSE_KEY: Final = "rasaProLicense"
AUTH_TOKEN_KEY: Final = "authToken"
JWT_SECRET_KEY: Final = "jwtSecret"
# A rotation also changes some user names: they are in the Secret with their passwords, so that both change at once.
DB_USERNAME_KEY: Final = "dbUsername"
DB_PASSWORD_KEY: Final = "dbPassword"
REDIS_PASSWORD_KEY: Final = "redisPassword"
KAFKA_USERNAME_KEY: Final = "kafkaUsername"
KAFKA_PASSWORD_KEY: Final = "kafkaSslPassword"
ANALYTICS_DB_URL_KEY: Final = "analyticsDbUrl"
ANALYTICS_KAFKA_USERNAME_KEY: Final = "analyticsKafkaUsername"
ANALYTICS_KAFKA_PASSWORD_KEY: Final = "analyticsKafkaPassword"
