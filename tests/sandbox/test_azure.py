"""Azure: the forms of its answers, the refusals of any service, roles and locks, networks, keys and vaults."""

from __future__ import annotations

import base64
import re
import threading
from pathlib import Path

import pytest

from catalogue.azure import AZURE
from catalogue.entry import Refused, Seed
from catalogue.wire import Properties
from tests.sandbox.azure import CRYPTO_USER, GUID, READER, ROLE, Azure
from tests.sandbox.world import ENOUGH, Made, refused

IN_GROUP = rf"/subscriptions/{GUID}/resourceGroups/rasa/providers"
NO_ACTION = "does not match any of the actions"
SUBSCRIPTION = Seed("subscription/dev").guid()
RULE = {"name": "a", "access": "Deny", "direction": "Inbound", "protocol": "*"}


def firewall(*rules: str) -> Properties:
    return {"defaultAction": "Deny", "ipRules": [{"value": rule} for rule in rules]}


def rotation(trigger: Properties, **attributes: str) -> Properties:
    action = {"action": {"type": "rotate"}, "trigger": trigger}
    return {"rotationPolicy": {"lifetimeActions": [action], "attributes": attributes}}


def test_forms_of_ids(azure: Azure) -> None:
    assert re.fullmatch(rf"{IN_GROUP}/Microsoft\.Network/virtualNetworks/vnet", azure.vnet.id)
    subnet = azure.subnet("nodes", "10.0.0.0/24").id
    assert re.fullmatch(rf"{IN_GROUP}/Microsoft\.Network/virtualNetworks/vnet/subnets/nodes", subnet)
    identity = azure.identity()
    assert re.fullmatch(rf"{IN_GROUP}/Microsoft\.ManagedIdentity/userAssignedIdentities/identity", identity.id)
    assert re.fullmatch(GUID, identity["principalId"])
    grant = azure.grant(READER, subnet, identity["principalId"]).id
    assert re.fullmatch(rf"{re.escape(subnet)}/providers/Microsoft\.Authorization/roleAssignments/{GUID}", grant)


def test_names_that_are_made_up_and_the_location_that_is_the_providers(azure: Azure) -> None:
    firewall = azure.make("network.NetworkSecurityGroup", "firewall")
    assert re.fullmatch(r"firewall[0-9a-f]{8}", firewall["name"])
    assert firewall["location"] == "westeurope"


def test_forms_of_the_services(azure: Azure) -> None:
    assert azure.postgres()["fullyQualifiedDomainName"] == "rasa.postgres.database.azure.com"
    assert azure.make("redisenterprise.RedisEnterprise")["hostName"] == "rasa.westeurope.redis.azure.net"
    account = azure.make("storage.StorageAccount")
    assert account["primaryEndpoints"]["blob"] == "https://rasa.blob.core.windows.net/"
    assert re.fullmatch(r"20(\.\d{1,3}){3}", azure.make("network.PublicIPAddress")["ipAddress"])
    answer = AZURE.invokes["azure-native:authorization:getClientConfig"]({}, azure.clouds["azure-native"].where)
    assert answer["subscriptionId"] == azure.subscription
    assert {re.fullmatch(GUID, value) is not None for value in answer.values()} == {True}


