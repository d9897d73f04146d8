"""A subscription for tests, and what most resources need, created in one call each."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from catalogue.wire import Properties
from tests.sandbox.world import Made, World

CRYPTO_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
ROLE = "12345678-1234-4234-a234-123456789012"
GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
DELEGATION = {"name": "postgres", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}


class Azure(World):
    """One stack's subscription, with a resource group `rasa`."""

    def __init__(self, directory: Path, stack: str = "dev") -> None:
        super().__init__(directory, stack)
        self.group = self.make("resources.ResourceGroup").id

    @property
    def subscription(self) -> str:
        return self.facts("azure-native")["subscription"]

    def call(self, function: str, **arguments: str) -> Properties:
        return self.clouds["azure-native"].invoke(
            f"azure-native:{function}", {"resourceGroupName": "rasa", **arguments}
        )

    @cached_property
    def vnet(self) -> Made:
        """A network, created at the first use."""
        space = {"addressPrefixes": ["10.0.0.0/16"]}
        return self.make("network.VirtualNetwork", virtualNetworkName="vnet", addressSpace=space)

    def subnet(self, name: str, cidr: str, **more: Any) -> Made:
        network = self.vnet["name"]
        return self.make("network.Subnet", virtualNetworkName=network, subnetName=name, addressPrefix=cidr, **more)

    def zone(self, name: str, *, linked: bool = True) -> Made:
        zone = self.make("privatedns.PrivateZone", privateZoneName=name, location="Global")
        if linked:
            self.link(name)
        return zone

    def link(self, zone: str) -> Made:
        """Links a private zone to the network."""
        network = {"id": self.vnet.id}
        return self.make(
            "privatedns.VirtualNetworkLink", privateZoneName=zone, location="Global", virtualNetwork=network
        )

    def identity(self, name: str = "identity") -> Made:
        return self.make("managedidentity.UserAssignedIdentity", resourceName=name)

    def grant(self, role: str, scope: str, principal: str, **more: Any) -> Made:
        definition = f"/subscriptions/{self.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        inputs = {"scope": scope, "roleDefinitionId": definition, "principalId": principal}
        return self.make("authorization.RoleAssignment", **{**inputs, "principalType": "ServicePrincipal", **more})

    def role(self, **more: Any) -> Made:
        """A role of one's own, which may add secrets."""
        inputs = {
            "scope": self.group,
            "roleDefinitionId": ROLE,
            "roleName": "rasa-adds-secrets",
            "permissions": [{"dataActions": ["Microsoft.KeyVault/vaults/secrets/setSecret/action"]}],
            "assignableScopes": [self.group],
        }
        return self.make("authorization.RoleDefinition", **{**inputs, **more})

    def vault(self, **properties: Any) -> Made:
        tenant, sku = self.facts("azure-native")["tenant"], {"family": "A", "name": "standard"}
        given = {"tenantId": tenant, "sku": sku, **properties}
        return self.make("keyvault.Vault", vaultName="rasa-a1b2c3", properties=given)

    def key(self, name: str = "data", **properties: Any) -> Made:
        """Makes a key of the vault."""
        given = {"kty": "RSA", "keySize": 3072, **properties}
        return self.make("keyvault.Key", vaultName="rasa-a1b2c3", keyName=name, properties=given)

    def postgres(self, *, linked: bool = True, **more: Any) -> Made:
        """A server in a subnet and a zone of its own; without a link nobody finds it."""
        subnet = self.subnet("postgres", "10.0.1.0/24", delegations=[DELEGATION])
        zone = self.zone("rasa.private.postgres.database.azure.com", linked=linked)
        network = {"delegatedSubnetResourceId": subnet.id, "privateDnsZoneArmResourceId": zone.id}
        return self.make("dbforpostgresql.Server", network=network, **more)

    def aks(self, *, granted: bool = True, subnet: Made | None = None, **more: Any) -> Made:
        """A cluster whose identity may join its subnet if `granted`."""
        subnet = subnet or self.subnet("nodes", "10.0.0.0/20")
        identity = self.identity("aks")
        if granted:
            self.grant(NETWORK_CONTRIBUTOR, subnet.id, identity["principalId"])
        pool = {"name": "system", "mode": "System", "vmSize": "Standard_D2ds_v5", "count": 1, "vnetSubnetID": subnet.id}
        inputs: Properties = {
            "resourceName": "rasa",
            "dnsPrefix": "rasa",
            "kubernetesVersion": "1.35",
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [identity.id]},
            "agentPoolProfiles": [pool],
            "oidcIssuerProfile": {"enabled": True},
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
        }
        return self.make("containerservice.ManagedCluster", **{**inputs, **more})
