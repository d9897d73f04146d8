"""Services on Azure: keys and rules, one change at a time, private names, tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from catalogue.sdk import resource_shape
from components.azure.model_storage import firewall
from components.connections import DownloadedModel, ModelStorageConnection, PasswordAuth
from components.trust import azure_roots
from policy import kinds as k
from sandbox.recording import Registration
from settings import Cloud
from tests.components.built import PROD, Built, build, is_secret, known, password, world
from tests.components.rights import rights
from tests.settings.stack_files import AZURE
from tools.stacks import changed

BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"


def models_of(built: Built) -> ModelStorageConnection:
    """Models that Rasa reads with a key, which is secret."""
    storage = built.platform.assistants["rasa"].model_storage
    assert isinstance(storage, ModelStorageConnection)
    assert is_secret(storage.secret_environment["AZURE_ACCOUNT_KEY"])
    return storage


def is_chain(built: Built, links: Sequence[Registration]) -> bool:
    """Whether each waits for all before it."""
    return all(
        {before.urn for before in links[:index]} <= built.recording.reached_from(link.urn)
        for index, link in enumerate(links)
    )


def test_networks_servers_and_namespaces_are_changed_one_step_at_a_time(prod: Built, shared: Built) -> None:
    subnets = [prod.one(k.AZURE_SUBNET, name) for name in ("-database", "-endpoints", "-cluster")]
    assert is_chain(prod, subnets)
    assert not is_chain(prod, subnets[::-1])
    assert is_chain(prod, [prod.one(k.AZURE_POSTGRES), *prod.all(k.AZURE_POSTGRES_SETTING)])
    of_namespace = [one for one in shared.recording.resources.values() if one.type in (k.EVENT_HUB, k.EVENT_HUB_KEY)]
    rules = [shared.one(kind) for kind in (k.EVENT_HUBS, k.EVENT_HUBS_NETWORK, k.EVENT_HUBS_KEY)]
    assert len(of_namespace) == 5
    assert is_chain(shared, [*rules, *of_namespace])


def test_a_name_is_found_before_anybody_asks_for_it(prod: Built) -> None:
    links = {link.name: link.urn for link in prod.all("azure-native:privatedns:VirtualNetworkLink")}
    (database,) = (urn for name, urn in links.items() if "tracker-store" in name)
    assert database in prod.recording.reached_from(prod.one(k.AZURE_POSTGRES).urn)
    for group in prod.all("azure-native:network:PrivateDnsZoneGroup"):
        assert set(links.values()) & prod.recording.reached_from(group.urn)


def test_only_roles_open_a_vault(prod: Built) -> None:
    assert {each.inputs["properties"]["enableRbacAuthorization"] for each in prod.all(k.KEY_VAULT)} == {True}


def test_every_resource_that_can_have_tags_has_them() -> None:
    built = build(changed(AZURE, **PROD, tags={"owner": "platform-team"}))
    leaves = [each for each in built.recording.resources.values() if each.package == "azure-native"]
    taggable = [each for each in leaves if "tags" in resource_shape(each.type).types]
    assert len(taggable) > 20
    tags = {"project": "rasa", "stack": "prod", "owner": "platform-team"}
    assert [each.name for each in taggable if each.inputs.get("tags") != tags] == []


def test_services_are_verified_by_the_roots_that_azure_uses(dev: Built) -> None:
    assert {each.ca_pem for each in (dev.postgres, dev.redis(), dev.kafka())} == {azure_roots()}


def test_a_rotation_takes_the_other_key_and_new_rules(dev: Built) -> None:
    rotated = build(changed(AZURE, rotation={"lockStore": 2, "modelStorage": 2, "eventQueue": 2}))
    keys = [built.answer("listDatabaseKeys") for built in (dev, rotated)]
    assert [password(built.redis().auth) for built in (dev, rotated)] == [
        keys[0]["primaryKey"],
        keys[1]["secondaryKey"],
    ]
    assert keys[1]["primaryKey"] != keys[1]["secondaryKey"]
    for index, built in enumerate((dev, rotated)):
        answered = built.answer("listStorageAccountKeys")["keys"][index]["value"]
        assert known(models_of(built).secret_environment["AZURE_ACCOUNT_KEY"]) == answered
    assert rotated.inputs(k.EVENT_HUB_KEY)["authorizationRuleName"] == "send-2"


def test_redis_is_one_that_rasas_client_knows(dev: Built) -> None:
    auth = dev.redis().auth
    assert isinstance(auth, PasswordAuth)
    assert auth.username == "default"
    database = dev.inputs(k.AZURE_REDIS_DATABASE)
    assert (database["port"], database["databaseName"]) == (10000, "default")
    assert (database["clusteringPolicy"], database["accessKeysAuthentication"]) == ("NoCluster", "Enabled")


def test_rasa_may_only_send_and_analytics_both(shared: Built, dev: Built) -> None:
    assert {tuple(rule.inputs["rights"]) for rule in shared.all(k.EVENT_HUB_KEY)} == {("Send",)}
    assert shared.inputs(k.EVENT_HUBS_KEY)["rights"] == ["Listen", "Send"]
    assert dev.all(k.EVENT_HUBS_KEY) == []
    both = shared.answer("listNamespaceKeys")["primaryConnectionString"]
    sales, support = shared.kafka("sales"), shared.kafka("support")
    assert password(sales.consumer) == both
    send = {answer["primaryConnectionString"] for answer in shared.answers("listEventHubKeys")}
    assert {password(sales.producer), password(support.consumer)} == send
    assert both not in send
    for auth in (sales.producer, sales.consumer):
        assert isinstance(auth, PasswordAuth)
        assert auth.username == "$ConnectionString"


def test_models_with_the_accounts_key(dev: Built) -> None:
    assert set(models_of(dev).environment) == {"AZURE_ACCOUNT_NAME", "AZURE_CONTAINER"}
    assert dev.inputs(k.BLOB_ACCOUNT)["allowSharedKeyAccess"] is True
    assert rights(dev, "rasa:rasa") == set()


def test_models_without_any_key(prod: Built) -> None:
    storage = prod.platform.assistants["rasa"].model_storage
    assert isinstance(storage, DownloadedModel)
    assert prod.inputs(k.BLOB_ACCOUNT)["allowSharedKeyAccess"] is False
    assert prod.answers("listStorageAccountKeys") == []
    assert known(storage.upload_command).endswith("# from inside the network")


def test_an_assistant_has_a_container_of_its_own() -> None:
    keyless = world(Cloud.AZURE, "keyless")
    for assistant in ("sales", "support"):
        ((_, action, where),) = rights(keyless, f"{assistant}:rasa")
        assert (action, where.rpartition("/")[2]) == (BLOB_READER, f"models-{assistant}")


@pytest.mark.parametrize(
    ("ranges", "action", "rules"),
    [
        (["203.0.113.0/24"], "Deny", ["203.0.113.0/24"]),
        (["203.0.113.7/32", "198.51.100.0/31"], "Deny", ["203.0.113.7", "198.51.100.0", "198.51.100.1"]),
        (["10.0.0.0/8", "192.168.4.0/24"], "Deny", []),
        (["0.0.0.0/0"], "Allow", []),
        ([], "Deny", []),
    ],
)
def test_uploads_come_from_the_named_ranges(ranges: list[str], action: str, rules: list[str]) -> None:
    made: Any = firewall(ranges)
    assert made.default_action.value == action
    assert [rule.i_p_address_or_range for rule in made.ip_rules or []] == rules


EXISTING = {"kind": "existing", "account": "acmemodels", "container": "models"}


def test_an_existing_container_with_a_key() -> None:
    stack = changed(AZURE, modelStorage={**EXISTING, "auth": "key", "accountKey": "models"})
    built = build(changed(stack, **{"secrets.models": "the-key"}))
    assert known(models_of(built).secret_environment["AZURE_ACCOUNT_KEY"]) == "the-key"
    assert models_of(built).environment == {"AZURE_ACCOUNT_NAME": "acmemodels", "AZURE_CONTAINER": "models"}
    assert "rasa-rasa" not in built.names(k.FEDERATED)


def test_an_existing_container_without_a_key() -> None:
    built = build(changed(AZURE, modelStorage={**EXISTING, "auth": "initDownload"}))
    assert isinstance(built.platform.assistants["rasa"].model_storage, DownloadedModel)
    # The program creates the identity; the owner of the container grants it access.
    assert "system:serviceaccount:rasa:rasa" in {each.inputs["subject"] for each in built.all(k.FEDERATED)}
    assert rights(built, "rasa:rasa") == set()
