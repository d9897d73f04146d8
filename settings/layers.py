"""The layers of a platform: network, cluster, the four services of Rasa's architecture and the secrets manager.

One model per way to get a layer, told apart by `kind`. Fields hold no default where it depends on cloud and profile: those
come from `settings.defaults`, which is merged in before validation.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.base import Auth, Cidr, Model, at_least, at_most, matching

Days = Annotated[int, AfterValidator(at_least(0, "a number of days"))]
Zone = Annotated[
    str, AfterValidator(matching(r"[a-z0-9-]+", "is not an availability zone", "write it like eu-central-1a"))
]


class CreateNetwork(Model):
    """A network of its own: private subnets for the nodes, isolated ones for the data services, in every zone."""

    kind: Literal["create"] = "create"
    cidr: Cidr = Field(description="Address range of the network, /16 to /19. Changing it replaces the network.")
    zones: tuple[Zone, ...] = Field(description="Zones to spread over: at least 2, in prod 3.")


class CreateCluster(Model):
    """A managed Kubernetes cluster of its own."""

    kind: Literal["create"] = "create"
    api_access: tuple[Cidr, ...] = Field(
        description="Address ranges that may reach the Kubernetes API. 0.0.0.0/0 is a warning in dev, refused in prod."
    )
    version: str = Field(description="Kubernetes version, major.minor.")
    service_cidr: Cidr = Field(description="Address range of Kubernetes services; outside the network's own.")
    node_sizes: tuple[str, ...] = Field(
        min_length=1, description="Machine types of the nodes; several give spot capacity."
    )
    min_nodes: Annotated[int, AfterValidator(at_least(1, "one node"))] = Field(description="Fewest nodes.")
    max_nodes: Annotated[int, AfterValidator(at_least(1, "one node"))] = Field(description="Most nodes.")
    admins: tuple[str, ...] = Field(
        default=(), description="Further principals with cluster-admin, beside the one who runs the first `up` (ARNs)."
    )


class CreateTrackerStore(Model):
    """A managed PostgreSQL server; each assistant gets a database and a role on it."""

    kind: Literal["create"] = "create"
    auth: Auth = Field(description="How Rasa signs in: password, or iam (tokens from the pod's identity).")
    size: str = Field(description="Instance class.")
    version: str = Field(description="PostgreSQL major version.")
    storage_gb: int = Field(description="Disk in GiB. It can grow, never shrink.")
    max_storage_gb: int = Field(description="The disk grows by itself up to this, in GiB.")
    backup_days: Days = Field(description="Days that backups and the log for point-in-time restore are kept.")


class CreateLockStore(Model):
    """A managed Redis for locks and timers."""

    kind: Literal["create"] = "create"
    auth: Auth = Field(description="How Rasa signs in: password, or iam (tokens from the pod's identity).")
    size: str = Field(description="Node type.")
    version: str = Field(description="Engine version.")
    nodes: Annotated[int, AfterValidator(at_least(1, "one node"))] = Field(
        description="Nodes; from 2 on the service fails over to another zone by itself."
    )
    backup_days: Days = Field(description="Days that snapshots are kept; 0 for none.")


class CreateModelStorage(Model):
    """A private, versioned bucket for models; each assistant reads its own prefix only."""

    kind: Literal["create"] = "create"
    old_version_days: Days = Field(description="Days that a replaced or deleted model can still be brought back.")


class CreateMsk(Model):
    """Amazon MSK, provisioned; topics for each assistant."""

    kind: Literal["msk"] = "msk"
    auth: Auth = Field(description="How Rasa signs in: password (SCRAM-SHA-512), or iam.")
    size: str = Field(description="Broker type.")
    version: str = Field(description="Kafka version as MSK spells it.")
    brokers: int = Field(description="Number of brokers, a multiple of the number of zones.")
    storage_gb: Annotated[int, AfterValidator(at_least(1, "the MSK minimum"))] = Field(
        description="Disk per broker in GiB. It can grow, never shrink."
    )
    partitions: Annotated[int, AfterValidator(at_least(1, "one partition"))] = Field(
        description="Partitions of each topic. It can grow, never shrink."
    )
    retention_hours: Annotated[
        int, AfterValidator(at_least(1, "one hour")), AfterValidator(at_most(87600, "10 years"))
    ] = Field(description="Hours that events are kept.")


class KubernetesSecrets(Model):
    """No secrets manager of its own: credentials reach Rasa by Kubernetes Secrets."""

    kind: Literal["kubernetes"] = "kubernetes"


class NoLockStore(Model):
    """Locks and timers in memory: right for one replica only."""

    kind: Literal["none"] = "none"


class NoEventQueue(Model):
    """No event stream."""

    kind: Literal["none"] = "none"


class NoModelStorage(Model):
    """The model is in the image."""

    kind: Literal["none"] = "none"


LockStore = Annotated[CreateLockStore | NoLockStore, Field(discriminator="kind")]
EventQueue = Annotated[CreateMsk | NoEventQueue, Field(discriminator="kind")]
ModelStorage = Annotated[CreateModelStorage | NoModelStorage, Field(discriminator="kind")]
