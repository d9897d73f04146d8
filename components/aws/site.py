"""The arguments of every component: account, region, profile, protection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from settings import Profile


@dataclass(frozen=True, kw_only=True)
class Site:
    """Account, region and profile of the platform.

    `tags` are those that the provider gives to everything. `was_prod`: the last `up`, if there was one, had the profile
    `prod` as well. `protect`: data is protected from deletion. `storage_key` is the ARN of the key that encrypts data
    and logs; None for the services' own keys.
    `iam_path` and `permissions_boundary` (an ARN) are for every role; None for IAM's defaults.
    """

    region: str
    account: pulumi.Output[str]
    profile: Profile
    tags: Mapping[str, str]
    was_prod: bool
    protect: bool
    storage_key: pulumi.Output[str] | None
    iam_path: str | None
    permissions_boundary: str | None

    @property
    def is_prod(self) -> bool:
        """Returns whether this is the redundant, strict profile."""
        return self.profile is Profile.PROD

    @property
    def log_days(self) -> int:
        """The number of days that logs are kept."""
        return 90 if self.is_prod else 7


@dataclass(frozen=True, kw_only=True)
class ClientGroup:
    """Clients, by their security group."""

    group_id: pulumi.Output[str]


@dataclass(frozen=True)
class ClientRanges:
    """Clients, by their address ranges."""

    networks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DataTier:
    """The network of the data services, and their clients.

    `networks` are the ranges of the subnets. `clients` are the cluster's pods. Only firewall rules may use `clients`,
    so that the service itself does not wait for the cluster.
    """

    vpc_id: pulumi.Output[str]
    subnet_ids: Sequence[pulumi.Output[str]]
    networks: tuple[str, ...]
    clients: ClientGroup | ClientRanges
