"""What every component gets: account, region, profile, and how careful it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from settings import Profile


@dataclass(frozen=True, kw_only=True)
class Site:
    """Account, region and profile of the platform.

    `was_prod` is whether the last `up`, if there was one, had the profile `prod` as well. `protect` is whether data is
    kept from deletion. `storage_key` is the ARN of the key that encrypts data and logs; None for the services' own
    keys.
    """

    region: str
    account: pulumi.Output[str]
    profile: Profile
    was_prod: bool
    protect: bool
    storage_key: pulumi.Output[str] | None

    @property
    def is_prod(self) -> bool:
        """Whether this is the redundant, strict profile."""
        return self.profile is Profile.PROD

    @property
    def log_days(self) -> int:
        """Days that logs are kept."""
        return 90 if self.is_prod else 7


@dataclass(frozen=True, kw_only=True)
class ClientGroup:
    """Clients, by the security group that they are in."""

    group_id: pulumi.Output[str]


@dataclass(frozen=True)
class ClientRanges:
    """Clients, by the address ranges that they are in."""

    networks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DataTier:
    """Where data services stand, and who may reach them.

    `networks` are the ranges of the subnets. `clients` are the cluster's pods: the only thing of the cluster that a
    data service is told. Only its firewall rules may use it, so that the service itself does not wait for the cluster.
    """

    vpc_id: pulumi.Output[str]
    subnet_ids: Sequence[pulumi.Output[str]]
    networks: tuple[str, ...]
    clients: ClientGroup | ClientRanges
