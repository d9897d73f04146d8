"""The layers of a platform: network, cluster, the four services of Rasa's architecture and the secrets manager.

One model per way to get a layer, told apart by `kind`. Fields hold no default where it depends on cloud and profile:
those come from `settings.defaults`, which is merged in before validation.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.base import (
    FAILS_OVER,
    IN_PLACE,
    ONLY_GROWS,
    REPLACES,
    RESTARTS_PODS,
    ROLLS,
    Auth,
    Cidr,
    Model,
    at_least,
    at_most,
    matching,
)

Days = Annotated[int, AfterValidator(at_least(0, "the fewest days there are"))]
Node = Annotated[int, AfterValidator(at_least(1, "one node"))]
Zone = Annotated[
    str, AfterValidator(matching(r"[a-z0-9-]+", "is not an availability zone", "write it like eu-central-1a"))
]
Admin = Annotated[
    str,
    AfterValidator(
        matching(
            r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+",
            "is not the ARN of a role or user",
            "write it like arn:aws:iam::111122223333:role/operators",
        )
    ),
]


class CreateNetwork(Model):
    """A network of its own: private subnets for the nodes, isolated ones for the data services, in every zone."""

    kind: Literal["create"] = Field(default="create", description="How to get it.", json_schema_extra=REPLACES)
    cidr: Cidr = Field(description="Address range of the network, /16 to /19.", json_schema_extra=REPLACES)
    zones: tuple[Zone, ...] = Field(
        description="Zones to spread over: at least 2, in prod 3.", json_schema_extra=REPLACES
    )


class CreateCluster(Model):
    """A managed Kubernetes cluster of its own."""

    kind: Literal["create"] = Field(default="create", description="How to get it.", json_schema_extra=REPLACES)
    api_access: tuple[Cidr, ...] = Field(
        default=(),
        description="Address ranges that may reach the Kubernetes API; must be given. "
        "`0.0.0.0/0` (everyone) is a warning in dev and refused in prod.",
        json_schema_extra=IN_PLACE,
    )
    version: Annotated[
        str, AfterValidator(matching(r"1\.\d{2}", "is not a Kubernetes version", "write it like '1.35'"))
    ] = Field(
        description="Kubernetes version, major.minor, in quotes; one step up at a time.",
        json_schema_extra={"effect": "in place, then the nodes one after the other; never back"},
    )
    service_cidr: Cidr = Field(
        description="Address range of Kubernetes services; outside the network's own.", json_schema_extra=REPLACES
    )
    node_sizes: tuple[str, ...] = Field(
        min_length=1,
        description="Machine types of the nodes, the preferred one first.",
        json_schema_extra={"effect": "new nodes first, then the pods move"},
    )
    min_nodes: Node = Field(description="Fewest nodes.", json_schema_extra=IN_PLACE)
    max_nodes: Node = Field(description="Most nodes.", json_schema_extra=IN_PLACE)
    admins: tuple[Admin, ...] = Field(
        default=(),
        description="Further principals with cluster-admin, beside the one who runs the first `up` (ARNs).",
        json_schema_extra=IN_PLACE,
    )


class CreateTrackerStore(Model):
    """A managed PostgreSQL server; each assistant gets a database and a role on it."""

    kind: Literal["create"] = Field(default="create", description="How to get it.", json_schema_extra=REPLACES)
    auth: Auth = Field(
        description="How Rasa signs in: `password`, or `iam` (tokens from the pod's identity).",
        json_schema_extra=RESTARTS_PODS,
    )
    size: str = Field(description="Instance class.", json_schema_extra=FAILS_OVER)
    version: Annotated[
        str, AfterValidator(matching(r"\d{2}", "is not a PostgreSQL major version", "write it like '17'"))
    ] = Field(
        description="PostgreSQL major version, in quotes.",
        json_schema_extra={"effect": "refused by the service; see [replace.md](replace.md)"},
    )
    storage_gb: int = Field(description="Disk in GiB.", json_schema_extra=ONLY_GROWS)
    max_storage_gb: int = Field(description="The disk grows by itself up to this, in GiB.", json_schema_extra=IN_PLACE)
    backup_days: Days = Field(
        description="Days that backups and the log for point-in-time restore are kept; 0 turns both off.",
        json_schema_extra=IN_PLACE,
    )


class CreateLockStore(Model):
    """A managed Redis for locks and timers."""

    kind: Literal["create"] = Field(
        default="create", description="`create`, or `none` (one replica only).", json_schema_extra=REPLACES
    )
    auth: Auth = Field(
        description="How Rasa signs in: `password`, or `iam` (tokens from the pod's identity).",
        json_schema_extra=RESTARTS_PODS,
    )
    size: str = Field(description="Node type.", json_schema_extra=FAILS_OVER)
    version: Annotated[str, AfterValidator(matching(r"\d\.\d", "is not an engine version", "write it like '8.2'"))] = (
        Field(
            description="Engine (Valkey) version, in quotes.",
            json_schema_extra=FAILS_OVER,
        )
    )
    nodes: Node = Field(
        description="Nodes; from 2 on the service fails over to another zone by itself.", json_schema_extra=IN_PLACE
    )
    backup_days: Days = Field(description="Days that snapshots are kept; 0 for none.", json_schema_extra=IN_PLACE)


class CreateModelStorage(Model):
    """A private, versioned bucket for models; each assistant reads its own prefix only."""

    kind: Literal["create"] = Field(
        default="create", description="`create`, or `none` (the model is in the image).", json_schema_extra=REPLACES
    )
    old_version_days: Annotated[int, AfterValidator(at_least(1, "one day"))] = Field(
        description="Days that a replaced or deleted model can still be brought back.", json_schema_extra=IN_PLACE
    )


class CreateMsk(Model):
    """Amazon MSK, provisioned; topics for each assistant."""

    kind: Literal["msk"] = Field(default="msk", description="`msk`, or `none`.", json_schema_extra=REPLACES)
    auth: Auth = Field(
        description="How Rasa signs in: `password` (SCRAM-SHA-512), or `iam`.", json_schema_extra=RESTARTS_PODS
    )
    size: str = Field(description="Broker type.", json_schema_extra=ROLLS)
    version: Annotated[
        str,
        AfterValidator(
            matching(r"\d\.\d+\.(\d+|x)(\.kraft)?", "is not a Kafka version as MSK spells it", "write it like 3.9.x")
        ),
    ] = Field(description="Kafka version as MSK spells it.", json_schema_extra=ROLLS)
    brokers: int = Field(
        description="Number of brokers, a multiple of the number of zones.", json_schema_extra=ONLY_GROWS
    )
    storage_gb: Annotated[int, AfterValidator(at_least(1, "the MSK minimum"))] = Field(
        description="Disk per broker in GiB.", json_schema_extra=ONLY_GROWS
    )
    partitions: Annotated[int, AfterValidator(at_least(1, "one partition"))] = Field(
        description="Partitions of each topic.", json_schema_extra=ONLY_GROWS
    )
    retention_hours: Annotated[
        int, AfterValidator(at_least(1, "one hour")), AfterValidator(at_most(87600, "10 years"))
    ] = Field(description="Hours that events are kept.", json_schema_extra=IN_PLACE)


class KubernetesSecrets(Model):
    """No secrets manager of its own: credentials reach Rasa by Kubernetes Secrets."""

    kind: Literal["kubernetes"] = Field(
        default="kubernetes", description="How Rasa gets its credentials.", json_schema_extra=RESTARTS_PODS
    )


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