@pytest.mark.parametrize(
    ("kind", "inputs", "error"),
    [
        ("storage.StorageAccount", {"accountName": "rasa-dev"}, "AccountNameInvalid"),
        ("keyvault.Key", {"vaultName": "none", "keyName": "k", "properties": {}}, "ResourceNotFound"),
        ("network.Subnet", {"virtualNetworkName": "none", "addressPrefix": "10.0.0.0/24"}, "ResourceNotFound"),
        ("privatedns.PrivateZone", {"privateZoneName": "a.example.com"}, "the location 'global'"),
        ("redisenterprise.RedisEnterprise", {"clusterName": "a--b"}, "single hyphens"),
        ("redisenterprise.Database", {"port": 6380}, "10000"),
        ("redisenterprise.Database", {"databaseName": "rasa"}, "called default"),
        ("eventhub.Namespace", {"namespaceName": "rasa-sb"}, "not -sb last"),
        ("eventhub.Namespace", {"sku": {"name": "Premium", "capacity": 3}}, "capacity 3"),
        ("eventhub.Namespace", {"isAutoInflateEnabled": True}, "maximumThroughputUnits"),
        ("eventhub.Namespace", {"encryption": {"keySource": "Microsoft.KeyVault"}}, "needs Premium"),
        ("dbforpostgresql.Server", {"administratorLogin": "admin"}, "reserved"),
        ("dbforpostgresql.Server", {"storage": {"storageSizeGB": 50}}, "storage size 50"),
        ("dbforpostgresql.Server", {"highAvailability": {"mode": "SameZone"}}, "Burstable"),
        ("dbforpostgresql.Server", {"sku": {"name": "Standard_D2ds_v5", "tier": "Burstable"}}, "tier"),
        ("dbforpostgresql.Server", {"administratorLoginPassword": "password"}, "PasswordNotComplex"),
        ("operationalinsights.Workspace", {"retentionInDays": 7}, "retention 7"),
        (
            "network.NetworkSecurityGroup",
            {"securityRules": [{**RULE, "priority": 5000}]},
            "SecurityRuleInvalidPriority",
        ),
        (
            "storage.StorageAccount",
            {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "203.0.113.7/32"}]}},
            "networkAcls.ipRule",
        ),
        ("storage.StorageAccount", {"sku": {"name": "Standard_XRS"}}, "is not a SkuName"),
        ("vault", {"networkAcls": firewall("10.1.0.0/16")}, "only public addresses"),
        ("vault", {"networkAcls": firewall("192.168.7.1")}, "only public addresses"),
        ("vault", {"networkAcls": firewall("office")}, "not an IPv4 address or CIDR range"),
        ("vault", {"networkAcls": firewall("203.0.113.0/24", "198.51.100.7/32")}, ""),
        ("key", rotation({"timeAfterCreate": "P1Y"}), ""),
        ("key", rotation({"timeAfterCreate": "P7D"}), ""),
        ("key", rotation({"timeBeforeExpiry": "P30D"}, expiryTime="P1Y"), ""),
        ("key", rotation({"timeAfterCreate": "P6D"}), "7 days or more"),
        ("key", rotation({"timeAfterCreate": "1 year"}), "not a duration"),
        ("key", rotation({"timeBeforeExpiry": "P30D"}), "needs an expiryTime"),
        ("key", rotation({}), "one trigger"),
        ("role", {"roleDefinitionId": "adds-secrets"}, "not a GUID"),
        ("role", {"roleName": None}, "needs a name"),
        ("role", {"assignableScopes": []}, "where it can be assigned"),
        ("role", {"permissions": [{"dataActions": ["vaults/secrets/set"]}]}, NO_ACTION),
        ("role", {"permissions": [{"actions": ["Microsoft.KeyVault/vaults/secrets"]}]}, NO_ACTION),
        ("role", {"scope": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/none"}, "ResourceNotFound"),
        ("storage.StorageAccount", {"resourceGroupName": "none"}, "ResourceGroupNotFound"),
    ],
)
def test_what_azure_refuses(kind: str, inputs: Properties, error: str, azure: Azure) -> None:
    if kind == "key":
        azure.vault()
    azure.refuses(error, kind, **inputs)


def test_what_it_refuses_is_otherwise_fine(azure: Azure) -> None:
    """The control of the test above."""
    azure.make("redisenterprise.RedisEnterprise")
    for kind in ("storage.StorageAccount", "redisenterprise.Database", "eventhub.Namespace", "dbforpostgresql.Server"):
        azure.make(kind)


def test_a_global_name_is_taken_in_every_subscription(azure: Azure, tmp_path: Path) -> None:
    other = Azure(tmp_path, "other")
    azure.make("storage.StorageAccount")
    other.refuses("StorageAccountAlreadyTaken", "storage.StorageAccount")
    azure.role()
    other.refuses("RoleDefinitionWithSameNameExists", "role")
    other.role(roleName="rasa-adds-secrets-too")
    assert other.subscription != azure.subscription


@pytest.mark.parametrize(
    "function", ["storage:listStorageAccountKeys", "containerservice:listManagedClusterUserCredentials"]
)
def test_a_function_about_nothing_is_refused(function: str, azure: Azure) -> None:
    with refused("ResourceNotFound"):
        azure.call(function, accountName="none", resourceName="none")


