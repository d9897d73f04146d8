"""Reasons on Azure."""

from __future__ import annotations

from typing import Final

from tests.program.waits.table import read

FORCED: Final = read(
    """
    * <- Platform ResourceGroup
        everything is in a group, and is named with it
    * DiagnosticSetting <- Logs Workspace
        logs go there
    * VirtualNetworkLink <- Network VirtualNetwork, PrivateZone
        it joins the two
    * PrivateEndpoint <- Network Subnet
        it has an address there
    * PrivateDnsZoneGroup <- PrivateEndpoint, PrivateZone, VirtualNetworkLink
        it writes the endpoint's address into the zone
    * FederatedIdentityCredential <- AksCluster ManagedCluster
        it names the cluster as issuer
    * FederatedIdentityCredential <- UserAssignedIdentity
        it is part of an identity
    EncryptionKey Key <- Vault
        a key is in a vault
    EncryptionKey RoleAssignment <- Vault, UserAssignedIdentity
        it lets one use the other
    * <- EncryptionKey Key, EncryptionKey UserAssignedIdentity
        data is encrypted with it, in most services from the start only
    * <- EncryptionKey RoleAssignment
        a service is refused the key until the role holds
    Network Subnet <- VirtualNetwork, NetworkSecurityGroup, NatGateway
        a subnet names them
    Network Subnet <- Subnet
        a network takes one change at a time
    Network NatGateway <- PublicIPAddress
        it names its address
    AksCluster RoleAssignment <- Network VirtualNetwork, DiskEncryptionSet, UserAssignedIdentity, ManagedCluster
        it lets one use the other
    AksCluster ManagedCluster <- Network Subnet, Network PublicIPAddress
        nodes stand there, and leave by the address that may call the API
    AksCluster ManagedCluster <- UserAssignedIdentity, RoleAssignment
        it is refused the subnet and the disks until the role holds
    AksCluster AgentPool <- Network Subnet, ManagedCluster
        nodes stand there and join the cluster
    AksCluster MaintenanceConfiguration <- ManagedCluster, MaintenanceConfiguration
        a cluster takes one change at a time
    - kubernetes <- AksCluster ManagedCluster, AksCluster RoleAssignment
        it signs in there, and must have the role
    - kubernetes <- AksCluster AgentPool
        pods need nodes
    FlexibleServerTrackerStore Server <- Network Subnet, PrivateZone, VirtualNetworkLink
        it has its address and its name there
    FlexibleServerTrackerStore Configuration <- Server, Configuration
        a server takes one change at a time
    ManagedRedisLockStore Database <- RedisEnterprise
        a database is in a cluster
    ManagedRedisLockStore PrivateEndpoint <- RedisEnterprise
        it leads there
    EventHubsEventQueue PrivateEndpoint <- Namespace
        it leads there
    EventHubsEventQueue EventHub <- Namespace, EventHub, NamespaceAuthorizationRule
        a namespace takes one change at a time
    EventHubsEventQueue EventHubAuthorizationRule <- Namespace, EventHub
        a rule is part of a hub
    EventHubsEventQueue NamespaceNetworkRuleSet <- Namespace
        it is part of a namespace
    EventHubsEventQueue NamespaceAuthorizationRule <- Namespace, NamespaceNetworkRuleSet
        a namespace takes one change at a time
    BlobModelStorage BlobContainer <- StorageAccount
        a container is in an account
    BlobModelStorage PrivateEndpoint <- StorageAccount
        it leads there
    ManagedIdentity RoleAssignment <- BlobModelStorage BlobContainer, UserAssignedIdentity
        it lets one use the other
    KeyVaultSeal Key <- Vault
        a key is in a vault
    KeyVaultSeal PrivateEndpoint <- Vault
        it leads there
    KeyVaultSeal RoleAssignment <- Vault, Key, RoleDefinition, UserAssignedIdentity
        it lets one use the other
    VaultServer ServiceAccount <- KeyVaultSeal UserAssignedIdentity
        it names the identity
    VaultServer Release <- KeyVaultSeal *
        Vault opens itself with the key
    VaultServer ConfigMap <- KeyVaultSeal Vault
        the script is told where it is
    VaultServer Job <- KeyVaultSeal *
        it keeps the recovery keys there
    VaultServer StorageClass <- AksCluster DiskEncryptionSet, AksCluster RoleAssignment
        disks are encrypted with its key
    DatabaseServer Secret <- FlexibleServerTrackerStore RandomPassword
        it holds the password
    Assistant ServiceAccount <- ManagedIdentity UserAssignedIdentity
        it names the identity
    Assistant/AssistantDatabase Job <- FlexibleServerTrackerStore Server, FlexibleServerTrackerStore RandomPassword
        it signs in there
    Assistant/Secrets * <- FlexibleServerTrackerStore Server, ManagedRedisLockStore RedisEnterprise
        Rasa is given names and keys
    Assistant/Secrets * <- ManagedRedisLockStore Database
        Rasa is given names and keys
    Assistant/Secrets * <- EventHubsEventQueue *, BlobModelStorage StorageAccount
        Rasa is given names and keys
    Assistant/ScriptJob * <- FlexibleServerTrackerStore Server, ManagedRedisLockStore *, EventHubsEventQueue *
        it tries what Rasa will use
    Assistant/ScriptJob * <- BlobModelStorage *
        it tries what Rasa will use
    Assistant/ScriptJob Job <- ManagedIdentity *
        it fetches the model as Rasa will
    Assistant Release <- FlexibleServerTrackerStore Server, ManagedRedisLockStore RedisEnterprise
        the pods read their addresses
    Assistant Release <- ManagedRedisLockStore Database
        the pods read their addresses
    Assistant Release <- EventHubsEventQueue Namespace, BlobModelStorage StorageAccount
        the pods read their addresses
    Assistant Release <- * PrivateDnsZoneGroup
        pods find the services by these names when they start
    Assistant Release <- EventHubsEventQueue EventHub, BlobModelStorage BlobContainer
        Rasa writes to the one and reads the other
    Assistant Release <- ManagedIdentity FederatedIdentityCredential, ManagedIdentity RoleAssignment
        the model is fetched under this identity
    """
)
CHOSEN: Final = read(
    """
    Assistant/Secrets Secret <- ManagedRedisLockStore PrivateDnsZoneGroup, BlobModelStorage PrivateDnsZoneGroup
        a pod must not find a rotated credential before the service takes it
    Assistant/Secrets Secret <- BlobModelStorage BlobContainer, ManagedIdentity *
        a pod must not find a rotated credential before the service takes it
    """
)
