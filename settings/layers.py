"""The layers of a platform as they are on every cloud; what only one cloud has is added in its own module.

One model per way to get a layer, told apart by `kind`. Fields hold no default where it depends on cloud and profile:
those come from `settings.defaults`, which is merged in before validation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from settings.base import (
    FAILS_OVER,
    IN_PLACE,
    ONLY_GROWS,
    REPLACES,
    Cidr,
    Model,
    at_least,
    at_most,
    matching,
)
from settings.problems import LIST

PRIVATE = "private"

Days = Annotated[int, AfterValidator(at_least(0, "the fewest days there are"))]
Node = Annotated[int, AfterValidator(at_least(1, "one node"))]
Zone = Annotated[
    str,
    AfterValidator(matching(r"[a-z0-9-]+", "is not an availability zone", "write it as the cloud does")),
]
Retention = Annotated[int, AfterValidator(at_least(1, "one hour")), AfterValidator(at_most(87600, "10 years"))]


def _ranges_or_private(value: Any) -> str:
    return PRIVATE if value == PRIVATE else LIST


ApiAccess = Annotated[
    Annotated[tuple[Cidr, ...], Tag(LIST)] | Annotated[Literal["private"], Tag(PRIVATE)],
    Discriminator(_ranges_or_private),
]


class CreateNetwork(Model):
    """A network of its own: private subnets for the nodes, isolated ones for the data services."""

    kind: Literal["create"] = Field(
        default="create", description="`create`, or `existing`.", json_schema_extra=REPLACES
    )
    cidr: Cidr = Field(description="Address range of the network, /16 to /19.", json_schema_extra=REPLACES)
    zones: tuple[Zone, ...] = Field(
        description="Zones to spread over: at least 2, in prod 3.", json_schema_extra=REPLACES
    )

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges, by their key in the stack file."""
        return {"network.cidr": self.cidr}


class CreateCluster(Model):
    """A managed Kubernetes cluster of its own."""

    kind: Literal["create"] = Field(
        default="create", description="`create`, or `existing`.", json_schema_extra=REPLACES
    )
    api_access: ApiAccess = Field(
        default=(),
        description="Address ranges that may reach the Kubernetes API; must be given. "
        "`0.0.0.0/0` (everyone) is a warning in dev and refused in prod. "
        "`private`: only from inside the network, which must be an existing one.",
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

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges outside the network's own, by their key in the stack file."""
        return {"cluster.serviceCidr": self.service_cidr}


class CreateEncryption(Model):
    """A key of its own for all data, in prod; in dev data is encrypted with the cloud's keys where it can be."""

    kind: Literal["create"] = Field(
        default="create", description="`create`, or `existing`.", json_schema_extra=REPLACES
    )


class CreateTrackerStore(Model):
    """A managed PostgreSQL server; each assistant gets a database and a role on it."""

    kind: Literal["create"] = Field(
        default="create", description="`create`, or `existing`.", json_schema_extra=REPLACES
    )
    size: str = Field(description="Machine type.", json_schema_extra=FAILS_OVER)
    version: Annotated[
        str, AfterValidator(matching(r"\d{2}", "is not a PostgreSQL major version", "write it like '17'"))
    ] = Field(
        description="PostgreSQL major version, in quotes.",
        json_schema_extra={"effect": "refused by the service; see [replace.md](replace.md)"},
    )
    storage_gb: int = Field(description="Disk in GiB.", json_schema_extra=ONLY_GROWS)
    backup_days: Days = Field(
        description="Days that backups and the log for point-in-time restore are kept; 0 turns both off.",
        json_schema_extra=IN_PLACE,
    )


class CreateLockStore(Model):
    """A managed Redis for locks and timers."""

    kind: Literal["create"] = Field(
        default="create", description="`create`, `existing`, or `none` (one replica only).", json_schema_extra=REPLACES
    )
    size: str = Field(description="Node type.", json_schema_extra=FAILS_OVER)
    nodes: Node = Field(
        description="Nodes; from 2 on the service fails over to another zone by itself.", json_schema_extra=IN_PLACE
    )


class CreateModelStorage(Model):
    """A private, versioned bucket for models; each assistant reads its own prefix only."""

    kind: Literal["create"] = Field(
        default="create",
        description="`create`, `existing`, or `none` (the model is in the image).",
        json_schema_extra=REPLACES,
    )
    old_version_days: Annotated[int, AfterValidator(at_least(1, "one day"))] = Field(
        description="Days that a replaced or deleted model can still be brought back.", json_schema_extra=IN_PLACE
    )


class CreateEventQueue(Model):
    """A managed Kafka with topics for each assistant."""

    size: str = Field(description="Size of the service.", json_schema_extra=REPLACES)
    partitions: Annotated[int, AfterValidator(at_least(1, "one partition"))] = Field(
        description="Partitions of each topic.", json_schema_extra=ONLY_GROWS
    )
    retention_hours: Retention = Field(description="Hours that events are kept.", json_schema_extra=IN_PLACE)


class NoLockStore(Model):
    """Locks and timers in memory: right for one replica only."""

    kind: Literal["none"] = "none"


class NoEventQueue(Model):
    """No event stream."""

    kind: Literal["none"] = "none"


class NoModelStorage(Model):
    """The model is in the image."""

    kind: Literal["none"] = "none"