def test_new_principals_need_their_type(azure: Azure) -> None:
    principal, deployer = azure.identity()["principalId"], azure.facts("azure-native")["deployer"]
    with refused("PrincipalNotFound"):
        azure.grant(READER, azure.vnet.id, principal, principalType=None)
    with refused("UnmatchedPrincipalType"):
        azure.grant(READER, azure.vnet.id, deployer, principalType="User")
    with refused("PrincipalNotFound"):
        azure.grant(READER, azure.vnet.id, "00000000-0000-0000-0000-000000000000")


def test_a_lock_keeps_a_resource_and_its_parts(azure: Azure) -> None:
    namespace, hub = azure.make("eventhub.Namespace"), azure.make("eventhub.EventHub")
    lock = azure.make("authorization.ManagementLockByScope", scope=namespace.id, level="CanNotDelete")
    for locked in (namespace, hub):
        with refused("ScopeLocked"):
            azure.delete(locked)
    azure.delete(lock, namespace)


def test_subnets_are_in_their_network_and_apart(azure: Azure) -> None:
    azure.subnet("a", "10.0.0.0/20")
    for cidr, error in (("10.0.8.0/24", "Overlap"), ("10.9.0.0/24", "not valid"), ("10.0.200.0/30", "TooSmall")):
        azure.refuses(error, "subnet", name="b", cidr=cidr)


def test_a_database_needs_a_delegated_subnet_and_a_linked_zone(azure: Azure) -> None:
    azure.refuses("depend on the link", "postgres", linked=False)
    zone = f"{azure.group}/providers/Microsoft.Network/privateDnsZones/rasa.private.postgres.database.azure.com"
    subnet = azure.subnet("plain", "10.0.2.0/24").id
    network = {"delegatedSubnetResourceId": subnet, "privateDnsZoneArmResourceId": zone}
    azure.refuses("SubnetNotDelegated", "dbforpostgresql.Server", network=network)


def test_a_database_stays_in_its_subnet_and_only_grows(azure: Azure) -> None:
    server, other = azure.postgres(storage={"storageSizeGB": 64}), azure.subnet("other", "10.0.2.0/24").id
    with refused("StorageSizeCannotBeReduced: from 64 to 32"):
        azure.change(server, storage={"storageSizeGB": 32})
    with refused("delegatedSubnetResourceId of a server cannot be changed"):
        azure.change(server, network={**server.inputs["network"], "delegatedSubnetResourceId": other})


def test_a_network_sees_one_zone_of_a_name(azure: Azure) -> None:
    azure.zone("privatelink.redis.azure.net")
    azure.refuses("overlapping namespaces", "link", zone="privatelink.redis.azure.net")


