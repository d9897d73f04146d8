"""Rules on TLS: all connections are encrypted, and clients verify the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import yaml

from policy import kinds
from policy.checks import equals, every, false, matches, named, of_chart, true, value, where
from policy.resource import Resource, items_of, mapping_of
from policy.rule import Rule

TLS_1_2: Final = matches(r"(TLS)?v?1[._][23]|TLS1_[23]|TLSv1\.[23]", "TLS 1.2 or later")
VERIFIED: Final = equals("verify-full", "verify-ca")


def _refuses_plain_http(resource: Resource) -> Iterator[str]:
    """Requires that a bucket's policy denies requests without TLS."""
    policy = resource.at("policy")
    if not isinstance(policy, str):
        return
    denied = {"Bool": {"aws:SecureTransport": "false"}}
    statements = [mapping_of(one) for one in items_of(json.loads(policy).get("Statement"))]
    if not any((one.get("Effect"), one.get("Condition")) == ("Deny", denied) for one in statements):
        yield "policy does not deny requests without TLS"


def _clients_verify(resource: Resource) -> Iterator[str]:
    """Requires that the client of the database uses TLS and verifies certificates."""
    yield from named("values.rasa.additionalEnv", "SQL_TRACKER_STORE_SSL_MODE", VERIFIED)(resource)


def _broker_is_verified(secret: Resource) -> Iterator[str]:
    """Requires that the client of Kafka uses TLS and compares host names, in the file that Rasa reads.

    Without SASL the client compares host names by default, and Rasa does not read the key.
    """
    text = secret.at(("stringData", "endpoints.yml"))
    if not isinstance(text, str):
        return
    endpoints = Resource(type="", name="", urn="", props=mapping_of(yaml.safe_load(text)))
    if endpoints.at("event_broker.type") == "kafka":
        yield from value("event_broker.security_protocol", equals("SASL_SSL", "SSL"))(endpoints)
        if endpoints.at("event_broker.security_protocol") != "SSL":
            yield from true("event_broker.ssl_check_hostname")(endpoints)


RULES: Final = (
    Rule(
        name="tls-to-database",
        description="PostgreSQL refuses connections without TLS.",
        remedy="Make the server require TLS.",
        on={
            kinds.RDS_PARAMETERS: named("parameters", "rds.force_ssl", equals("1")),
            kinds.AZURE_POSTGRES_SETTING: where(
                "configurationName", equals("require_secure_transport"), value("value", equals("on"))
            ),
            kinds.CLOUD_SQL: value(
                "settings.ipConfiguration.sslMode", equals("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED")
            ),
        },
    ),
    Rule(
        name="tls-to-redis",
        description="Redis refuses connections without TLS.",
        remedy="Set TLS to required, not preferred.",
        on={
            kinds.ELASTICACHE: every(
                true("transitEncryptionEnabled"), value("transitEncryptionMode", equals("required"))
            ),
            kinds.AZURE_REDIS_DATABASE: value("clientProtocol", equals("Encrypted")),
            kinds.MEMORYSTORE: value("transitEncryptionMode", equals("SERVER_AUTHENTICATION")),
        },
    ),
    Rule(
        name="tls-to-kafka",
        description="Kafka uses only TLS, between its brokers as well.",
        remedy="Set clientBroker to TLS and inCluster to true. Event Hubs and Confluent always use TLS.",
        on={
            kinds.MSK: every(
                value("encryptionInfo.encryptionInTransit.clientBroker", equals("TLS")),
                true("encryptionInfo.encryptionInTransit.inCluster"),
            )
        },
    ),
    Rule(
        name="tls-to-bucket",
        description="Object storage refuses plain HTTP.",
        remedy="Deny requests without TLS. Cloud Storage always uses TLS.",
        on={kinds.S3_POLICY: _refuses_plain_http, kinds.BLOB_ACCOUNT: true("enableHttpsTrafficOnly")},
    ),
    Rule(
        name="modern-tls",
        description="If a service lets you choose the TLS version, it accepts only TLS 1.2 or later.",
        remedy="Set the minimum version to 1.2.",
        on={
            kinds.AZURE_POSTGRES_SETTING: where(
                "configurationName", equals("ssl_min_protocol_version"), value("value", TLS_1_2)
            ),
            kinds.AZURE_REDIS: value("minimumTlsVersion", TLS_1_2),
            kinds.EVENT_HUBS: value("minimumTlsVersion", TLS_1_2),
            kinds.BLOB_ACCOUNT: value("minimumTlsVersion", TLS_1_2),
        },
    ),
    Rule(
        name="clients-verify-tls",
        description="Rasa's clients verify the certificates of the database and Kafka.",
        remedy="Use verify-full (verify-ca on Cloud SQL), SASL_SSL or SSL, and host name checks.",
        on={kinds.RELEASE: of_chart("rasa", _clients_verify), kinds.SECRET: _broker_is_verified},
    ),
    Rule(
        name="vault-speaks-tls",
        description="Vault uses TLS inside the cluster as well.",
        remedy="Keep global.tlsDisable of Vault's chart false.",
        on={kinds.RELEASE: of_chart("vault", false("values.global.tlsDisable"))},
    ),
)
