"""Everything that travels is encrypted, and the client checks whom it speaks to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from policy import kinds
from policy.checks import equals, every, matches, named, of_chart, value, where
from policy.resource import Resource, items_of, mapping_of
from policy.rule import Rule

TLS_1_2: Final = matches(r"(TLS)?v?1[._][23]|TLS1_[23]|TLSv1\.[23]", "TLS 1.2 or newer")
VERIFIED: Final = equals("verify-full", "verify-ca")


def _refuses_plain_http(resource: Resource) -> Iterator[str]:
    """A bucket's policy denies what does not come by TLS."""
    policy = resource.at("policy")
    if not isinstance(policy, str):
        return
    denied = {"Bool": {"aws:SecureTransport": "false"}}
    statements = [mapping_of(one) for one in items_of(json.loads(policy).get("Statement"))]
    if not any((one.get("Effect"), one.get("Condition")) == ("Deny", denied) for one in statements):
        yield "policy does not deny requests without TLS"


def _clients_verify(resource: Resource) -> Iterator[str]:
    """Rasa's own clients speak TLS and check certificates, as far as values say how."""
    endpoints = Resource(type="", name="", urn="", props=mapping_of(resource.at("values.rasa.settings.endpoints")))
    yield from named("values.rasa.additionalEnv", "SQL_TRACKER_STORE_SSL_MODE", VERIFIED)(resource)
    if endpoints.at("event_broker") is not None:
        yield from value("event_broker.security_protocol", equals("SASL_SSL"))(endpoints)
        yield from value("event_broker.ssl_check_hostname", equals(True))(endpoints)


RULES: Final = (
    Rule(
        name="tls-to-database",
        description="PostgreSQL refuses connections without TLS.",
        remedy="Make the server insist on TLS.",
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
        remedy="Make TLS required, not preferred.",
        on={
            kinds.ELASTICACHE: every(
                value("transitEncryptionEnabled", equals(True)), value("transitEncryptionMode", equals("required"))
            ),
            kinds.AZURE_REDIS_DATABASE: value("clientProtocol", equals("Encrypted")),
            kinds.MEMORYSTORE: value("transitEncryptionMode", equals("SERVER_AUTHENTICATION")),
        },
    ),
    Rule(
        name="tls-to-kafka",
        description="Kafka speaks TLS only, among its brokers as well.",
        remedy="Set clientBroker to TLS and inCluster to true. Event Hubs and Confluent speak nothing else.",
        on={
            kinds.MSK: every(
                value("encryptionInfo.encryptionInTransit.clientBroker", equals("TLS")),
                value("encryptionInfo.encryptionInTransit.inCluster", equals(True)),
            )
        },
    ),
    Rule(
        name="tls-to-bucket",
        description="Object storage refuses plain HTTP.",
        remedy="Deny requests without TLS. Cloud Storage speaks nothing else.",
        on={
            kinds.S3_POLICY: _refuses_plain_http,
            kinds.BLOB_ACCOUNT: value("enableHttpsTrafficOnly", equals(True)),
        },
    ),
    Rule(
        name="modern-tls",
        description="Where a service lets choose, nothing older than TLS 1.2 is spoken.",
        remedy="Raise the minimum version to 1.2.",
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
        description="Rasa's clients check the certificates of database and Kafka.",
        remedy="Use verify-full (verify-ca on Cloud SQL), SASL_SSL and host name checks.",
        on={kinds.RELEASE: of_chart("rasa", _clients_verify)},
    ),
    Rule(
        name="vault-speaks-tls",
        description="Vault speaks TLS inside the cluster, too.",
        remedy="Leave global.tlsDisable of its chart false.",
        on={kinds.RELEASE: of_chart("vault", value("values.global.tlsDisable", equals(False)))},
    ),
)
