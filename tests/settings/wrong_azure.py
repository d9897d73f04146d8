"""Wrong settings of Azure, as data: what is changed in a valid stack file, and what is said against it."""

from __future__ import annotations

from typing import Any

from tests.settings.existing import NETWORKING, VNET

Rows = list[tuple[dict[str, Any], str]]

# In a small dev stack file.
IN_DEV: Rows = [
    (
        {"region": "West Europe"},
        "rasa:region: 'West Europe' is not the name of an Azure region; write it like westeurope",
    ),
    (
        {"provider.subscriptionId": "acme"},
        "rasa:provider.subscriptionId: 'acme' is not a GUID; write it like 11111111-2222-3333-4444-555555555555",
    ),
    (
        {"network.zones": ["1", "4"]},
        "rasa:network.zones: '4' is not a zone of Azure, which numbers them; name zones like '1'",
    ),
    (
        {"network.zones": ["westeurope-1", "2"]},
        "rasa:network.zones: 'westeurope-1' is not a zone of Azure, which numbers them; name zones like '1'",
    ),
    (
        {"network.cidr": "10.0.0.0/20"},
        "rasa:network.cidr: 10.0.0.0/20 is not between /16 and /19, what the subnets of all services need; "
        "choose a range like 10.0.0.0/16",
    ),
    (
        {"cluster.serviceCidr": "172.30.0.0/16"},
        "rasa:cluster.serviceCidr: 172.30.0.0/16 overlaps what AKS keeps for itself (172.30.0.0/16); choose "
        "another range",
    ),
    (
        {"cluster.podCidr": "10.0.0.0/8"},
        "rasa:cluster.podCidr: 10.0.0.0/8 overlaps network.cidr (10.0.0.0/16); choose ranges that do not overlap",
    ),
    (
        {"cluster.podCidr": "10.244.0.0/21"},
        "rasa:cluster.podCidr: 10.244.0.0/21 has no /24 for each of 14 nodes (maxNodes 4 and those of an "
        "update); choose a range of /20 or larger, or lower maxNodes",
    ),
    (
        {"cluster.podCidr": "172.20.0.0/16"},
        "rasa:cluster.podCidr: 172.20.0.0/16 overlaps cluster.serviceCidr (172.20.0.0/16); choose ranges that"
        " do not overlap",
    ),
    (
        {"cluster.nodeSizes": ["D4ds_v5"]},
        "rasa:cluster.nodeSizes: 'D4ds_v5' is not the size of a virtual machine of Azure; write it like "
        "Standard_D4ds_v5",
    ),
    (
        {"cluster.nodeSizes": ["Standard_D4ds_v5", "Standard_D4s_v5"]},
        "rasa:cluster.nodeSizes: Standard_D4ds_v5, Standard_D4s_v5 is more than one, but a pool of AKS has "
        "nodes of one size; keep Standard_D4ds_v5",
    ),
    (
        {"cluster.admins": ["ops"]},
        "rasa:cluster.admins[0]: 'ops' is not a GUID; write it like 11111111-2222-3333-4444-555555555555",
    ),
    (
        {"cluster.version": "1.29"},
        "rasa:cluster.version: 1.29 is older than 1.30, the oldest that Rasa's chart runs on; choose a "
        "version that the cloud still supports",
    ),
    (
        {"trackerStore.size": "db.t4g.micro"},
        "rasa:trackerStore.size: 'db.t4g.micro' is not the size of a virtual machine of Azure for PostgreSQL;"
        " write it like Standard_D2ds_v5",
    ),
    (
        {"trackerStore.version": "12"},
        "rasa:trackerStore.version: '12' is none of Azure Database for PostgreSQL (known: 15, 16, 17, 18); "
        "choose one of them",
    ),
    (
        {"trackerStore.storageGb": 100},
        "rasa:trackerStore.storageGb: 100 is not a size of Azure's disks (32, 64, 128, 256, 512, 1024, 2048, "
        "4096, 8192, 16384); set 128",
    ),
    (
        {"trackerStore.backupDays": 3},
        "rasa:trackerStore.backupDays: 3 is below 7, the fewest that Azure keeps; set 7 or more",
    ),
    (
        {"trackerStore.backupDays": 36},
        "rasa:trackerStore.backupDays: 36 is above 35, the most that Azure keeps; set 35 or less",
    ),
    (
        {"trackerStore.auth": "password"},
        "rasa:trackerStore.auth: 'auth' is not a setting here (known: backupDays, kind, size, storageGb, "
        "version); remove it",
    ),
    (
        {"lockStore.size": "Balanced_B50"},
        "rasa:lockStore.size: 'Balanced_B50' is none of Azure Managed Redis without clustering (known: "
        "Balanced_B0, Balanced_B1, Balanced_B3, Balanced_B5, Balanced_B10, Balanced_B20, ComputeOptimized_X3,"
        " ComputeOptimized_X5, ComputeOptimized_X10, ComputeOptimized_X20, MemoryOptimized_M10, "
        "MemoryOptimized_M20); did you mean Balanced_B5?",
    ),
    (
        {"lockStore.size": "Premium_P1"},
        "rasa:lockStore.size: 'Premium_P1' is none of Azure Managed Redis without clustering (known: "
        "Balanced_B0, Balanced_B1, Balanced_B3, Balanced_B5, Balanced_B10, Balanced_B20, ComputeOptimized_X3,"
        " ComputeOptimized_X5, ComputeOptimized_X10, ComputeOptimized_X20, MemoryOptimized_M10, "
        "MemoryOptimized_M20); choose one of them",
    ),
    (
        {"lockStore.nodes": 3},
        "rasa:lockStore.nodes: 3 is above 2, the nodes of Azure Managed Redis: one, or two in different "
        "zones; set 2 or less",
    ),
    ({"eventQueue.size": "Basic"}, "rasa:eventQueue.size: 'Basic' is not one of Standard, Premium; choose one of them"),
    ({"eventQueue.units": 41}, "rasa:eventQueue.units: 41 is not a number of units that Standard has; set 40"),
    (
        {"eventQueue.partitions": 33},
        "rasa:eventQueue.partitions: 33 is above 32, the most of Event Hubs Standard; set 32 or less",
    ),
    (
        {"eventQueue.retentionHours": 169},
        "rasa:eventQueue.retentionHours: 169 is above 168, the most of Event Hubs Standard; set 168 or less",
    ),
    (
        {"eventQueue": {"size": "Premium", "units": 3}},
        "rasa:eventQueue.units: 3 is not a number of units that Premium has; set 4",
    ),
    (
        {"eventQueue": {"size": "Premium", "retentionHours": 2161}},
        "rasa:eventQueue.retentionHours: 2161 is above 2160, the most of Event Hubs Premium; set 2160 or less",
    ),
    (
        {"eventQueue": {"kind": "msk"}},
        "rasa:eventQueue.kind: 'msk' is not one of eventHubs, existing, none; choose one of them",
    ),
    (
        {"modelStorage.auth": "identity"},
        "rasa:modelStorage.auth: 'identity' is not one of key, initDownload; choose one of them",
    ),
    (
        {"tags": {"microsoft:owner": "me"}},
        "rasa:tags.microsoft:owner: 'me' is not a tag that Azure accepts everywhere (key: letters, digits and"
        " _.:=+-@, letter first, up to 128, not azure..., microsoft... or windows...; value up to 256); "
        "change the key or the value",
    ),
    (
        {"tags": {f"tag{i}": "x" for i in range(13)}},
        "rasa:tags: 13 is above 12, what every kind of resource takes; set 12 or less",
    ),
]

