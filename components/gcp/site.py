"""The arguments of every component: project, region, profile, network, protection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pulumi

from settings import Profile


class Agent(StrEnum):
    """Google's own identities that encrypt data with the platform's key, by their API."""

    COMPUTE = "compute.googleapis.com"
    KUBERNETES = "container.googleapis.com"
    REDIS = "redis.googleapis.com"
    SQL = "sqladmin.googleapis.com"
    STORAGE = "storage.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class StorageKey:
    """A key of Cloud KMS. `grants` let each agent use it; empty for an existing key."""

    id: pulumi.Output[str]
    grants: Mapping[Agent, pulumi.Resource] = field(default_factory=dict[Agent, pulumi.Resource])


@dataclass(frozen=True, kw_only=True)
class Site:
    """Project, region and profile of the platform.

    `number` is the project's number, which is in the names of identities. `protect`: data is protected from deletion.
    `labels` are for resources that the provider does not label. `storage_key` encrypts data; None for the services' own
    keys. `apis` must be enabled before the first resource of a branch of the graph; others wait through references.
    """

    project: pulumi.Output[str]
    number: pulumi.Output[str]
    region: str
    zones: tuple[str, ...]
    profile: Profile
    protect: bool
    labels: Mapping[str, str]
    storage_key: StorageKey | None
    apis: tuple[pulumi.Resource, ...]

    @property
    def is_prod(self) -> bool:
        """Returns whether this is the redundant, strict profile."""
        return self.profile is Profile.PROD

    @property
    def key_id(self) -> pulumi.Output[str] | None:
        """Id of the key that encrypts data."""
        return None if self.storage_key is None else self.storage_key.id

    def granted(self, *agents: Agent) -> list[pulumi.Resource]:
        """Returns what a service with these agents waits for: it names the key, but not the right to use it."""
        if self.storage_key is None:
            return []
        grants = self.storage_key.grants
        return [grants[agent] for agent in agents if agent in grants]


@dataclass(frozen=True, kw_only=True)
class DataTier:
    """The network of the data services: a range of the network that is lent to Google.

    `ready` must exist before a service is created there, because it names the range, but not the connection.
    """

    network_id: pulumi.Output[str]
    range_name: pulumi.Output[str]
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...]


@dataclass(frozen=True, kw_only=True)
class NodeTier:
    """The network of nodes and pods. They need `egress` to reach the internet; the subnetwork does not wait for it."""

    network_id: pulumi.Output[str]
    subnetwork_id: pulumi.Output[str]
    pods_range: str
    services_range: str
    networks: tuple[str, ...]
    egress: tuple[pulumi.Resource, ...]


@dataclass(frozen=True, kw_only=True)
class EndpointTier:
    """The network of endpoints of services in other networks."""

    network_id: pulumi.Output[str]
    subnetwork_id: pulumi.Output[str]
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...]
