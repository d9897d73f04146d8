"""The arguments of every component: subscription, resource group, profile, network, protection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from settings import Profile


@dataclass(frozen=True, kw_only=True)
class StorageKey:
    """A key of a Key Vault, and the identity with which the services use it.

    `url` names one version of the key. Its users wait until the identity may use the key.
    """

    url: pulumi.Output[str]
    identity_id: pulumi.Output[str]

    @property
    def vault_uri(self) -> pulumi.Output[str]:
        """Address of the vault."""
        return self.url.apply(lambda url: url.split("/keys/")[0] + "/")

    @property
    def name(self) -> pulumi.Output[str]:
        """Name of the key: services that use it instead of the URL follow the key's rotation."""
        return self.url.apply(lambda url: url.split("/")[4])


@dataclass(frozen=True, kw_only=True)
class Site:
    """Subscription, resource group and profile of the platform; the provider has the region.

    `protect`: data is protected from deletion. `storage_key` encrypts data; None for the services' own keys. `patience`
    is for resources that use a role at once: to encrypt, or to join the network. `logs` is the id of the workspace for
    logs; None for no logs. `tags` are for every resource that can have them, because the provider does not set them.
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
        """Returns whether this is the redundant, strict profile."""
        return self.profile is Profile.PROD


@dataclass(frozen=True, kw_only=True)
class DataTier:
    """The network of the data services: the database in its own subnet, all others behind private endpoints.

    `database_networks` and `endpoint_networks` are the ranges of the subnets. `zone_ids` are existing DNS zones that
    are linked to the network, by `private_link.Zone`; each service creates its zone if it is missing.
    """

    vnet_id: pulumi.Output[str]
    database_subnet_id: pulumi.Output[str]
    endpoint_subnet_id: pulumi.Output[str]
    database_networks: tuple[str, ...]
    endpoint_networks: tuple[str, ...]
    zone_ids: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class NetworkConnection:
    """The network for the rest of the platform.

    `network_id` is what the cluster may change: the network, or only its own subnet in an existing network.
    `cluster_networks` are the ranges of nodes and of private endpoints, which pods reach as well. `egress_ip` is the
    nodes' address on the internet, if the program created one.
    """

    zones: Sequence[str]
    network_id: pulumi.Output[str]
    cluster_subnet_id: pulumi.Output[str]
    cluster_networks: tuple[str, ...]
    egress_ip: pulumi.Output[str] | None
    tier: DataTier
