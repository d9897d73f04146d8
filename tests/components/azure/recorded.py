"""The Azure platform alone, and what the tests here ask about it."""

from __future__ import annotations

from typing import Any

from sandbox.recorder import Registration
from tests.components import built

# Types, without `azure-native:`.
AKS, POOL, NAT, ADDRESS = (
    "containerservice:ManagedCluster",
    "containerservice:AgentPool",
    "network:NatGateway",
    "network:PublicIPAddress",
)
POSTGRES, PARAMETER = "dbforpostgresql:Server", "dbforpostgresql:Configuration"
REDIS, REDIS_DATABASE = "redisenterprise:RedisEnterprise", "redisenterprise:Database"
NAMESPACE, HUB = "eventhub:Namespace", "eventhub:EventHub"
HUB_RULE, NAMESPACE_RULE = "eventhub:EventHubAuthorizationRule", "eventhub:NamespaceAuthorizationRule"
ACCOUNT, CONTAINER = "storage:StorageAccount", "storage:BlobContainer"
VAULT, KEY = "keyvault:Vault", "keyvault:Key"
SUBNET, ZONE_LINK = "network:Subnet", "privatedns:VirtualNetworkLink"
ENDPOINT, ZONE_GROUP = "network:PrivateEndpoint", "network:PrivateDnsZoneGroup"
ROLE_DEFINITION, DISK_KEY = "authorization:RoleDefinition", "compute:DiskEncryptionSet"
ROLE, LOCK = "authorization:RoleAssignment", "authorization:ManagementLockByScope"
IDENTITY, CREDENTIAL = "managedidentity:UserAssignedIdentity", "managedidentity:FederatedIdentityCredential"
GROUP, VNET = "resources:ResourceGroup", "network:VirtualNetwork"


class Built(built.Built):
    """A platform on Azure."""

    @property
    def identified(self) -> set[str]:
        """The service accounts that are an identity of Entra, as `namespace:name`."""
        return {each.inputs["subject"].removeprefix("system:serviceaccount:") for each in self.all(CREDENTIAL)}

    def grants(self, role: str) -> list[Registration]:
        """The assignments of a role."""
        return [each for each in self.all(ROLE) if each.inputs["roleDefinitionId"].endswith(role)]


def build(stack_file: dict[str, Any], *, stack: str = "dev") -> Built:
    """The platform of a stack file, as the program makes it."""
    return Built("azure-native", *built.record(stack_file, stack=stack))