def test_a_second_change_of_the_same_thing_is_refused(azure: Azure) -> None:
    errors: list[Refused] = []

    def make(index: int) -> None:
        try:
            azure.subnet(f"subnet-{index}", f"10.0.{index}.0/24")
        except Refused as refusal:
            errors.append(refusal)

    assert azure.vnet
    threads = [threading.Thread(target=make, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors
    assert all("AnotherOperationInProgress" in str(error) for error in errors)
    make(9)  # one after the other is fine
    assert len(errors) < 4


def test_what_is_used_cannot_be_deleted(azure: Azure) -> None:
    azure.postgres()
    for kind, error in (
        ("network.Subnet", "InUseSubnetCannotBeDeleted"),
        ("privatedns.PrivateZone", "virtual network links"),
    ):
        (used,) = azure.all(kind)
        with refused(error):
            azure.delete(Made(used.urn, used.id, {}, {}))


def test_forms_of_keys(azure: Azure) -> None:
    azure.make("storage.StorageAccount")
    keys = azure.call("storage:listStorageAccountKeys", accountName="rasa")["keys"]
    assert len(base64.b64decode(keys[0]["value"])) == 64
    assert azure.call("storage:listStorageAccountKeys", accountName="rasa")["keys"] == keys
    azure.make("eventhub.Namespace")
    azure.make("eventhub.EventHub", partitionCount=4)
    rule = {**ENOUGH["eventhub.EventHub"], "authorizationRuleName": "send"}
    azure.make("eventhub.EventHubAuthorizationRule", **rule, rights=["Send"])
    form = (
        r"Endpoint=sb://rasa-dev\.servicebus\.windows\.net/;SharedAccessKeyName=send;SharedAccessKey=[\w+/]{43}=;"
        "EntityPath=events"
    )
    assert re.fullmatch(form, azure.call("eventhub:listEventHubKeys", **rule)["primaryConnectionString"])


def test_keys_of_redis_are_off_until_they_are_turned_on(azure: Azure) -> None:
    azure.make("redisenterprise.RedisEnterprise")
    database = azure.make("redisenterprise.Database")
    with refused("Access keys authentication is disabled"):
        azure.call("redisenterprise:listDatabaseKeys", clusterName="rasa", databaseName="default")
    azure.change(database, accessKeysAuthentication="Enabled")
    assert azure.call("redisenterprise:listDatabaseKeys", clusterName="rasa", databaseName="default")["primaryKey"]


@pytest.mark.parametrize("service", ["disks", "redis"])
@pytest.mark.parametrize(
    ("vault", "is_granted", "error"),
    [
        ({}, True, "has no purge protection"),
        ({"enablePurgeProtection": True}, False, "depend on its role assignment"),
        ({"enablePurgeProtection": True}, True, ""),
    ],
    ids=["no purge protection", "no right", "fine"],
)
def test_a_key_that_a_service_may_use(
    service: str, vault: Properties, is_granted: bool, error: str, azure: Azure
) -> None:
    scope, key, identity = azure.vault(**vault).id, azure.key(), azure.identity()
    own: Properties = {"identity": {"type": "UserAssigned", "userAssignedIdentities": [identity.id]}}
    if is_granted:
        azure.grant(CRYPTO_USER, scope, identity["principalId"])
    if service == "redis":
        holder = {"identityType": "userAssignedIdentity", "userAssignedIdentityResourceId": identity.id}
        by = {"keyEncryptionKeyUrl": key["keyUriWithVersion"], "keyEncryptionKeyIdentity": holder}
        azure.refuses(error, "redisenterprise.RedisEnterprise", **own, encryption={"customerManagedKeyEncryption": by})
        return
    own["encryptionType"] = "EncryptionAtRestWithCustomerKey"
    azure.refuses("no key version", "compute.DiskEncryptionSet", **own, activeKey={"keyUrl": key["keyUri"]})
    with refused(error):
        set_ = azure.make("compute.DiskEncryptionSet", "disks", **own, activeKey={"keyUrl": key["keyUriWithVersion"]})
        assert re.fullmatch(rf"{IN_GROUP}/Microsoft\.Compute/diskEncryptionSets/disks[0-9a-f]{{8}}", set_.id)
        assert list(set_["identity"]["userAssignedIdentities"]) == [identity.id]


def test_a_deleted_vault_keeps_its_name(azure: Azure) -> None:
    azure.delete(azure.vault())
    azure.refuses("a deleted vault still has it", "vault")


def test_a_right_to_a_secret_can_be_given_before_the_secret_is_there(azure: Azure) -> None:
    vault, principal = azure.vault().id, azure.identity()["principalId"]
    own = azure.role()
    assert own.id == f"/subscriptions/{azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/{ROLE}"
    assert own["name"] == ROLE
    scope = f"{vault}/secrets/recovery-keys"
    grant = azure.grant(ROLE, scope, principal)
    assert re.fullmatch(rf"{re.escape(scope)}/providers/Microsoft\.Authorization/roleAssignments/{GUID}", grant.id)
    for wrong in (f"{vault}-other/secrets/recovery-keys", f"{vault}/keys/recovery-keys"):
        with refused("ResourceNotFound"):
            azure.grant(READER, wrong, principal)
    with refused("RoleDefinitionHasAssignments"):
        azure.delete(own)
    azure.delete(grant, own)


def test_only_roles_that_are_there_are_given_and_only_where_they_may(azure: Azure) -> None:
    vault, principal = azure.vault().id, azure.identity()["principalId"]
    with refused("RoleDefinitionDoesNotExist"):
        azure.grant(ROLE, vault, principal)
    azure.role(assignableScopes=[azure.make("resources.ResourceGroup", resourceGroupName="elsewhere").id])
    with refused("not assignable at scope"):
        azure.grant(ROLE, vault, principal)
