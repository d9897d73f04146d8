"""What the services tell Rasa: addresses, passwords that nobody sees, TLS that is verified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.azure.model_storage import firewall
from components.connections import (
    DownloadedModel,
    KafkaConnection,
    ModelStorageConnection,
    PasswordAuth,
    PasswordRoles,
    RedisConnection,
)
from components.trust import azure_roots
from tests.components.azure.recorded import (
    ACCOUNT,
    CONTAINER,
    CREDENTIAL,
    HUB,
    HUB_RULE,
    NAMESPACE,
    NAMESPACE_RULE,
    PARAMETER,
    REDIS,
    REDIS_DATABASE,
    ROLE,
    ZONE_GROUP,
    Built,
    build,
)
from tests.components.built import is_secret, known
from tests.program.invariants import all_texts, keys_of
from tests.settings.stack_files import AZURE
from tools.stacks import changed


def redis(built: Built, assistant: str = "rasa") -> RedisConnection:
    connection = built.platform.assistants[assistant].lock_store
    assert connection
    return connection


def kafka(built: Built, assistant: str = "rasa") -> KafkaConnection:
    connection = built.platform.assistants[assistant].event_queue
    assert connection
    return connection


def password(auth: object) -> str:
    assert isinstance(auth, PasswordAuth)
    assert is_secret(auth.password)
    return known(auth.password)


def test_the_database(dev: Built, prod: Built) -> None:
    for built in (dev, prod):
        postgres = built.postgres
        assert (postgres.port, postgres.ssl_mode, postgres.ca_pem) == (5432, "verify-full", azure_roots())
        assert known(postgres.host).endswith(".postgres.database.azure.com")
        assert isinstance(postgres.roles, PasswordRoles)
        assert password(postgres.admin)
        assert postgres.networks == ("10.0.240.0/24",)
        values = {each.inputs["configurationName"]: each.inputs["value"] for each in built.all(PARAMETER)}
        assert values["require_secure_transport"] == "on"
        assert values["ssl_min_protocol_version"] == "TLSv1.2"


def test_a_rotation_takes_the_other_key_and_new_rules(dev: Built) -> None:
    rotated = build(changed(AZURE, rotation={"lockStore": 2, "modelStorage": 2, "eventQueue": 2}))
    keys = [built.answer("listDatabaseKeys") for built in (dev, rotated)]
    assert [password(redis(built).auth) for built in (dev, rotated)] == [keys[0]["primaryKey"], keys[1]["secondaryKey"]]
    assert keys[1]["primaryKey"] != keys[1]["secondaryKey"]
    models = rotated.platform.assistants["rasa"].model_storage
    assert isinstance(models, ModelStorageConnection)
    assert (
        known(models.secret_environment["AZURE_ACCOUNT_KEY"])
        == rotated.answer("listStorageAccountKeys")["keys"][1]["value"]
    )
    (rule,) = rotated.all(HUB_RULE)
    assert rule.inputs["authorizationRuleName"] == "send-2"


def test_redis(dev: Built) -> None:
    connection = redis(dev)
    assert (connection.port, connection.ca_pem, connection.tunnel) == (10000, azure_roots(), False)
    assert known(connection.host).endswith(".westeurope.redis.azure.net")
    assert isinstance(connection.auth, PasswordAuth)
    assert connection.auth.username == "default"
    assert password(connection.auth) == dev.answer("listDatabaseKeys")["primaryKey"]
    database = dev.one(REDIS_DATABASE).inputs
    assert (database["port"], database["databaseName"]) == (10000, "default")
    assert (database["clusteringPolicy"], database["evictionPolicy"]) == ("NoCluster", "NoEviction")
    assert (database["accessKeysAuthentication"], database["clientProtocol"]) == ("Enabled", "Encrypted")
    assert dev.one(REDIS).inputs["minimumTlsVersion"] == "1.2"


def test_kafka(dev: Built) -> None:
    connection = kafka(dev)
    assert known(connection.bootstrap).endswith(".servicebus.windows.net:9093")
    assert (connection.mechanism, connection.ports, connection.ca_pem) == ("PLAIN", (9093,), azure_roots())
    assert isinstance(connection.producer, PasswordAuth)
    assert connection.producer.username == "$ConnectionString"
    assert password(connection.producer) == dev.answer("listEventHubKeys")["primaryConnectionString"]
    namespace = dev.one(NAMESPACE).inputs
    assert (namespace["disableLocalAuth"], namespace["minimumTlsVersion"]) == (False, "1.2")


def test_rasa_may_only_send_and_analytics_both(shared: Built) -> None:
    assert {tuple(rule.inputs["rights"]) for rule in shared.all(HUB_RULE)} == {("Send",)}
    assert shared.one(NAMESPACE_RULE).inputs["rights"] == ["Listen", "Send"]
    both = shared.answer("listNamespaceKeys")["primaryConnectionString"]
    assert password(kafka(shared, "sales").consumer) == both
    send = {answer["primaryConnectionString"] for answer in shared.answers("listEventHubKeys")}
    assert {password(kafka(shared, "sales").producer), password(kafka(shared, "support").consumer)} == send
    assert both not in send


def test_topics_for_dead_letters_only_with_analytics(shared: Built, dev: Built) -> None:
    topics = {hub.inputs["eventHubName"] for hub in shared.all(HUB)}
    assert topics == {"sales-core-events", "sales-analytics-dlq", "support-core-events"}
    assert dev.all(NAMESPACE_RULE) == []


def test_models_with_the_accounts_key(dev: Built) -> None:
    storage = dev.platform.assistants["rasa"].model_storage
    assert isinstance(storage, ModelStorageConnection)
    assert set(storage.environment) == {"AZURE_ACCOUNT_NAME", "AZURE_CONTAINER"}
    key = storage.secret_environment["AZURE_ACCOUNT_KEY"]
    assert is_secret(key)
    assert known(key) == dev.answer("listStorageAccountKeys")["keys"][0]["value"]
    assert dev.one(ACCOUNT).inputs["allowSharedKeyAccess"] is True
    assert "rasa:rasa" not in dev.identified
    assert "az storage blob upload" in known(storage.upload_command)
    assert "--name rasa/model.tar.gz" in known(storage.upload_command)


def test_models_without_any_key(prod: Built) -> None:
    storage = prod.platform.assistants["rasa"].model_storage
    assert isinstance(storage, DownloadedModel)
    assert storage.script.is_file()
    assert prod.one(ACCOUNT).inputs["allowSharedKeyAccess"] is False
    assert prod.one(ACCOUNT).inputs["publicNetworkAccess"] == "Disabled"
    assert prod.answers("listStorageAccountKeys") == []
    assert known(storage.upload_command).endswith("# from inside the network")


def test_an_assistant_has_a_container_of_its_own(keyless: Built) -> None:
    assert {each.inputs["containerName"] for each in keyless.all(CONTAINER)} == {"models-sales", "models-support"}
    assert {each.inputs["publicAccess"] for each in keyless.all(CONTAINER)} == {"None"}
    scopes = [each.inputs["scope"] for each in keyless.grants("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1")]
    assert sorted(scope.rsplit("/", 1)[1] for scope in scopes) == ["models-sales", "models-support"]


def test_no_key_is_readable_anywhere(shared: Built, prod: Built) -> None:
    for built in (shared, prod):
        keys = keys_of(built.recording)
        assert keys
        for resource in built.recording.resources.values():
            # Not even secret: no resource of the cloud needs a key that Azure made.
            assert not [key for key in keys for text in all_texts(resource.inputs) if key in text], resource.name
        assert not any(is_secret(address) for address in built.platform.services.values())


@pytest.mark.parametrize(
    ("ready", "kinds"),
    [
        (lambda built: built.postgres.ready, set[str]()),
        (lambda built: redis(built).ready, {REDIS_DATABASE, ZONE_GROUP}),
        (lambda built: kafka(built).ready, {HUB, ZONE_GROUP}),
        (lambda built: built.platform.assistants["rasa"].model_storage.ready, {CONTAINER, ZONE_GROUP}),
        (lambda built: built.platform.assistants["rasa"].rasa.ready, {CREDENTIAL, ROLE}),
    ],
    ids=["tracker store", "lock store", "event queue", "model storage", "identity"],
)
def test_ready_holds_what_no_output_names(ready: Callable[[Built], Any], kinds: set[str], prod: Built) -> None:
    assert prod.types(ready(prod)) == {f"azure-native:{kind}" for kind in kinds}


def test_addresses(dev: Built) -> None:
    services = dev.platform.services
    assert list(services) == ["network", "cluster", "trackerStore", "lockStore", "eventQueue", "modelStorage"]
    assert known(services["cluster"]).startswith("https://rasa-dev-cluster-")
    assert known(services["modelStorage"]).endswith(".blob.core.windows.net")


@pytest.mark.parametrize(
    ("ranges", "action", "rules"),
    [
        (["203.0.113.0/24"], "Deny", ["203.0.113.0/24"]),
        (["203.0.113.7/32", "198.51.100.0/31"], "Deny", ["203.0.113.7", "198.51.100.0", "198.51.100.1"]),
        (["10.0.0.0/8", "192.168.4.0/24"], "Deny", []),
        (["0.0.0.0/0"], "Allow", None),
        ([], "Deny", []),
    ],
)
def test_uploads_come_from_the_named_ranges(ranges: list[str], action: str, rules: list[str] | None) -> None:
    made: Any = firewall(ranges)
    assert made.default_action.value == action
    assert (made.ip_rules and [rule.i_p_address_or_range for rule in made.ip_rules]) == (rules or made.ip_rules)


EXISTING = {"kind": "existing", "account": "acmemodels", "container": "models"}


def test_a_container_of_somebody_else_with_a_key() -> None:
    stack = changed(AZURE, modelStorage={**EXISTING, "auth": "key", "accountKey": "models"})
    built = build(changed(stack, **{"secrets.models": "the-key"}))
    storage = built.platform.assistants["rasa"].model_storage
    assert isinstance(storage, ModelStorageConnection)
    assert known(storage.secret_environment["AZURE_ACCOUNT_KEY"]) == "the-key"
    assert storage.environment == {"AZURE_ACCOUNT_NAME": "acmemodels", "AZURE_CONTAINER": "models"}
    assert built.all(ACCOUNT) == built.all(CONTAINER) == []
    assert "rasa:rasa" not in built.identified


def test_a_container_of_somebody_else_without_a_key() -> None:
    built = build(changed(AZURE, modelStorage={**EXISTING, "auth": "initDownload"}))
    assert isinstance(built.platform.assistants["rasa"].model_storage, DownloadedModel)
    # The identity is ours; letting it in is for whom the container is.
    assert "rasa:rasa" in built.identified
    assert built.grants("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1") == []
    assert built.all(ACCOUNT) == []
