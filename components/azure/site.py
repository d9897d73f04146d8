"""What every component gets: account, region, profile, network, and how careful it must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from settings import Profile


@dataclass(frozen=True, kw_only=True)
class StorageKey:
    """A key of a Key Vault, and the identity as which the services use it.

    `url` names one version of the key. Whoever takes it waits until the identity may use the key.
    """

    url: pulumi.Output[str]
    identity_id: pulumi.Output[str]

    @property
    def vault_uri(self) -> pulumi.Output[str]:
        """Address of the vault."""
        return self.url.apply(lambda url: url.split("/keys/")[0] + "/")

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the key: services that take this instead of the URL follow its rotation."""
        return self.url.apply(lambda url: url.split("/")[4])


@dataclass(frozen=True, kw_only=True)
class Site:
    """Subscription, resource group and profile of the platform; the provider knows the region.

    `protect` is whether data is kept from deletion. `storage_key` encrypts data; None for the services' own keys.
    `patience` is for resources that use a role at once: to encrypt, or to join the network. `logs` is the id of the
    workspace that services log to; None for no logs. `tags` are to be put on every resource that can have them, because
    the provider does not.
    """

    subscription: pulumi.Output[str]
    resource_group: pulumi.Output[str]
    tags: Mapping[str, str]
    profile: Profile
    protect: bool
    storage_key: StorageKey | None
    patience: pulumi.ResourceHookBinding
    logs: pulumi.Output[str] | None

    @property
    def is_prod(self) -> bool:
        """Whether this is the redundant, strict profile."""
        return self.profile is Profile.PROD


@dataclass(frozen=True, kw_only=True)
class DataTier:
    """Where data services stand: the database in a subnet of its own, all others behind private endpoints.

    `database_networks` and `endpoint_networks` are the ranges of the subnets. `zone_ids` are DNS zones that are
    there and linked to the network, by `private_link.Zone`; the others are made, each by its service.
    """

    vnet_id: pulumi.Output[str]
    database_subnet_id: pulumi.Output[str]
    endpoint_subnet_id: pulumi.Output[str]
    database_networks: tuple[str, ...]
    endpoint_networks: tuple[str, ...]
    zone_ids: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class NetworkConnection:
    """The network as the rest of the platform sees it.

    `network_id` is what the cluster may change: the network, or only its own subnet where the network is somebody
    else's. `cluster_networks` are the ranges of nodes and of private endpoints, which pods reach as well. `egress_ip`
    is the address that the nodes have on the internet, if the program gave them one.
    """

    zones: Sequence[str]
    network_id: pulumi.Output[str]
    cluster_subnet_id: pulumi.Output[str]
    cluster_networks: tuple[str, ...]
    egress_ip: pulumi.Output[str] | None
    tier: DataTier
