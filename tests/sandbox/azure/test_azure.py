"""Azure: the forms of what it answers, what it refuses of any service, roles and locks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalogue.azure import AZURE
from catalogue.entry import Refused
from catalogue.wire import Properties
from tests.sandbox.azure.world import ACCOUNT, DATABASE, GUID, IN_GROUP, NAMESPACE, POSTGRES, READER, REDIS, AzureWorld


def test_forms_of_ids(world: AzureWorld) -> None:
    assert re.fullmatch(rf"{IN_GROUP}/Microsoft\.Network/virtualNetworks/vnet", world.vnet())
    subnet = world.subnet("nodes", "10.0.0.0/24")
    assert re.fullmatch(rf"{IN_GROUP}/Microsoft\.Network/virtualNetworks/vnet/subnets/nodes", subnet)
    id, outputs = world.identity()
    assert re.fullmatch(rf"{IN_GROUP}/Microsoft\.ManagedIdentity/userAssignedIdentities/identity", id)
    assert re.fullmatch(GUID, outputs["principalId"])
    grant, _ = world.grant(READER, subnet, outputs["principalId"])
    assert re.fullmatch(rf"{re.escape(subnet)}/providers/Microsoft\.Authorization/roleAssignments/{GUID}", grant)


def test_names_that_are_made_up_and_the_location_that_is_the_providers(world: AzureWorld) -> None:
    _, outputs = world.make_azure("network:NetworkSecurityGroup", "firewall", {})
    assert re.fullmatch(r"firewall[0-9a-f]{8}", outputs["name"])
    assert outputs["location"] == "westeurope"


def test_forms_of_the_services(world: AzureWorld) -> None:
    _, server = world.postgres(world.vnet())
    assert server["fullyQualifiedDomainName"] == "rasa.postgres.database.azure.com"
    _, redis = world.make_azure("redisenterprise:RedisEnterprise", "redis", REDIS)
    assert redis["hostName"] == "rasa.westeurope.redis.azure.net"
    _, account = world.make_azure("storage:StorageAccount", "account", ACCOUNT)
    assert account["primaryEndpoints"]["blob"] == "https://rasa.blob.core.windows.net/"
    _, address = world.make_azure(
        "network:PublicIPAddress", "ip", {"publicIPAllocationMethod": "Static", "sku": {"name": "Standard"}}
    )
    assert re.fullmatch(r"20(\.\d{1,3}){3}", address["ipAddress"])


def test_the_deployer_is_told(world: AzureWorld) -> None:
    answer = AZURE.invokes["azure-native:authorization:getClientConfig"]({}, world.azure.where)
    assert answer["subscriptionId"] == world.subscription
    assert {re.fullmatch(GUID, value) is not None for value in answer.values()} == {True}


@pytest.mark.parametrize(
    ("token", "inputs", "error"),
    [
        ("storage:StorageAccount", {**ACCOUNT, "accountName": "rasa-dev"}, "AccountNameInvalid"),
        ("keyvault:Key", {"vaultName": "none", "keyName": "k", "properties": {}}, "ResourceNotFound"),
        ("network:Subnet", {"virtualNetworkName": "none", "addressPrefix": "10.0.0.0/24"}, "ResourceNotFound"),
        ("privatedns:PrivateZone", {"privateZoneName": "a.example.com"}, "the location 'global'"),
        ("redisenterprise:RedisEnterprise", {**REDIS, "clusterName": "a--b"}, "single hyphens"),
        ("redisenterprise:Database", {**DATABASE, "port": 6380}, "10000"),
        ("redisenterprise:Database", {**DATABASE, "databaseName": "rasa"}, "called default"),
        ("eventhub:Namespace", {**NAMESPACE, "namespaceName": "rasa-sb"}, "not -sb last"),
        ("eventhub:Namespace", {**NAMESPACE, "sku": {"name": "Premium", "capacity": 3}}, "capacity 3"),
        ("eventhub:Namespace", {**NAMESPACE, "isAutoInflateEnabled": True}, "maximumThroughputUnits"),
        ("eventhub:Namespace", {**NAMESPACE, "encryption": {"keySource": "Microsoft.KeyVault"}}, "needs Premium"),
        ("dbforpostgresql:Server", {**POSTGRES, "administratorLogin": "admin"}, "reserved"),
        ("dbforpostgresql:Server", {**POSTGRES, "storage": {"storageSizeGB": 50}}, "storage size 50"),
        ("dbforpostgresql:Server", {**POSTGRES, "highAvailability": {"mode": "SameZone"}}, "Burstable"),
        ("dbforpostgresql:Server", {**POSTGRES, "sku": {"name": "Standard_D2ds_v5", "tier": "Burstable"}}, "tier"),
        ("dbforpostgresql:Server", {**POSTGRES, "administratorLoginPassword": "password"}, "PasswordNotComplex"),
        ("operationalinsights:Workspace", {"retentionInDays": 7}, "retention 7"),
        (
            "network:NetworkSecurityGroup",
            {
                "securityRules": [
                    {"name": "a", "access": "Deny", "direction": "Inbound", "protocol": "*", "priority": 5000}
                ]
            },
            "SecurityRuleInvalidPriority",
        ),
        (
            "storage:StorageAccount",
            {
                **ACCOUNT,
                "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "203.0.113.7/32"}]},
            },
            "networkAcls.ipRule",
        ),
        ("storage:StorageAccount", {**ACCOUNT, "sku": {"name": "Standard_XRS"}}, "is not a SkuName"),
        ("storage:StorageAccount", {**ACCOUNT, "resourceGroupName": "none"}, "ResourceGroupNotFound"),
    ],
)
def test_what_azure_refuses(token: str, inputs: Properties, error: str, world: AzureWorld) -> None:
    with pytest.raises(Refused, match=re.escape(error)):
        world.make_azure(token, "name", inputs)


def test_what_it_refuses_is_otherwise_fine(world: AzureWorld) -> None:
    """The control of the test above."""
    world.make_azure("storage:StorageAccount", "account", ACCOUNT)
    world.make_azure("redisenterprise:RedisEnterprise", "redis", REDIS)
    world.make_azure("redisenterprise:Database", "database", DATABASE)
    world.make_azure("eventhub:Namespace", "namespace", NAMESPACE)
    world.make_azure("dbforpostgresql:Server", "db", POSTGRES)


def test_a_global_name_is_taken_in_every_subscription(world: AzureWorld, tmp_path: Path) -> None:
    world.make_azure("storage:StorageAccount", "account", ACCOUNT)
    other = AzureWorld(tmp_path, "other")
    with pytest.raises(Refused, match="StorageAccountAlreadyTaken"):
        other.make_azure("storage:StorageAccount", "account", ACCOUNT)
    assert other.subscription != world.subscription


@pytest.mark.parametrize(
    "function", ["storage:listStorageAccountKeys", "containerservice:listManagedClusterUserCredentials"]
)
def test_a_function_about_nothing_is_refused(function: str, world: AzureWorld) -> None:
    with pytest.raises(Refused, match="ResourceNotFound"):
        world.call(function, {"accountName": "none", "resourceName": "none"})


def test_new_principals_need_their_type(world: AzureWorld) -> None:
    vnet = world.vnet()
    _, outputs = world.identity()
    with pytest.raises(Refused, match="PrincipalNotFound"):
        world.grant(READER, vnet, outputs["principalId"], principalType=None)
    with pytest.raises(Refused, match="UnmatchedPrincipalType"):
        world.grant(READER, vnet, world.azure.where.facts["deployer"], principalType="User")
    with pytest.raises(Refused, match="PrincipalNotFound"):
        world.grant(READER, vnet, "00000000-0000-0000-0000-000000000000")


def test_a_lock_keeps_a_resource_and_its_parts(world: AzureWorld) -> None:
    world.make_azure("eventhub:Namespace", "namespace", NAMESPACE)
    namespace = (
        f"/subscriptions/{world.subscription}/resourceGroups/rasa/providers/Microsoft.EventHub/namespaces/rasa-dev"
    )
    hub, _ = world.make_azure("eventhub:EventHub", "hub", {"namespaceName": "rasa-dev", "eventHubName": "events"})
    lock, _ = world.make_azure(
        "authorization:ManagementLockByScope", "lock", {"scope": namespace, "level": "CanNotDelete"}
    )
    for kind, name, id in (("Namespace", "namespace", namespace), ("EventHub", "hub", hub)):
        with pytest.raises(Refused, match="ScopeLocked"):
            world.delete(f"azure-native:eventhub:{kind}", name, id)
    world.delete("azure-native:authorization:ManagementLockByScope", "lock", lock)
    world.delete("azure-native:eventhub:Namespace", "namespace", namespace)
