"""Minutes on Azure."""

from __future__ import annotations

from typing import Final

from sandbox.clock.rows import Times

AZURE: Final[tuple[Times, ...]] = (
    # A role holds in all parts of Azure after a minute or so; the services that need it are tried again until it does.
    Times(token="azure-native:authorization:RoleAssignment", create=1, update=1, delete=0.2, slow=5),
    Times(token="azure-native:authorization:RoleDefinition", create=0.3, update=0.3, delete=0.2, slow=5),
    Times(token="azure-native:managedidentity:FederatedIdentityCredential", create=0.5, update=0.5, delete=0.2, slow=1),
    # Transcripts: RG, network, subnets and NAT together 0.2 to 1.5. A delete of the group waits for what is left in it.
    Times(token="azure-native:resources:ResourceGroup", create=0.1, update=0.1, delete=1, slow=0.5),
    Times(token="azure-native:network:VirtualNetwork", create=0.2, update=0.2, delete=0.3, slow=0.5),
    Times(token="azure-native:network:Subnet", create=0.1, update=0.1, delete=0.2, slow=0.3),
    Times(token="azure-native:network:NatGateway", create=0.2, update=0.2, delete=0.2, slow=0.5),
    # Transcripts: a zone and its link together 0.5 to 1.5.
    Times(token="azure-native:privatedns:PrivateZone", create=0.4, update=0.1, delete=0.4, slow=0.8),
    Times(token="azure-native:privatedns:VirtualNetworkLink", create=0.4, update=0.1, delete=0.4, slow=0.7),
    # Transcripts: an endpoint and its DNS group together 0.7 to 2.
    Times(token="azure-native:network:PrivateEndpoint", create=1, update=0.5, delete=0.5, slow=1.6),
    Times(token="azure-native:network:PrivateDnsZoneGroup", create=0.2, update=0.2, delete=0.2, slow=0.4),
    # Transcripts: 20 s to 3 m; the name has to reach the DNS.
    Times(token="azure-native:keyvault:Vault", create=2.4, update=0.3, delete=0.2, slow=3),
    Times(token="azure-native:storage:StorageAccount", create=0.5, update=0.2, delete=0.2, slow=1),
    Times(token="azure-native:operationalinsights:Workspace", create=0.5, update=0.2, delete=0.5, slow=1),
    # Transcripts: 3.6 to 12, once 15. The pool of its own is like a node group elsewhere.
    Times(token="azure-native:containerservice:ManagedCluster", create=5, update=5, delete=4, slow=15),
    Times(token="azure-native:containerservice:AgentPool", create=2.2, update=8, delete=3, slow=10),
    # Transcripts: 8 to 18 with a standby in another zone, 4 to 9.5 without.
    Times(
        token="azure-native:dbforpostgresql:Server",
        create=12,
        update=4,
        delete=2,
        slow=18,
        when=("highAvailability.mode", "ZoneRedundant"),
    ),
    Times(token="azure-native:dbforpostgresql:Server", create=6, update=4, delete=2, slow=9.5),
    # Transcripts: a database or a parameter 0.1 to 0.5, one at a time.
    Times(token="azure-native:dbforpostgresql:Configuration", create=0.25, update=0.25, delete=0.25, slow=0.5),
    # Transcripts: cluster and database together 6 to 15; hashicorp/terraform-provider-azurerm#28405 saw more.
    Times(token="azure-native:redisenterprise:RedisEnterprise", create=6, update=6, delete=5, slow=50),
    Times(token="azure-native:redisenterprise:Database", create=1.5, update=1.5, delete=1, slow=10),
    # Transcripts: Standard 1.2 to 5.5, Premium 2 to 15.
    Times(
        token="azure-native:eventhub:Namespace",
        create=5,
        update=2,
        delete=1,
        slow=15,
        when=("sku.tier", "Premium"),
    ),
    Times(token="azure-native:eventhub:Namespace", create=2.5, update=1, delete=1, slow=5.5),
)
