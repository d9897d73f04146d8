# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""Settings of a stack on Azure: what its layers have beside what every cloud has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.base import (
    IN_PLACE,
    REGIONS,
    REPLACES,
    RESTARTS_PODS,
    Cidr,
    Cloud,
    Issuer,
    Model,
    ModelAuth,
    SecretKey,
    matching,
)
from settings.existing import (
    ExistingCluster,
    ExistingEncryption,
    ExistingEventQueue,
    ExistingLockStore,
    ExistingModelStorage,
    ExistingNetwork,
    ExistingTrackerStore,
    NoIdentity,
)
from settings.layers import (
    CreateCluster,
    CreateEncryption,
    CreateEventQueue,
    CreateLockStore,
    CreateModelStorage,
    CreateNetwork,
    CreateTrackerStore,
    Node,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)
from settings.model import Provider, Settings
from settings.vault import CreateVault

_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

Region = Annotated[
    str,
    AfterValidator(matching(REGIONS[Cloud.AZURE], "is not the name of an Azure region", "write it like westeurope")),
]
Guid = Annotated[
    str,
    AfterValidator(matching(_GUID, "is not a GUID", "write it like 11111111-2222-3333-4444-555555555555")),
]
KeyUrl = Annotated[
    str,
    AfterValidator(
        matching(
            r"https://[a-zA-Z0-9-]{3,24}\.vault\.azure\.net/keys/[a-zA-Z0-9-]{1,127}/[0-9a-f]{32}",
            "is not the versioned address of a key in Key Vault",
            "write it like https://acme.vault.azure.net/keys/rasa/0123456789abcdef0123456789abcdef",
        )
    ),
]
ContainerAuth = Literal[ModelAuth.KEY, ModelAuth.INIT_DOWNLOAD]
AUTH_TEXT = (
    "How a model gets to Rasa: `key` (by the account's key), or `initDownload` (an init container fetches it as the "
    "pod's identity, without a key)."
)


def _id(types: str, what: str) -> AfterValidator:
    """A resource id that ends in these types, such as `Microsoft.Network/virtualNetworks`."""
    provider, *kinds = types.split("/")
    path = "".join(rf"/{kind}/[\w.()-]+" for kind in kinds)
    pattern = rf"/subscriptions/{_GUID}/resourceGroups/[\w.()-]+/providers/{provider.replace('.', '[.]')}{path}"
    end = "".join(f"/{kind}/<name>" for kind in kinds)
    fix = f"write it like /subscriptions/<id>/resourceGroups/<name>/providers/{provider}{end}"
    return AfterValidator(matching(pattern, f"is not the resource id of a {what}", fix))


SubnetId = Annotated[str, _id("Microsoft.Network/virtualNetworks/subnets", "subnet")]
ZoneId = Annotated[str, _id("Microsoft.Network/privateDnsZones", "private DNS zone")]


class AzureProvider(Provider):
    """Where the cloud's own environment does not say it."""

    subscription_id: Guid | None = Field(
        default=None, description="Subscription to create everything in.", json_schema_extra=REPLACES
    )

    @property
    def account(self) -> str | None:
        """Id of the subscription."""
        return self.subscription_id.lower() if self.subscription_id else None


class Subnet(Model):
    """A subnet of yours and its address range."""

    id: SubnetId = Field(description="Its resource id.", json_schema_extra=REPLACES)
    cidr: Cidr = Field(description="Its address range.", json_schema_extra=REPLACES)


class DnsZones(Model):
    """Private DNS zones of yours, linked to the network; one that is left out is created."""

    blob: ZoneId | None = Field(
        default=None, description="Of Blob Storage, `privatelink.blob.core.windows.net`.", json_schema_extra=REPLACES
    )
    database: ZoneId | None = Field(
        default=None, description="Of PostgreSQL, `*.postgres.database.azure.com`.", json_schema_extra=REPLACES
    )
    redis: ZoneId | None = Field(
        default=None, description="Of Managed Redis, `privatelink.redis.azure.net`.", json_schema_extra=REPLACES
    )
    event_hubs: ZoneId | None = Field(
        default=None, description="Of Event Hubs, `privatelink.servicebus.windows.net`.", json_schema_extra=REPLACES
    )
    key_vault: ZoneId | None = Field(
        default=None, description="Of Key Vault, `privatelink.vaultcore.azure.net`.", json_schema_extra=REPLACES
    )


class ExistingVnet(ExistingNetwork):
    """A virtual network of yours, with a subnet for each purpose. The cluster's needs the way out (a NAT gateway)."""

    vnet_id: Annotated[str, _id("Microsoft.Network/virtualNetworks", "virtual network")] = Field(
        description="The virtual network.", json_schema_extra=REPLACES
    )
    cluster_subnet: Subnet = Field(description="Subnet of the nodes.")
    database_subnet: Subnet = Field(
        description="Subnet of PostgreSQL, delegated to `Microsoft.DBforPostgreSQL/flexibleServers`."
    )
    endpoint_subnet: Subnet = Field(description="Subnet of the private endpoints.")
    dns_zones: DnsZones = Field(default=DnsZones(), description="Private DNS zones of yours.")

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges, by their key in the stack file."""
        return {
            "network.clusterSubnet.cidr": self.cluster_subnet.cidr,
            "network.databaseSubnet.cidr": self.database_subnet.cidr,
            "network.endpointSubnet.cidr": self.endpoint_subnet.cidr,
        }


class CreateAks(CreateCluster):
    """Azure Kubernetes Service with one pool of nodes."""

    pod_cidr: Cidr = Field(description="Address range of pods; outside the network's own.", json_schema_extra=REPLACES)
    admins: tuple[Guid, ...] = Field(
        default=(),
        description="Entra groups with cluster-admin, beside the one who runs `up` (object ids).",
        json_schema_extra=IN_PLACE,
    )

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges outside the network's own, by their key in the stack file."""
        return {"cluster.serviceCidr": self.service_cidr, "cluster.podCidr": self.pod_cidr}


