"""Permissions that several resource types of Azure need.

If a resource uses another, such as a machine a subnet, Azure requires the right to join it.
"""

from __future__ import annotations

from typing import Final

from catalogue.needs import Needs


def crud(kind: str, *, reads: str = "", more: str = "", deletes: bool = True) -> Needs:
    """Read, write and delete of a kind of resource; `reads` and `more` are further operations, separated by spaces."""
    return Needs(
        read=(f"Microsoft.{kind}/read", *(f"Microsoft.{name}" for name in reads.split())),
        write=(
            f"Microsoft.{kind}/write",
            *([f"Microsoft.{kind}/delete"] if deletes else []),
            *(f"Microsoft.{name}" for name in more.split()),
        ),
    )


ASSIGN: Final = "ManagedIdentity/userAssignedIdentities/assign/action"
JOIN_SUBNET: Final = "Network/virtualNetworks/subnets/join/action"
AKS_STATUS: Final = "ContainerService/locations/operations/read ContainerService/locations/operationresults/read"
CACHE_STATUS: Final = "Cache/locations/operationsStatus/read Cache/locations/asyncOperations/read"
DB_STATUS: Final = "DBforPostgreSQL/locations/azureAsyncOperation/read DBforPostgreSQL/locations/operationResults/read"
NET_STATUS: Final = "Network/locations/operations/read Network/locations/operationResults/read"
DNS_STATUS: Final = "Network/privateDnsOperationStatuses/read Network/privateDnsOperationResults/read"
