"""What every component gets: account, region, profile, network, and how careful it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pulumi

from settings import Profile


class Agent(StrEnum):
    """Google's own identities that encrypt data with the platform's key, by the API that they belong to."""

    COMPUTE = "compute.googleapis.com"
    KUBERNETES = "container.googleapis.com"
    REDIS = "redis.googleapis.com"
    SQL = "sqladmin.googleapis.com"
    STORAGE = "storage.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class StorageKey:
    """A key of Cloud KMS. `grants` let each agent use it; none where the key exists already."""

    id: pulumi.Output[str]
    grants: Mapping[Agent, pulumi.Resource] = field(default_factory=dict[Agent, pulumi.Resource])


@dataclass(frozen=True, kw_only=True)
class Site:
    """Project, region and profile of the platform.

    `number` is the project's number, which identities are spelt with. `protect` is whether data is kept from deletion.
    `labels` are for what the provider does not label by itself. `storage_key` encrypts data; None for the services'
    own keys. `apis` must be on before the first resource of a branch of the graph; the others wait by what they refer
    to.
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
        """Whether this is the redundant, strict profile."""
        return self.profile is Profile.PROD

    @property
    def key_id(self) -> pulumi.Output[str] | None:
        """Id of the key that encrypts data."""
        return None if self.storage_key is None else self.storage_key.id

    def granted(self, *agents: Agent) -> list[pulumi.Resource]:
        """What a service waits for that encrypts as these agents: it names the key, but not the right to use it."""
        if self.storage_key is None:
            return []
        grants = self.storage_key.grants
        return [grants[agent] for agent in agents if agent in grants]


@dataclass(frozen=True, kw_only=True)
class DataTier:
    """Where data services stand: in a range of the network that is lent to Google.

    `ready` must exist before something can be put there, because it names the range, but not the connection.
    """

    network_id: pulumi.Output[str]
    range_name: pulumi.Output[str]
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...]


@dataclass(frozen=True, kw_only=True)
class NodeTier:
    """Where nodes and pods stand. They need `egress` to reach the internet; the subnetwork does not wait for it."""

    network_id: pulumi.Output[str]
    subnetwork_id: pulumi.Output[str]
    pods_range: str
    services_range: str
    networks: tuple[str, ...]
    egress: tuple[pulumi.Resource, ...]


@dataclass(frozen=True, kw_only=True)
class EndpointTier:
    """Where endpoints of services in other networks stand."""

    network_id: pulumi.Output[str]
    subnetwork_id: pulumi.Output[str]
    networks: tuple[str, ...]
    ready: tuple[pulumi.Resource, ...]