class AzureWorkloadIdentity(Model):
    """Entra Workload ID, whose webhook runs on the cluster."""

    kind: Literal["workloadIdentity"] = Field(
        default="workloadIdentity",
        description="How pods get an identity of the cloud.",
        json_schema_extra=RESTARTS_PODS,
    )
    issuer: Issuer = Field(description="The cluster's OIDC issuer.", json_schema_extra=RESTARTS_PODS)


class ExistingAzureCluster(ExistingCluster):
    """A Kubernetes cluster of yours: AKS, OpenShift or any other."""

    identity: Annotated[AzureWorkloadIdentity | NoIdentity, Field(discriminator="kind")] = Field(
        default=NoIdentity(), description="How pods get an identity of Entra."
    )


class ExistingKeyVaultKey(ExistingEncryption):
    """A key of yours in Key Vault, for everything that is created; the vault needs purge protection."""

    key: KeyUrl = Field(description="Versioned address of the key.", json_schema_extra=REPLACES)
    identity: Annotated[
        str, _id("Microsoft.ManagedIdentity/userAssignedIdentities", "user-assigned managed identity")
    ] = Field(
        description="Managed identity that the services use the key as; needs `Key Vault Crypto Service Encryption "
        "User` on the vault.",
        json_schema_extra=REPLACES,
    )


class CreateBlobStorage(CreateModelStorage):
    """A storage account with a private, versioned container for models; each assistant reads its own prefix."""

    auth: ContainerAuth = Field(description=AUTH_TEXT, json_schema_extra=RESTARTS_PODS)


class ExistingContainer(ExistingModelStorage):
    """A container of yours in Blob Storage; each assistant's models stand below `<assistant>/`."""

    account: Annotated[
        str,
        AfterValidator(matching(r"[a-z0-9]{3,24}", "is not the name of a storage account", "write it like acmemodels")),
    ] = Field(description="Name of the storage account.", json_schema_extra=RESTARTS_PODS)
    container: Annotated[
        str,
        AfterValidator(
            matching(
                r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "is not the name of a container", "write it like models"
            )
        ),
    ] = Field(description="Name of the container.", json_schema_extra=RESTARTS_PODS)
    auth: ContainerAuth = Field(description=AUTH_TEXT, json_schema_extra=RESTARTS_PODS)
    account_key: SecretKey | None = Field(
        default=None,
        description="Key of `rasa:secrets` that holds the account's key; `auth: key` needs it.",
        json_schema_extra=RESTARTS_PODS,
    )


class CreateEventHubs(CreateEventQueue):
    """Azure Event Hubs with its Kafka endpoint; an event hub for each topic."""

    kind: Literal["eventHubs"] = Field(
        default="eventHubs", description="`eventHubs`, `existing`, or `none`.", json_schema_extra=REPLACES
    )
    size: Literal["Standard", "Premium"] = Field(
        description="Tier: `Standard`, or `Premium` (own key, 90 days of events).", json_schema_extra=REPLACES
    )
    units: Node = Field(description="Throughput units (Standard) or processing units.", json_schema_extra=IN_PLACE)


class AzureSettings(Settings):
    """A valid stack file for Azure, every default filled in."""

    cloud: Literal[Cloud.AZURE] = Field(description="The cloud to build on.", json_schema_extra=REPLACES)
    region: Region = Field(description="Region of the cloud.", json_schema_extra=REPLACES)
    provider: AzureProvider = AzureProvider()
    network: Annotated[CreateNetwork | ExistingVnet, Field(discriminator="kind")]
    encryption: Annotated[CreateEncryption | ExistingKeyVaultKey, Field(discriminator="kind")]
    cluster: Annotated[CreateAks | ExistingAzureCluster, Field(discriminator="kind")]
    tracker_store: Annotated[CreateTrackerStore | ExistingTrackerStore, Field(discriminator="kind")]
    lock_store: Annotated[CreateLockStore | ExistingLockStore | NoLockStore, Field(discriminator="kind")]
    event_queue: Annotated[CreateEventHubs | ExistingEventQueue | NoEventQueue, Field(discriminator="kind")]
    model_storage: Annotated[CreateBlobStorage | ExistingContainer | NoModelStorage, Field(discriminator="kind")]

    @property
    def in_network(self) -> tuple[str, ...]:
        """As on every cloud; and what answers through a private endpoint: a storage account, the key of Vault."""
        own = {
            "modelStorage": isinstance(self.model_storage, CreateBlobStorage),
            "secretsManager": isinstance(self.secrets_manager, CreateVault),
        }
        return (*super().in_network, *(key for key, is_created in own.items() if is_created))
