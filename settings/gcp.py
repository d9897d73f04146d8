# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""Settings of a stack on GCP: what its layers have beside what every cloud has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.base import (
    FAILS_OVER,
    IN_PLACE,
    REGIONS,
    REPLACES,
    RESTARTS_PODS,
    Cidr,
    Cloud,
    Model,
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
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)
from settings.model import Provider, Settings

_PROJECT = r"[a-z][a-z0-9-]{4,28}[a-z0-9]"

Region = Annotated[
    str,
    AfterValidator(
        matching(REGIONS[Cloud.GCP], "is not the name of a Google Cloud region", "write it like europe-west1")
    ),
]
ResourceName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
            "is not the name of a resource (a-z, 0-9 and -, letter first, at most 63)",
            "write its name alone, like rasa-network",
        )
    ),
]
KeyId = Annotated[
    str,
    AfterValidator(
        matching(
            rf"projects/{_PROJECT}/locations/[a-z0-9-]+/keyRings/[\w-]+/cryptoKeys/[\w-]+",
            "is not the id of a key in Cloud KMS",
            "write it like projects/acme-prod/locations/europe-west1/keyRings/rasa/cryptoKeys/data",
        )
    ),
]


class GcpProvider(Provider):
    """Where the cloud's own environment does not say it."""

    project: (
        Annotated[str, AfterValidator(matching(_PROJECT, "is not the id of a project", "write it like acme-prod"))]
        | None
    ) = Field(default=None, description="Project to create everything in.", json_schema_extra=REPLACES)

    @property
    def account(self) -> str | None:
        """Id of the project."""
        return self.project


class PrivateServicesRange(Model):
    """The range that is allocated to private services access, and already connected."""

    name: ResourceName = Field(description="Its name.", json_schema_extra=REPLACES)
    cidr: Cidr = Field(description="Its address range.", json_schema_extra=REPLACES)


class ExistingVpcNetwork(ExistingNetwork):
    """A VPC network of yours, with private services access. The subnetwork needs the way out (Cloud NAT)."""

    network: ResourceName = Field(description="Name of the network.", json_schema_extra=REPLACES)
    subnetwork: ResourceName = Field(description="Name of the nodes' subnetwork.", json_schema_extra=REPLACES)
    cidr: Cidr = Field(description="The subnetwork's primary range.", json_schema_extra=REPLACES)
    pods_range: ResourceName = Field(description="Name of its secondary range for pods.", json_schema_extra=REPLACES)
    services_range: ResourceName = Field(
        description="Name of its secondary range for services.", json_schema_extra=REPLACES
    )
    private_services_range: PrivateServicesRange = Field(description="The range for Cloud SQL and Memorystore.")

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges, by their key in the stack file."""
        return {
            "network.cidr": self.cidr,
            "network.privateServicesRange.cidr": self.private_services_range.cidr,
        }


class CreateGke(CreateCluster):
    """Google Kubernetes Engine with one pool of nodes."""

    pod_cidr: Cidr = Field(description="Address range of pods; outside the network's own.", json_schema_extra=REPLACES)

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges outside the network's own, by their key in the stack file."""
        return {"cluster.serviceCidr": self.service_cidr, "cluster.podCidr": self.pod_cidr}


class GcpWorkloadIdentity(Model):
    """Workload Identity Federation for GKE."""

    kind: Literal["workloadIdentity"] = Field(
        default="workloadIdentity",
        description="How pods get an identity of the cloud.",
        json_schema_extra=RESTARTS_PODS,
    )
    workload_pool: Annotated[
        str,
        AfterValidator(
            matching(
                rf"{_PROJECT}\.svc\.id\.goog", "is not a workload identity pool", "write it like acme-prod.svc.id.goog"
            )
        ),
    ] = Field(description="The cluster's workload identity pool.", json_schema_extra=RESTARTS_PODS)


class ExistingGcpCluster(ExistingCluster):
    """A Kubernetes cluster of yours: GKE, OpenShift or any other."""

    identity: Annotated[GcpWorkloadIdentity | NoIdentity, Field(discriminator="kind")] = Field(
        default=NoIdentity(), description="How pods get an identity of Google Cloud."
    )


