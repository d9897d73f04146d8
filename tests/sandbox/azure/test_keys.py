"""Azure: the keys that services encrypt with, and those that open them."""

from __future__ import annotations

import base64
import re

import pytest

from catalogue.entry import Refused
from catalogue.wire import Properties
from tests.sandbox.azure.world import ACCOUNT, CRYPTO_USER, DATABASE, NAMESPACE, REDIS, AzureWorld


def test_forms_of_keys(world: AzureWorld) -> None:
    world.make_azure("storage:StorageAccount", "account", ACCOUNT)
    keys = world.call("storage:listStorageAccountKeys", {"accountName": "rasa"})["keys"]
    assert len(base64.b64decode(keys[0]["value"])) == 64
    assert world.call("storage:listStorageAccountKeys", {"accountName": "rasa"})["keys"] == keys
    world.make_azure("eventhub:Namespace", "namespace", NAMESPACE)
    hub = {"namespaceName": "rasa-dev", "eventHubName": "events"}
    world.make_azure("eventhub:EventHub", "hub", {**hub, "partitionCount": 4})
    world.make_azure(
        "eventhub:EventHubAuthorizationRule", "rule", {**hub, "authorizationRuleName": "send", "rights": ["Send"]}
    )
    answer = world.call("eventhub:listEventHubKeys", {**hub, "authorizationRuleName": "send"})
    form = (
        r"Endpoint=sb://rasa-dev\.servicebus\.windows\.net/;SharedAccessKeyName=send;SharedAccessKey=[\w+/]{43}=;"
        "EntityPath=events"
    )
    assert re.fullmatch(form, answer["primaryConnectionString"])


def test_a_deleted_vault_keeps_its_name(world: AzureWorld) -> None:
    vault, _ = world.key(enablePurgeProtection=True)
    world.delete("azure-native:keyvault:Vault", "vault", vault)
    with pytest.raises(Refused, match="a deleted vault still has it"):
        world.key()


@pytest.mark.parametrize(
    ("vault", "is_granted", "error"),
    [
        ({}, True, "has no purge protection"),
        ({"enablePurgeProtection": True}, False, "depend on its role assignment"),
        ({"enablePurgeProtection": True}, True, ""),
    ],
)
def test_a_key_that_a_service_may_use(vault: Properties, is_granted: bool, error: str, world: AzureWorld) -> None:
    vault_id, key = world.key(**vault)
    identity, outputs = world.identity()
    if is_granted:
        world.grant(CRYPTO_USER, vault_id, outputs["principalId"])
    own = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [identity]},
        "encryption": {
            "customerManagedKeyEncryption": {
                "keyEncryptionKeyUrl": key["keyUriWithVersion"],
                "keyEncryptionKeyIdentity": {
                    "identityType": "userAssignedIdentity",
                    "userAssignedIdentityResourceId": identity,
                },
            }
        },
    }
    if not error:
        world.make_azure("redisenterprise:RedisEnterprise", "redis", {**REDIS, **own})
        return
    with pytest.raises(Refused, match=error):
        world.make_azure("redisenterprise:RedisEnterprise", "redis", {**REDIS, **own})


def test_keys_of_redis_are_off_until_they_are_turned_on(world: AzureWorld) -> None:
    world.make_azure("redisenterprise:RedisEnterprise", "redis", REDIS)
    id, outputs = world.make_azure("redisenterprise:Database", "database", DATABASE)
    names = {"clusterName": "rasa", "databaseName": "default"}
    with pytest.raises(Refused, match="Access keys authentication is disabled"):
        world.call("redisenterprise:listDatabaseKeys", names)
    on = {**DATABASE, "resourceGroupName": "rasa", "accessKeysAuthentication": "Enabled"}
    world.change("azure-native:redisenterprise:Database", "database", id, outputs, on)
    assert world.call("redisenterprise:listDatabaseKeys", names)["primaryKey"]
