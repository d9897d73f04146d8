"""A subscription for tests, and the steps that most of them begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalogue.azure import AZURE
from catalogue.wire import Properties
from sandbox.cloud import Cloud
from tests.sandbox.clouds import World

GROUP = {"resourceGroupName": "rasa"}
CRYPTO_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
IN_GROUP = rf"/subscriptions/{GUID}/resourceGroups/rasa/providers"
# What is enough of each service.
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


class AzureWorld(World):
    """One stack's subscription, with a resource group `rasa`."""

    def __init__(self, directory: Path, stack: str = "dev") -> None:
        super().__init__(directory, stack)
        self.azure = Cloud(AZURE, AZURE.configure({"location": "westeurope"}, stack), self.store)
        self.make_azure("resources:ResourceGroup", "group", {})

    @property
    def subscription(self) -> str:
        return self.azure.where.facts["subscription"]

    def cloud(self, token: str) -> Cloud:
        return self.azure if token.startswith("azure-native:") else super().cloud(token)

    def make_azure(self, token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Makes a resource of the group."""
        own: Properties = (
            {**inputs} if token.startswith("authorization") or token.startswith("monitor") else {**GROUP, **inputs}
        )
        return self.make(f"azure-native:{token}", name, own)

    def call(self, function: str, arguments: Properties) -> Properties:
        return self.azure.invoke(f"azure-native:{function}", {**GROUP, **arguments})

    def vnet(self) -> str:
        id, _ = self.make_azure(
            "network:VirtualNetwork",
            "vnet",
            {"virtualNetworkName": "vnet", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        )
        return id

    def subnet(self, name: str, cidr: str, **more: Any) -> str:
        inputs = {"virtualNetworkName": "vnet", "subnetName": name, "addressPrefix": cidr, **more}
        return self.make_azure("network:Subnet", name, inputs)[0]

    def zone(self, name: str, vnet: str | None) -> str:
        zone, _ = self.make_azure("privatedns:PrivateZone", name, {"privateZoneName": name, "location": "Global"})
        if vnet:
            link = {
                "privateZoneName": name,
                "virtualNetworkLinkName": "link",
                "location": "Global",
                "virtualNetwork": {"id": vnet},
            }
            self.make_azure("privatedns:VirtualNetworkLink", f"{name}-link", link)
        return zone

    def identity(self, name: str = "identity") -> tuple[str, Properties]:
        return self.make_azure("managedidentity:UserAssignedIdentity", name, {"resourceName": name})

    def grant(self, role: str, scope: str, principal: str, **more: Any) -> tuple[str, Properties]:
        definition = f"/subscriptions/{self.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        inputs = {
            "scope": scope,
            "roleDefinitionId": definition,
            "principalId": principal,
            "principalType": "ServicePrincipal",
        }
        return self.make_azure("authorization:RoleAssignment", f"grant-{role}-{scope[-6:]}", {**inputs, **more})

    def key(self, **properties: Any) -> tuple[str, Properties]:
        """A vault with a key; returns the vault's id and the key's outputs."""
        given = {"tenantId": self.azure.where.facts["tenant"], "sku": {"family": "A", "name": "standard"}, **properties}
        vault, _ = self.make_azure("keyvault:Vault", "vault", {"vaultName": "rasa-a1b2c3", "properties": given})
        _, key = self.make_azure(
            "keyvault:Key",
            "key",
            {"vaultName": "rasa-a1b2c3", "keyName": "data", "properties": {"kty": "RSA", "keySize": 3072}},
        )
        return vault, key

    def postgres(self, vnet: str, *, linked: bool = True, **more: Any) -> tuple[str, Properties]:
        """A server in a subnet and a zone of its own; without a link nobody finds it."""
        subnet = self.subnet("postgres", "10.0.1.0/24", delegations=[DELEGATION])
        zone = self.zone("rasa.private.postgres.database.azure.com", vnet if linked else None)
        network = {"delegatedSubnetResourceId": subnet, "privateDnsZoneArmResourceId": zone}
        return self.make_azure("dbforpostgresql:Server", "db", {**POSTGRES, "network": network, **more})

    def aks(self, *, granted: bool = True, **more: Any) -> tuple[str, Properties]:
        """A cluster in a network of its own, whose identity may join it if `granted`."""
        self.vnet()
        subnet = self.subnet("nodes", "10.0.0.0/20")
        identity, outputs = self.identity("aks")
        if granted:
            self.grant(NETWORK_CONTRIBUTOR, subnet, outputs["principalId"])
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
        return self.make_azure("containerservice:ManagedCluster", "aks", inputs)