class ExistingCryptoKey(ExistingEncryption):
    """A key of yours in Cloud KMS, for everything that is created; the services' agents need the right to use it."""

    key: KeyId = Field(description="Id of the key.", json_schema_extra=REPLACES)


class CreateCloudSql(CreateTrackerStore):
    """Cloud SQL for PostgreSQL; each assistant gets a database and a role on it."""

    max_storage_gb: int = Field(description="The disk grows by itself up to this, in GiB.", json_schema_extra=IN_PLACE)


class CreateMemorystore(CreateLockStore):
    """Memorystore for Redis, for locks and timers."""

    size: Annotated[
        str, AfterValidator(matching(r"[1-9]\d{0,2}", "is not a size in GiB, as text", "write it like '5'"))
    ] = Field(description="Memory in GiB, in quotes.", json_schema_extra=FAILS_OVER)
    version: Annotated[str, AfterValidator(matching(r"\d\.\d", "is not an engine version", "write it like '7.2'"))] = (
        Field(description="Redis version, in quotes.", json_schema_extra=FAILS_OVER)
    )


class CreateConfluent(CreateEventQueue):
    """Confluent Cloud on Google Cloud; topics for each assistant."""

    kind: Literal["confluent"] = Field(
        default="confluent", description="`confluent`, `existing`, or `none`.", json_schema_extra=REPLACES
    )
    size: Literal["basic", "enterprise"] = Field(
        description="Type of the cluster: `basic` (public), or `enterprise` (private).", json_schema_extra=REPLACES
    )
    api_key: SecretKey = Field(
        default="confluentApiKey",
        description="Key of `rasa:secrets` that holds the id of a Cloud API key of Confluent.",
        json_schema_extra=IN_PLACE,
    )
    api_secret: SecretKey = Field(
        default="confluentApiSecret",
        description="Key of `rasa:secrets` that holds its secret.",
        json_schema_extra=IN_PLACE,
    )


class ExistingGcsBucket(ExistingModelStorage):
    """A Cloud Storage bucket of yours; each assistant's models stand below `<assistant>/`."""

    bucket: Annotated[
        str,
        AfterValidator(
            matching(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", "is not the name of a bucket", "write it like acme-models")
        ),
    ] = Field(description="Name of the bucket.", json_schema_extra=RESTARTS_PODS)


class GcpSettings(Settings):
    """A valid stack file for GCP, every default filled in."""

    cloud: Literal[Cloud.GCP] = Field(description="The cloud to build on.", json_schema_extra=REPLACES)
    region: Region = Field(description="Region of the cloud.", json_schema_extra=REPLACES)
    provider: GcpProvider = GcpProvider()
    network: Annotated[CreateNetwork | ExistingVpcNetwork, Field(discriminator="kind")]
    encryption: Annotated[CreateEncryption | ExistingCryptoKey, Field(discriminator="kind")]
    cluster: Annotated[CreateGke | ExistingGcpCluster, Field(discriminator="kind")]
    tracker_store: Annotated[CreateCloudSql | ExistingTrackerStore, Field(discriminator="kind")]
    lock_store: Annotated[CreateMemorystore | ExistingLockStore | NoLockStore, Field(discriminator="kind")]
    event_queue: Annotated[CreateConfluent | ExistingEventQueue | NoEventQueue, Field(discriminator="kind")]
    model_storage: Annotated[CreateModelStorage | ExistingGcsBucket | NoModelStorage, Field(discriminator="kind")]

    @property
    def in_network(self) -> tuple[str, ...]:
        """The layers, by their key in the stack file, that are created inside the network."""
        is_public = isinstance(self.event_queue, CreateConfluent) and self.event_queue.size == "basic"
        return tuple(key for key in super().in_network if key != "eventQueue" or not is_public)

    @property
    def cluster_ranges(self) -> Mapping[str, str]:
        """Those of the cluster; an existing network names its own ranges for pods and services."""
        return super().cluster_ranges if isinstance(self.network, CreateNetwork) else {}
