"""`endpoints.yml`: the rules that decide whether Rasa uses a service or silently does without it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from components.kubernetes.pod import SecretKey
from components.rasa.endpoints import endpoints
from components.rasa.environment import environment
from components.rasa.names import ACTION_SERVER_POD, ACTION_SERVER_PORT
from settings.assistant import COMPATIBLE_VERSIONS, RESERVED_ENVIRONMENT
from tests.components.rasa import wirings

# Rasa leaves `${VAR}` under these as it is.
NEVER_SUBSTITUTED = {"client_id", "api_key", "client_secret", "secret", "token_url"}
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def leaves(value: Any, key: str = "") -> list[tuple[str, Any]]:
    """Every leaf with the key that it stands under."""
    if isinstance(value, dict):
        return [leaf for name, item in value.items() for leaf in leaves(item, name)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item, key)]
    return [(key, value)]


@pytest.fixture(params=wirings.VARIANTS)
def wiring(request: pytest.FixtureRequest) -> Any:
    """Every variant in turn."""
    return wirings.VARIANTS[request.param]()


def test_every_variable_has_an_environment_entry_and_stands_where_rasa_substitutes(wiring: Any) -> None:
    defined = environment(wiring)
    for key, value in leaves(endpoints(wiring)):
        for variable in VARIABLE.findall(value) if isinstance(value, str) else []:
            assert key not in NEVER_SUBSTITUTED
            assert isinstance(defined[variable], SecretKey)
            # A whole value, because an unset variable in the middle of a text stays as it is, without an error; and
            # Helm writes such a text without quotes, in which Rasa would not substitute.
            assert value == f"${{{variable}}}"


def test_every_variable_of_the_program_is_refused_as_one_of_the_users(wiring: Any) -> None:
    assert set(environment(wiring)) - set(wiring.assistant.secret_env) <= RESERVED_ENVIRONMENT


def test_booleans_and_ports_are_literal(wiring: Any) -> None:
    for key, value in leaves(endpoints(wiring)):
        if key in {"use_ssl", "ssl_check_hostname", "partition_by_sender", "socket_keepalive_enable"}:
            assert isinstance(value, bool), key
        if key in {"port", "db"} and not isinstance(value, str):
            assert isinstance(value, int), key


def test_the_tracker_store_is_sql_with_the_host_under_url() -> None:
    store: Any = endpoints(wirings.wiring())["tracker_store"]
    assert (store["type"], store["dialect"]) == ("sql", "postgresql")
    assert "host" not in store
    assert store["url"] is not None
    # Rasa ignores keys that it does not know; TLS comes from the environment.
    assert set(store) == {"type", "dialect", "url", "port", "db", "username", "password"}
    assert environment(wirings.wiring())["SQL_TRACKER_STORE_SSL_MODE"] == "verify-full"


@pytest.mark.parametrize("section", ["lock_store", "timer_store"])
def test_redis_has_the_host_under_host_and_database_0_and_the_assistants_prefix(section: str) -> None:
    store: Any = endpoints(wirings.wiring(wirings.everything(name="support2")))[section]
    assert store["type"] == {"lock_store": "concurrent_redis", "timer_store": "redis"}[section]
    assert "url" not in store
    assert store["db"] == 0
    assert store["key_prefix"] == "support2"
    assert store["key_prefix"].isalnum()
    assert store["use_ssl"] is True
    assert store["ssl_ca_certs"] == "/etc/rasa/ca/redis-ca.pem"


def test_a_plain_redis_has_no_certificates() -> None:
    chosen = wirings.wiring()
    redis = chosen.connections.lock_store
    assert redis is not None
    plain = replace(chosen, connections=replace(chosen.connections, lock_store=replace(redis, ca_pem=None)))
    store: Any = endpoints(plain)["lock_store"]
    assert store["use_ssl"] is False
    assert "ssl_ca_certs" not in store


def test_kafka_checks_the_host_name_and_keeps_a_conversation_in_order() -> None:
    broker: Any = endpoints(wirings.wiring())["event_broker"]
    assert broker["type"] == "kafka"
    assert broker["security_protocol"] == "SASL_SSL"
    assert broker["ssl_check_hostname"] is True
    assert broker["partition_by_sender"] is True
    assert broker["client_id"] == "rasa"
    assert broker["topic"] == "rasa-core-events"


def test_a_section_without_service_is_missing() -> None:
    bare = wirings.VARIANTS["bare"]()
    assert set(endpoints(bare)) == {"tracker_store"}
    assert set(environment(bare)) == {
        "SQL_TRACKER_STORE_SSL_MODE",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE",
        "SQL_POOL_SIZE",
        "SQL_MAX_OVERFLOW",
        "DB_USERNAME",
        "DB_PASSWORD",
    }


def test_everything_has_every_section() -> None:
    chosen = wirings.wiring()
    sections: Any = endpoints(chosen)
    assert set(sections) == {
        "tracker_store",
        "lock_store",
        "timer_store",
        "event_broker",
        "action_endpoint",
        "nlg",
        "model_groups",
    }
    assert sections["action_endpoint"]["url"] == f"http://{ACTION_SERVER_POD}:{ACTION_SERVER_PORT}/webhook"
    assert sections["model_groups"] == wirings.MODEL_GROUPS


@pytest.mark.parametrize("version", COMPATIBLE_VERSIONS)
def test_keys_appear_with_the_version_that_reads_them(version: str) -> None:
    sections: Any = endpoints(wirings.wiring(wirings.everything(rasaVersion=version)))
    recent = version in {"3.16", "3.17"}
    assert ("timer_store" in sections) == recent
    assert ("socket_keepalive_enable" in sections["event_broker"]) == recent


def test_versions_are_compared_as_numbers() -> None:
    assert not wirings.wiring(wirings.assistant(rasaVersion="3.9")).since("3.16")
    assert wirings.wiring(wirings.assistant(rasaVersion="3.16")).since("3.16")


def test_iam_has_user_names_and_no_password() -> None:
    chosen = wirings.wiring(iam=True)
    sections: Any = endpoints(chosen)
    assert not [key for key, _ in leaves(sections) if "password" in key or key == "sasl_username"]
    assert sections["tracker_store"]["username"] == "rasa"
    assert sections["lock_store"]["username"] == sections["timer_store"]["username"] == "redis-user"
    assert sections["event_broker"]["sasl_mechanism"] == "OAUTHBEARER"
    variables = environment(chosen)
    assert {name: variables[name] for name in variables if "IAM" in name or name.startswith("AWS")} == {
        "IAM_CLOUD_PROVIDER": "aws",
        "AWS_DEFAULT_REGION": wirings.REGION,
        "AWS_ELASTICACHE_CLUSTER_NAME": "group",
        "RDS_SQL_DB_AWS_IAM_ENABLED": "true",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED": "true",
        "KAFKA_MSK_AWS_IAM_ENABLED": "true",
    }
    assert not [name for name in variables if "PASSWORD" in name or name == "KAFKA_USERNAME"]