# In a small prod stack file.
IN_PROD: Rows = [
    (
        {"trackerStore.size": "Standard_B2ms"},
        "rasa:trackerStore.size: Standard_B2ms is burstable, which has no standby in another zone; choose a "
        "size like Standard_D2ds_v5",
    ),
    ({"eventQueue.size": "Standard"}, "rasa:eventQueue.size: Standard cannot encrypt with a key of yours; set Premium"),
    ({"lockStore.nodes": 1}, "rasa:lockStore.nodes: 1 is below 2: a single node is lost with its zone; set 2 or more"),
    (
        {"trackerStore.backupDays": 0},
        "rasa:trackerStore.backupDays: 0 is below 7, the fewest that Azure keeps; set 7 or more",
    ),
]

# In a stack file where everything exists already.
EXISTING: Rows = [
    (
        {"network.vnetId": "acme"},
        "rasa:network.vnetId: 'acme' is not the resource id of a virtual network; write it like "
        "/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Network/virtualNetworks/<name>",
    ),
    (
        {"network.clusterSubnet.id": "subnet-1"},
        "rasa:network.clusterSubnet.id: 'subnet-1' is not the resource id of a subnet; write it like "
        "/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Network/virtualNetworks/<name>/subnets/<name>",
    ),
    (
        {"network.endpointSubnet.id": f"{NETWORKING}/virtualNetworks/other/subnets/nodes"},
        "rasa:network.endpointSubnet.id: "
        "'/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/acme/prov...' is not a subnet of"
        " vnetId; name a subnet of that virtual network",
    ),
    (
        {"network.databaseSubnet.id": f"{VNET}/subnets/nodes"},
        "rasa:network.databaseSubnet.id: "
        "'/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/acme/prov...' is the subnet of "
        "something else as well, but PostgreSQL takes a delegated one for itself; name another subnet",
    ),
    (
        {"network.databaseSubnet.cidr": "10.10.16.0/29"},
        "rasa:network.databaseSubnet.cidr: 10.10.16.0/29 is smaller than /28, what PostgreSQL needs; name a "
        "larger subnet",
    ),
    (
        {"network.dnsZones": {"redis": "x"}},
        "rasa:network.dnsZones.redis: 'x' is not the resource id of a private DNS zone; write it like "
        "/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Network/privateDnsZones/<name>",
    ),
    (
        {"network.dnsZones": {"redis": f"{NETWORKING}/privateDnsZones/privatelink.redis.cache.windows.net"}},
        "rasa:network.dnsZones.redis: 'privatelink.redis.cache.windows.net' is a zone in which nobody looks "
        "for that service; name one that ends with privatelink.redis.azure.net",
    ),
    (
        {"network.dnsZones": {"keyVault": f"{NETWORKING}/privateDnsZones/privatelink.vault.azure.net"}},
        "rasa:network.dnsZones.keyVault: 'privatelink.vault.azure.net' is a zone in which nobody looks "
        "for that service; name one that ends with privatelink.vaultcore.azure.net",
    ),
    (
        {"encryption.key": "https://acme.vault.azure.net/keys/rasa"},
        "rasa:encryption.key: 'https://acme.vault.azure.net/keys/rasa' is not the versioned address of a key "
        "in Key Vault; write it like https://acme.vault.azure.net/keys/rasa/0123456789abcdef0123456789abcdef",
    ),
    (
        {"encryption.identity": "me"},
        "rasa:encryption.identity: 'me' is not the resource id of a user-assigned managed identity; write it "
        "like "
        "/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>",
    ),
    (
        {"cluster.identity": {"kind": "workloadIdentity"}},
        "rasa:cluster.identity.issuer: nothing is set, but it is required; add rasa:cluster.identity.issuer",
    ),
    (
        {"cluster.identity": {"kind": "workloadIdentity", "issuer": "oidc"}},
        "rasa:cluster.identity.issuer: 'oidc' is not the address of an OIDC issuer; write it like "
        "https://oidc.example.com",
    ),
    (
        {"cluster.identity": {"issuer": "https://x"}},
        "rasa:cluster.identity.kind: nothing is set, but it is required; add rasa:cluster.identity.kind",
    ),
    (
        {"cluster.identity": {"kind": "none"}, "modelStorage.auth": "initDownload"},
        "rasa:cluster.identity: none gives pods no identity of Entra, but rasa:modelStorage.auth initDownload"
        " needs one; set {kind: workloadIdentity, issuer: ...}, or rasa:modelStorage.auth to key",
    ),
    (
        {"modelStorage.account": "Acme-Models"},
        "rasa:modelStorage.account: 'Acme-Models' is not the name of a storage account; write it like acmemodels",
    ),
    (
        {"modelStorage.container": "a--b"},
        "rasa:modelStorage.container: 'a--b' is not the name of a container; write it like models",
    ),
    (
        {"modelStorage": {"kind": "existing", "account": "acmemodels", "container": "models", "auth": "key"}},
        "rasa:modelStorage.accountKey: nothing is set, but rasa:modelStorage.auth is key; name the key of "
        "rasa:secrets that holds the account's key, or set auth to initDownload",
    ),
    (
        {"modelStorage.accountKey": "storageKey"},
        "rasa:modelStorage.accountKey: storageKey is not a key of rasa:secrets (known: accountKey, "
        "dbPassword, kafkaPassword, kubeconfig, license, redisPassword, vaultToken); run: pulumi config set --secret "
        "--path 'rasa:secrets.storageKey'",
    ),
]
