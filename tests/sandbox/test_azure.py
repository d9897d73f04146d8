"""Azure: the exact forms of what it answers, and what it refuses."""

from __future__ import annotations

import base64
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from sandbox.packages.azure import AZURE
from sandbox.rows import Refused
from sandbox.wire import Properties
from tests.sandbox.azure_world import CRYPTO_USER, NETWORK_CONTRIBUTOR, READER, AzureWorld
from tests.sandbox.clouds import manifest

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
IN_GROUP = rf"/subscriptions/{GUID}/resourceGroups/rasa/providers"
DELEGATION = {"name": "postgres", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
REDIS: Properties = {"clusterName": "rasa", "sku": {"name": "Balanced_B1"}, "publicNetworkAccess": "Disabled"}
DATABASE: Properties = {
    "clusterName": "rasa",
    "databaseName": "default",
    "port": 10000,
    "clusteringPolicy": "NoCluster",
}
NAMESPACE: Properties = {"namespaceName": "rasa-dev", "sku": {"name": "Standard", "tier": "Standard", "capacity": 1}}
ACCOUNT: Properties = {"accountName": "rasa", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
POSTGRES: Properties = {
    "serverName": "rasa",
    "sku": {"name": "Standard_B1ms", "tier": "Burstable"},
    "storage": {"storageSizeGB": 32},
    "administratorLogin": "rasa_admin",
    "administratorLoginPassword": "Passw0rd",
    "version": "17",
}


@pytest.fixture
def world(tmp_path: Path) -> AzureWorld:
    return AzureWorld(tmp_path)


def postgres(world: AzureWorld, vnet: str, *, linked: bool = True, **more: Any) -> tuple[str, Properties]:
    subnet = world.subnet("postgres", "10.0.1.0/24", delegations=[DELEGATION])
    zone = world.zone("rasa.private.postgres.database.azure.com", vnet if linked else None)
    network = {"delegatedSubnetResourceId": subnet, "privateDnsZoneArmResourceId": zone}
    return world.make_azure("dbforpostgresql:Server", "db", {**POSTGRES, "network": network, **more})


def aks(world: AzureWorld, *, granted: bool = True, **more: Any) -> tuple[str, Properties]:
    world.vnet()
    subnet = world.subnet("nodes", "10.0.0.0/20")
    identity, outputs = world.identity("aks")
    if granted:
        world.grant(NETWORK_CONTRIBUTOR, subnet, outputs["principalId"])
    pool = {"name": "system", "mode": "System", "vmSize": "Standard_D2ds_v5", "count": 1, "vnetSubnetID": subnet}
    inputs: Properties = {
        "resourceName": "rasa",
        "dnsPrefix": "rasa",
        "kubernetesVersion": "1.35",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [identity]},
        "agentPoolProfiles": [pool],
        "oidcIssuerProfile": {"enabled": True},
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        **more,
    }
    return world.make_azure("containerservice:ManagedCluster", "aks", inputs)


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
    _, server = postgres(world, world.vnet())
    assert server["fullyQualifiedDomainName"] == "rasa.postgres.database.azure.com"
    _, redis = world.make_azure("redisenterprise:RedisEnterprise", "redis", REDIS)
    assert redis["hostName"] == "rasa.westeurope.redis.azure.net"
    _, account = world.make_azure("storage:StorageAccount", "account", ACCOUNT)
    assert account["primaryEndpoints"]["blob"] == "https://rasa.blob.core.windows.net/"
    _, address = world.make_azure(
        "network:PublicIPAddress", "ip", {"publicIPAllocationMethod": "Static", "sku": {"name": "Standard"}}
    )
    assert re.fullmatch(r"20(\.\d{1,3}){3}", address["ipAddress"])


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


def test_the_kubeconfig_is_that_of_the_cluster(world: AzureWorld) -> None:
    _, outputs = aks(world)
    assert re.fullmatch(r"rasa-[0-9a-f]{8}\.hcp\.westeurope\.azmk8s\.io", outputs["fqdn"])
    assert outputs["oidcIssuerProfile"]["issuerURL"].startswith("https://westeurope.oic.prod-aks.azure.com/")
    answers = [
        world.call("containerservice:listManagedClusterUserCredentials", {"resourceName": "rasa", "format": "exec"})
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    document = yaml.safe_load(base64.b64decode(answers[0]["kubeconfigs"][0]["value"]))
    cluster = document["clusters"][0]["cluster"]
    assert cluster["server"] == f"https://{outputs['fqdn']}:443"
    authority = x509.load_pem_x509_certificate(base64.b64decode(cluster["certificate-authority-data"]))
    authority.verify_directly_issued_by(authority)
    assert document["users"][0]["user"]["exec"]["command"] == "kubelogin"


def test_a_private_cluster_has_no_name_on_the_internet(world: AzureWorld) -> None:
    _, outputs = aks(world, apiServerAccessProfile={"enablePrivateCluster": True})
    assert outputs["fqdn"] is None
    assert re.fullmatch(rf"rasa-[0-9a-f]{{8}}\.{GUID}\.privatelink\.westeurope\.azmk8s\.io", outputs["privateFQDN"])
    answer = world.call("containerservice:listManagedClusterUserCredentials", {"resourceName": "rasa"})
    assert outputs["privateFQDN"] in base64.b64decode(answer["kubeconfigs"][0]["value"]).decode()


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


def test_a_deleted_vault_keeps_its_name(world: AzureWorld) -> None:
    vault, _ = world.key(enablePurgeProtection=True)
    world.delete("azure-native:keyvault:Vault", "vault", vault)
    with pytest.raises(Refused, match="a deleted vault still has it"):
        world.key()


def test_a_second_change_of_the_same_thing_is_refused(world: AzureWorld) -> None:
    world.vnet()
    errors: list[Refused] = []

    def make(index: int) -> None:
        try:
            world.subnet(f"subnet-{index}", f"10.0.{index}.0/24")
        except Refused as refusal:
            errors.append(refusal)

    threads = [threading.Thread(target=make, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors
    assert all("AnotherOperationInProgress" in str(error) for error in errors)
    make(9)  # one after the other is fine
    assert len(errors) < 4


def test_subnets_lie_in_their_network_and_apart(world: AzureWorld) -> None:
    world.vnet()
    world.subnet("a", "10.0.0.0/20")
    for cidr, error in (("10.0.8.0/24", "Overlap"), ("10.9.0.0/24", "not valid"), ("10.0.200.0/30", "TooSmall")):
        with pytest.raises(Refused, match=error):
            world.subnet("b", cidr)


def test_a_database_needs_a_delegated_subnet_and_a_linked_zone(world: AzureWorld) -> None:
    vnet = world.vnet()
    with pytest.raises(Refused, match="depend on the link"):
        postgres(world, vnet, linked=False)
    subnet = world.subnet("plain", "10.0.2.0/24")
    zone = f"/subscriptions/{world.subscription}/resourceGroups/rasa/providers/Microsoft.Network/privateDnsZones/rasa.private.postgres.database.azure.com"  # noqa: E501
    network = {"delegatedSubnetResourceId": subnet, "privateDnsZoneArmResourceId": zone}
    with pytest.raises(Refused, match="SubnetNotDelegated"):
        world.make_azure("dbforpostgresql:Server", "other", {**POSTGRES, "serverName": "other", "network": network})


def test_a_network_sees_one_zone_of_a_name(world: AzureWorld) -> None:
    vnet = world.vnet()
    world.zone("privatelink.redis.azure.net", vnet)
    link = {"privateZoneName": "privatelink.redis.azure.net", "location": "Global", "virtualNetwork": {"id": vnet}}
    with pytest.raises(Refused, match="overlapping namespaces"):
        world.make_azure("privatedns:VirtualNetworkLink", "second", link)


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


def test_what_is_used_cannot_be_deleted(world: AzureWorld) -> None:
    vnet = world.vnet()
    postgres(world, vnet)
    subnet = f"{vnet}/subnets/postgres"
    with pytest.raises(Refused, match="InUseSubnetCannotBeDeleted"):
        world.delete("azure-native:network:Subnet", "postgres", subnet)
    zone = f"{vnet.split('/virtualNetworks')[0]}/privateDnsZones/rasa.private.postgres.database.azure.com"
    with pytest.raises(Refused, match="virtual network links"):
        world.delete("azure-native:privatedns:PrivateZone", "zone", zone)


def test_a_cluster_needs_its_rights_and_its_way_out(world: AzureWorld) -> None:
    with pytest.raises(Refused, match="may not join"):
        aks(world, granted=False)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"networkProfile": {"outboundType": "userAssignedNATGateway"}}, "has no NAT gateway"),
        ({"kubernetesVersion": "1.20"}, "K8sVersionNotSupported"),
        ({"disableLocalAccounts": True, "aadProfile": None}, "DisableLocalAccountsNotAllowed"),
        ({"apiServerAccessProfile": {"authorizedIPRanges": ["0.0.0.0/0"]}}, "not an authorized IP range"),
        ({"networkProfile": {"serviceCidr": "172.20.0.0/16", "dnsServiceIP": "10.0.0.10"}}, "DNSServiceIP"),
        (
            {"securityProfile": {"workloadIdentity": {"enabled": True}}, "oidcIssuerProfile": None},
            "OIDCIssuerNotEnabled",
        ),
    ],
)
def test_what_aks_refuses(more: Properties, error: str, world: AzureWorld) -> None:
    with pytest.raises(Refused, match=error):
        aks(world, **more)


