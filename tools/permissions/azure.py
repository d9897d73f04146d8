"""Azure: the operations that each type of resource and each call needs, and the custom role for one stack.

A role holds for all that is below the scope at which it is given; names and tags do not count. To let one thing use
another, such as a machine a subnet, Azure asks for the right to join it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tools.permissions.needs import Mode, Needs, look_up
from tools.permissions.program import Used

TABLE: Final = "tools/permissions/azure.py"


def _crud(kind: str, *, reads: str = "", more: str = "", delete: bool = True) -> Needs:
    """To read, write and delete a kind of resource; `reads` and `more` are further operations, apart by spaces."""
    return Needs(
        read=(f"Microsoft.{kind}/read", *(f"Microsoft.{name}" for name in reads.split())),
        write=(
            f"Microsoft.{kind}/write",
            *([f"Microsoft.{kind}/delete"] if delete else []),
            *(f"Microsoft.{name}" for name in more.split()),
        ),
    )


_ASSIGN: Final = "ManagedIdentity/userAssignedIdentities/assign/action"
_JOIN_SUBNET: Final = "Network/virtualNetworks/subnets/join/action"
_AKS: Final = "ContainerService/managedClusters"
_AKS_STATUS: Final = "ContainerService/locations/operations/read ContainerService/locations/operationresults/read"
_CACHE_STATUS: Final = "Cache/locations/operationsStatus/read Cache/locations/asyncOperations/read"
_DB: Final = "DBforPostgreSQL/flexibleServers"
_DB_STATUS: Final = "DBforPostgreSQL/locations/azureAsyncOperation/read DBforPostgreSQL/locations/operationResults/read"
_NET_STATUS: Final = "Network/locations/operations/read Network/locations/operationResults/read"
_DNS_STATUS: Final = "Network/privateDnsOperationStatuses/read Network/privateDnsOperationResults/read"
_HUB: Final = "EventHub/namespaces"
_HUB_RULES: Final = f"{_HUB}/eventhubs/authorizationRules"

TYPES: Final[Mapping[str, Needs]] = {
    "azure-native:authorization:ManagementLockByScope": _crud("Authorization/locks"),
    "azure-native:authorization:RoleAssignment": _crud("Authorization/roleAssignments"),
    "azure-native:authorization:RoleDefinition": _crud("Authorization/roleDefinitions"),
    "azure-native:compute:DiskEncryptionSet": _crud(
        "Compute/diskEncryptionSets", more=f"{_ASSIGN} KeyVault/vaults/deploy/action Compute/locations/operations/read"
    ),
    "azure-native:containerservice:AgentPool": _crud(f"{_AKS}/agentPools", more=f"{_JOIN_SUBNET} {_AKS_STATUS}"),
    "azure-native:containerservice:MaintenanceConfiguration": _crud(f"{_AKS}/maintenanceConfigurations"),
    "azure-native:containerservice:ManagedCluster": _crud(
        _AKS, more=f"{_ASSIGN} {_JOIN_SUBNET} {_AKS_STATUS} Compute/diskEncryptionSets/read"
    ),
    # A parameter cannot be deleted: it goes back to its default.
    "azure-native:dbforpostgresql:Configuration": _crud(f"{_DB}/configurations", more=_DB_STATUS, delete=False),
    "azure-native:dbforpostgresql:Server": _crud(
        _DB,
        more=f"{_DB}/restart/action {_ASSIGN} {_JOIN_SUBNET} {_DB_STATUS} Network/privateDnsZones/join/action",
    ),
    "azure-native:eventhub:EventHub": _crud(f"{_HUB}/eventhubs"),
    "azure-native:eventhub:EventHubAuthorizationRule": _crud(_HUB_RULES),
    "azure-native:eventhub:Namespace": _crud(_HUB, more=_ASSIGN),
    "azure-native:eventhub:NamespaceAuthorizationRule": _crud(f"{_HUB}/authorizationRules"),
    "azure-native:eventhub:NamespaceNetworkRuleSet": _crud(f"{_HUB}/networkruleset"),
    # A key is made through the resource manager, and goes with its vault.
    "azure-native:keyvault:Key": _crud(
        "KeyVault/vaults/keys", reads="KeyVault/vaults/keys/versions/read", delete=False
    ),
    "azure-native:keyvault:Vault": _crud(
        "KeyVault/vaults", more="KeyVault/locations/deletedVaults/read KeyVault/locations/operationResults/read"
    ),
    "azure-native:managedidentity:FederatedIdentityCredential": _crud(
        "ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"
    ),
    "azure-native:managedidentity:UserAssignedIdentity": _crud("ManagedIdentity/userAssignedIdentities"),
    "azure-native:monitor:DiagnosticSetting": _crud(
        "Insights/diagnosticSettings", more="OperationalInsights/workspaces/sharedKeys/action"
    ),
    "azure-native:network:NatGateway": _crud(
        "Network/natGateways", more=f"Network/publicIPAddresses/join/action {_NET_STATUS}"
    ),
    "azure-native:network:NetworkSecurityGroup": _crud("Network/networkSecurityGroups", more=_NET_STATUS),
    "azure-native:network:PrivateDnsZoneGroup": _crud(
        "Network/privateEndpoints/privateDnsZoneGroups",
        more=f"Network/privateDnsZones/join/action Network/privateDnsZones/read {_NET_STATUS}",
    ),
    "azure-native:network:PrivateEndpoint": _crud("Network/privateEndpoints", more=f"{_JOIN_SUBNET} {_NET_STATUS}"),
    "azure-native:network:PublicIPAddress": _crud("Network/publicIPAddresses", more=_NET_STATUS),
    "azure-native:network:Subnet": _crud(
        "Network/virtualNetworks/subnets",
        more=f"Network/networkSecurityGroups/join/action Network/natGateways/join/action {_NET_STATUS}",
    ),
    "azure-native:network:VirtualNetwork": _crud("Network/virtualNetworks", more=_NET_STATUS),
    "azure-native:operationalinsights:Workspace": _crud("OperationalInsights/workspaces"),
    "azure-native:privatedns:PrivateZone": _crud("Network/privateDnsZones", more=_DNS_STATUS),
    "azure-native:privatedns:VirtualNetworkLink": _crud(
        "Network/privateDnsZones/virtualNetworkLinks", more=f"Network/virtualNetworks/join/action {_DNS_STATUS}"
    ),
    "azure-native:redisenterprise:Database": _crud("Cache/redisEnterprise/databases", more=_CACHE_STATUS),
    "azure-native:redisenterprise:RedisEnterprise": _crud("Cache/redisEnterprise", more=f"{_ASSIGN} {_CACHE_STATUS}"),
    "azure-native:resources:ResourceGroup": _crud("Resources/subscriptions/resourceGroups"),
    "azure-native:storage:BlobContainer": _crud("Storage/storageAccounts/blobServices/containers"),
    # Settings of an account, which go with it.
    "azure-native:storage:BlobServiceProperties": _crud("Storage/storageAccounts/blobServices", delete=False),
    "azure-native:storage:ManagementPolicy": _crud("Storage/storageAccounts/managementPolicies"),
    "azure-native:storage:StorageAccount": _crud("Storage/storageAccounts", more=_ASSIGN),
}

# Whoever connects a private endpoint to a service must be one who may accept it there.
ENDPOINT: Final = "azure-native:network:PrivateEndpoint"
ACCEPTS: Final[Mapping[str, str]] = {
    "azure-native:eventhub:Namespace": "Microsoft.EventHub/namespaces/privateEndpointConnectionsApproval/action",
    "azure-native:keyvault:Vault": "Microsoft.KeyVault/vaults/privateEndpointConnectionsApproval/action",
    "azure-native:redisenterprise:RedisEnterprise": (
        "Microsoft.Cache/redisEnterprise/privateEndpointConnectionsApproval/action"
    ),
    "azure-native:storage:StorageAccount": (
        "Microsoft.Storage/storageAccounts/privateEndpointConnectionsApproval/action"
    ),
}

# A preview makes these calls too, as soon as there is something to call about.
CALLS: Final[Mapping[str, Needs]] = {
    # Everybody may ask who they are.
    "azure-native:authorization:getClientConfig": Needs(),
    "azure-native:containerservice:listManagedClusterUserCredentials": Needs(
        read=("Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",)
    ),
    "azure-native:eventhub:listEventHubKeys": Needs(
        read=("Microsoft.EventHub/namespaces/eventhubs/authorizationRules/listKeys/action",)
    ),
    "azure-native:eventhub:listNamespaceKeys": Needs(
        read=("Microsoft.EventHub/namespaces/authorizationRules/listKeys/action",)
    ),
    "azure-native:redisenterprise:listDatabaseKeys": Needs(
        read=("Microsoft.Cache/redisEnterprise/databases/listKeys/action",)
    ),
    "azure-native:storage:listStorageAccountKeys": Needs(read=("Microsoft.Storage/storageAccounts/listKeys/action",)),
}


def needed(used: Used) -> Needs:
    """All that the resources and calls of a stack need."""
    total = Needs()
    for type_ in sorted(one.type for one in used.of("azure-native")):
        total += look_up(TYPES, type_, TABLE)
    if ENDPOINT in used.types:
        total += Needs(write=tuple(action for type_, action in ACCEPTS.items() if type_ in used.types))
    for call in used.calls_of("azure-native"):
        total += look_up(CALLS, call, TABLE)
    return total


def role(used: Used, mode: Mode, subscription: str) -> str:
    """The JSON of a custom role that allows what is needed."""
    return json.dumps(_definition(used, mode, subscription), indent=2)


def _definition(used: Used, mode: Mode, subscription: str) -> dict[str, Any]:
    return {
        "Name": f"{used.name}-{'preview' if mode.read_only else 'deploy'}",
        "Description": f"{'Previews' if mode.read_only else 'Deploys'} the stack {used.stack} of Rasa",
        "Actions": sorted(set(mode.of(needed(used)))),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [f"/subscriptions/{subscription}"],
    }


def services(actions: Sequence[str]) -> Mapping[str, list[str]]:
    """Operations by their provider."""
    found: dict[str, list[str]] = {}
    for action in sorted(set(actions)):
        provider, _, name = action.removeprefix("Microsoft.").partition("/")
        found.setdefault(provider, []).append(name)
    return found


def is_read(action: str) -> bool:
    """Whether it only looks. To list keys is to look, at something secret."""
    return action.endswith("/read") or action.rpartition("/action")[0].rpartition("/")[2].startswith("list")
