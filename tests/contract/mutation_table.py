"""The mistakes that `tests.contract.mutations` puts into the program, and the test that is meant for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RASA: Final = "tests/contract/test_rasa.py"
MANIFESTS: Final = "tests/contract/test_manifests.py"
VALUES: Final = "tests/components/rasa/test_values.py"
ENDPOINTS: Final = "components/rasa/endpoints.py"
ENVIRONMENT: Final = "components/rasa/environment.py"
CHART: Final = "components/rasa/values.py"


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """`old` stands once in `file`. `test` is pytest's name of the test that fails then."""

    mistake: str
    does: str
    file: str
    old: str
    new: str
    test: str


def rasa(test: str, stack: str = "dev", *others: str) -> str:
    """A test in which Rasa Pro 3.17.0 is the judge of a stack."""
    return f"{RASA}::{test}[{'-'.join((*others, '3.17.0', stack))}]"


MUTATIONS: Final = (
    Mutation(
        mistake="Unknown type of tracker store",
        does="conversations in memory",
        file=ENDPOINTS,
        old='"type": "sql"',
        new='"type": "postgres"',
        test=rasa("test_conversations_go_to_the_database"),
    ),
    Mutation(
        mistake="Section names of the chart's version 1",
        does="everything in memory",
        file=ENDPOINTS,
        old='{"tracker_store": _tracker_store',
        new='{"trackerStore": _tracker_store',
        test=rasa("test_conversations_go_to_the_database"),
    ),
    Mutation(
        mistake="The driver in the dialect",
        does="no TLS, default pool",
        file=ENDPOINTS,
        old='"dialect": "postgresql"',
        new='"dialect": "postgresql+psycopg2"',
        test=rasa("test_conversations_go_to_the_database"),
    ),
    Mutation(
        mistake="TLS as a key of the tracker store",
        does="no TLS",
        file=ENVIRONMENT,
        old='yield "SQL_TRACKER_STORE_SSL_MODE", database.ssl_mode',
        new="pass",
        test=rasa("test_conversations_go_to_the_database"),
    ),
    Mutation(
        mistake="Pool variables as the documentation names them",
        does="up to 150 connections a pod",
        file=ENVIRONMENT,
        old='{"SQL_POOL_SIZE": "10", "SQL_MAX_OVERFLOW": "10"}',
        new='{"POSTGRESQL_POOL_SIZE": "10", "POSTGRESQL_MAX_OVERFLOW": "10"}',
        test=rasa("test_a_pod_takes_few_connections"),
    ),
    Mutation(
        mistake="A key of the tracker store that nobody reads",
        does="nothing",
        file=ENDPOINTS,
        old='"db": database.database,',
        new='"db": database.database, "sslmode": "verify-full",',
        test=rasa("test_every_key_and_variable_is_read"),
    ),
    Mutation(
        mistake="`verify-full` on Cloud SQL",
        does="no connection: its certificate names no host",
        file="components/gcp/tracker_store.py",
        old='ssl_mode="verify-ca"',
        new='ssl_mode="verify-full"',
        test="tests/components/gcp/test_connections.py::test_the_database_is_verified_by_its_own_authorities",
    ),
    Mutation(
        mistake="The host of Redis under `url`",
        does="localhost",
        file=ENDPOINTS,
        old='"host": redis_tunnel.HOST',
        new='"url": redis_tunnel.HOST',
        test=rasa("test_locks_and_timers_go_to_redis", "dev", "lock_store"),
    ),
    Mutation(
        mistake="No database of Redis",
        does="database 1, which a clustered service has not",
        file=ENDPOINTS,
        old='"db": 0,',
        new="",
        test=rasa("test_locks_and_timers_go_to_redis", "dev", "lock_store"),
    ),
    Mutation(
        mistake="A boolean as text",
        does="true, whatever it says",
        file=ENDPOINTS,
        old='"use_ssl": use_tls,',
        new='"use_ssl": str(use_tls).lower(),',
        test=rasa("test_locks_and_timers_go_to_redis", "dev-gcp", "lock_store"),
    ),
    Mutation(
        mistake="A prefix that is not of letters and digits",
        does="no prefix: assistants share their locks",
        file=ENDPOINTS,
        old='"key_prefix": key_prefix,',
        new='"key_prefix": f"{key_prefix}-locks",',
        test=rasa("test_locks_and_timers_go_to_redis", "dev", "lock_store"),
    ),
    Mutation(
        mistake="A quoted `${VAR}`",
        does="the text itself is the password",
        file=ENDPOINTS,
        old='"password": "${REDIS_PASSWORD}"}',
        new='"password": "\'${REDIS_PASSWORD}\'"}',
        test=rasa("test_locks_and_timers_go_to_redis", "dev", "lock_store"),
    ),
    Mutation(
        mistake="TLS straight to Memorystore",
        does="no connection: its certificate names no host",
        file=ENDPOINTS,
        old="use_tls = redis.ca_pem is not None and not redis.tunnel",
        new="use_tls = redis.ca_pem is not None",
        test=rasa("test_locks_and_timers_go_to_redis", "dev-gcp", "lock_store"),
    ),
    Mutation(
        mistake="No type of event broker",
        does="RabbitMQ's client",
        file=ENDPOINTS,
        old='        "type": "kafka",\n',
        new="",
        test=rasa("test_events_go_to_kafka"),
    ),
    Mutation(
        mistake="No check of the brokers' names",
        does="no producer, and no conversation is stored",
        file=ENDPOINTS,
        old='        "ssl_check_hostname": True,\n',
        new="",
        test=rasa("test_events_go_to_kafka"),
    ),
    Mutation(
        mistake="No topic",
        does="another one than analytics reads",
        file=ENDPOINTS,
        old='        "topic": kafka.events_topic,\n',
        new="",
        test=rasa("test_events_go_to_kafka"),
    ),
    Mutation(
        mistake="No mechanism",
        does="PLAIN, which MSK refuses",
        file=ENDPOINTS,
        old='        "sasl_mechanism": kafka.mechanism,\n',
        new="",
        test=rasa("test_events_go_to_kafka"),
    ),
    Mutation(
        mistake="`${VAR}` as the client's identifier",
        does="the text itself",
        file=ENDPOINTS,
        old='"client_id": client_id,',
        new='"client_id": "${KAFKA_USERNAME}",',
        test=rasa("test_events_go_to_kafka"),
    ),
    Mutation(
        mistake="Another user than `$ConnectionString` for Event Hubs",
        does="no events",
        file="components/azure/event_queue.py",
        old='"$ConnectionString"  # literally',
        new='"RootManageSharedAccessKey"  # literally',
        test="tests/components/azure/test_connections.py::test_kafka",
    ),
    Mutation(
        mistake="A SCRAM secret without the prefix `AmazonMSK_`",
        does="MSK refuses to use it",
        file="components/aws/names.py",
        old='f"AmazonMSK_{name}-{suffix}"',
        new='f"{name}-{suffix}"',
        test="tests/components/aws/test_names.py::test_every_name_keeps_to_its_rule",
    ),
    Mutation(
        mistake="No `--model`",
        does="an object called models.tar.gz is asked for",
        file=CHART,
        old='["--remote-storage", storage.remote_storage, "--model", model]',
        new='["--remote-storage", storage.remote_storage]',
        test=rasa("test_the_model_is_fetched_from_where_it_is_uploaded_to"),
    ),
    Mutation(
        mistake="The chart's volume over the models of the image",
        does="no model",
        file=CHART,
        old='"mountModelsVolume": wiring.model is not None,',
        new='"mountModelsVolume": True,',
        test=rasa("test_the_model_is_fetched_from_where_it_is_uploaded_to", "dev without options"),
    ),
    Mutation(
        mistake="The region as `AWS_REGION`",
        does="the bucket is asked for in another region",
        file="components/aws/model_storage.py",
        old='"AWS_DEFAULT_REGION": region',
        new='"AWS_REGION": region',
        test=rasa("test_the_model_is_fetched_from_where_it_is_uploaded_to"),
    ),
    Mutation(
        mistake="Vault's authority not told",
        does="no credentials, no start",
        file=ENVIRONMENT,
        old='yield "VAULT_CACERT", f"{CA_DIRECTORY}/{VAULT_CA}"',
        new="pass",
        test=rasa("test_credentials_are_asked_of_vault_alone"),
    ),
    Mutation(
        mistake="A key that is not in Vault",
        does="the reference itself is the password",
        file=ENDPOINTS,
        old='_from_vault("db_password")',
        new='_from_vault("password")',
        test=rasa("test_conversations_go_to_the_database"),
    ),
    Mutation(
        mistake="An empty API token",
        does="the API is closed for all",
        file="components/rasa/secrets.py",
        old='generated_password(f"{name}-auth-token", self, generation)',
        new='pulumi.Output.secret("")',
        test=rasa("test_the_server_is_what_the_chart_and_the_probes_expect"),
    ),
    Mutation(
        mistake="No JWT secret in the Secret",
        does="the pod cannot be created",
        file="components/rasa/secrets.py",
        old='            JWT_SECRET_KEY: generated_password(f"{name}-jwt-secret", self, generation, length=64),\n',
        new="",
        test=f"{MANIFESTS}::test_every_secret_that_is_referred_to_has_the_key[dev]",
    ),
    Mutation(
        mistake="A value path of another version of the chart",
        does="nothing, and one replica",
        file=CHART,
        old='"replicaCount": assistant.replicas',
        new='"replicas": assistant.replicas',
        test=f"{MANIFESTS}::test_every_value_is_one_of_the_pinned_chart[dev]",
    ),
    Mutation(
        mistake="Endpoints as raw text alone",
        does="in the ConfigMap, and mounted nowhere",
        file=CHART,
        old='"endpoints": endpoints,',
        new='"endpointsRaw": "",',
        test=rasa("test_conversations_go_to_the_database"),
    ),
    Mutation(
        mistake="`overrideEnv` for `additionalEnv`",
        does="the licence is gone",
        file=CHART,
        old='"additionalEnv": environment_values',
        new='"overrideEnv": environment_values',
        test=rasa("test_conversations_go_to_the_database"),
    ),
    Mutation(
        mistake="Analytics not switched off",
        does="pods that wait for Kafka",
        file="components/rasa/analytics.py",
        old='return {"enabled": False}',
        new="return {}",
        test=f"{VALUES}::test_what_is_off_is_gone",
    ),
    Mutation(
        mistake="A number as the port of analytics' database",
        does="the chart refuses it",
        file="components/rasa/analytics.py",
        old='"port": str(database.port)',
        new='"port": database.port',
        test=f"{VALUES}::test_every_path_is_one_of_the_pinned_chart",
    ),
    Mutation(
        mistake="A password that is not encoded in analytics' URL",
        does="no connection with some passwords",
        file="components/rasa/analytics.py",
        old="auth.password.apply(_encoded)",
        new="auth.password",
        test=f"{VALUES}::test_the_password_in_analytics_url_is_encoded",
    ),
    Mutation(
        mistake="The chart's default path of the ingress",
        does="404",
        file=CHART,
        old='"paths": [{"path": "/", "pathType": "Prefix"}]',
        new='"paths": [{"path": "/api", "pathType": "Prefix"}]',
        test=f"{VALUES}::test_the_ingress_serves_the_root",
    ),
    Mutation(
        mistake="The chart's own network policies",
        does="no way to the data services",
        file=CHART,
        old='"networkPolicy": {"enabled": False}',
        new='"networkPolicy": {"enabled": True}',
        test=f"{VALUES}::test_what_is_off_is_gone",
    ),
    Mutation(
        mistake="The API's token in the manifest of a probe",
        does="who reads the Deployment has it",
        file=CHART,
        old='    "httpGet": None,\n',
        new="",
        test=f"{VALUES}::test_readiness_asks_for_the_model_with_the_token_and_liveness_waits_for_it",
    ),
    Mutation(
        mistake="A liveness probe that does not wait for the model",
        does="restarts without end",
        file=CHART,
        old='"failureThreshold": 20}',
        new='"failureThreshold": 3}',
        test=f"{VALUES}::test_readiness_asks_for_the_model_with_the_token_and_liveness_waits_for_it",
    ),
)