def test_nodes_behind_nat_must_reach_the_api(world: AzureWorld) -> None:
    address, ip = world.make_azure(
        "network:PublicIPAddress", "ip", {"publicIPAllocationMethod": "Static", "sku": {"name": "Standard"}}
    )
    nat, _ = world.make_azure(
        "network:NatGateway", "nat", {"sku": {"name": "Standard"}, "publicIpAddresses": [{"id": address}]}
    )
    world.vnet()
    subnet = world.subnet("nat", "10.0.32.0/20", natGateway={"id": nat})
    pool = {"name": "system", "mode": "System", "vmSize": "Standard_D2ds_v5", "count": 1, "vnetSubnetID": subnet}
    inputs: Properties = {"resourceName": "rasa", "dnsPrefix": "rasa", "agentPoolProfiles": [pool]}
    office = ["203.0.113.0/24"]
    with pytest.raises(Refused, match="may not reach the API server"):
        world.make_azure(
            "containerservice:ManagedCluster",
            "aks",
            {**inputs, "apiServerAccessProfile": {"authorizedIPRanges": office}},
        )
    allowed = {"authorizedIPRanges": [*office, f"{ip['ipAddress']}/32"]}
    world.make_azure("containerservice:ManagedCluster", "aks", {**inputs, "apiServerAccessProfile": allowed})


def test_nobody_acts_in_a_cluster_without_a_role(world: AzureWorld) -> None:
    id, outputs = aks(world)
    kubeconfig = {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"https://{outputs['fqdn']}:443"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"exec": {"command": "kubelogin"}}}],
    }
    from sandbox.cloud import Cloud
    from sandbox.packages.kubernetes import KUBERNETES

    config = {"kubeconfig": json.dumps(kubeconfig)}
    world.kubernetes = Cloud(KUBERNETES, KUBERNETES.configure(config, "dev"), world.store)
    namespace = manifest("v1", "Namespace", name="rasa")
    with pytest.raises(Refused, match="Azure Kubernetes Service RBAC Cluster Admin"):
        world.make("kubernetes:core/v1:Namespace", "rasa", namespace)
    world.grant("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", id, world.azure.where.facts["deployer"])
    world.make("kubernetes:core/v1:Namespace", "rasa", namespace)
