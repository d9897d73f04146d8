"""Lock store: ElastiCache for Valkey, cluster mode off. Each assistant is a user that reaches its own keys only.

A user can still list the names of all keys: KEYS has no limit. A failover loses only the writes of the last moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.firewall import Firewall
from components.aws.logs import log_group
from components.aws.site import DataTier, Site
from components.cloud import Access, NoIdentityNeeded, Rights
from components.connections import PasswordAuth, RedisConnection, RedisIamAuth
from components.naming import this_run, unique
from components.passwords import generated_password
from components.trust import amazon_roots
from settings import Assistant
from settings.base import Auth
from settings.lock_store import CreateElastiCache

PORT: Final = 6379
LOGS: Final = ("slow-log", "engine-log")


def access_string(key_prefix: str) -> str:
    """Returns the ACL of an assistant: exactly the commands of Rasa's lock and timer stores, on its own keys."""
    commands = "-@all +@read +@write +@keyspace +@connection +@transaction +@scripting -@dangerous +keys +info"
    return f"on ~{key_prefix}:* {commands}"


class ElastiCacheLockStore(pulumi.ComponentResource):
    """A replication group. `connections` by the assistant's name. `generation` is that of the users' passwords."""

    def __init__(
        self,
        name: str,
        *,
        settings: CreateElastiCache,
        generation: int,
        site: Site,
        tier: DataTier,
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:ElastiCacheLockStore", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        final_snapshot = partial(names.final_snapshot, run=this_run())
        self._auth, self._generation = settings.auth, generation
        self._users: dict[str, aws.elasticache.User] = {}
        sign_in = {assistant.name: self._user(name, assistant, site) for assistant in assistants}
        users = aws.elasticache.UserGroup(
            f"{name}-users",
            engine="valkey",
            user_group_id=names.cache_user_group(name),
            user_ids=[user.user_id for user in self._users.values()],
            opts=child,
        )
        firewall = Firewall(f"{name}-firewall", tier=tier, ports=(PORT,), opts=child)
        subnets = aws.elasticache.SubnetGroup(f"{name}-subnets", subnet_ids=list(tier.subnet_ids), opts=child)
        parameters = aws.elasticache.ParameterGroup(
            f"{name}-parameters",
            family=f"valkey{settings.version.split('.')[0]}",
            # A full store must refuse to write: evicting a lock would break it.
            parameters=[{"name": "maxmemory-policy", "value": "noeviction"}],
            opts=child,
        )
        self._group = aws.elasticache.ReplicationGroup(
            f"{name}-group",
            replication_group_id=names.replication_group(name),
            description="Locks and timers of Rasa",
            engine="valkey",
            engine_version=settings.version,
            node_type=settings.size,
            num_cache_clusters=settings.nodes,
            automatic_failover_enabled=settings.nodes > 1,
            multi_az_enabled=settings.nodes > 1,
            port=PORT,
            parameter_group_name=parameters.name,
            subnet_group_name=subnets.name,
            security_group_ids=[firewall.group_id],
            user_group_ids=[users.user_group_id],
            at_rest_encryption_enabled=True,
            kms_key_id=site.storage_key,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            snapshot_retention_limit=settings.backup_days,
            snapshot_window="02:00-03:00",
            maintenance_window="sun:04:00-sun:05:00",
            final_snapshot_identifier=unique(final_snapshot, name, self) if site.is_prod else None,
            log_delivery_configurations=self._logs(name, site) if site.is_prod else None,
            auto_minor_version_upgrade=True,
            apply_immediately=not site.is_prod,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # Its name is fixed, so the old one has to be deleted first.
                delete_before_replace=True,
                # The name changes with each run. The engine keeps the old one until it replaces the server.
                ignore_changes=["finalSnapshotIdentifier"] if site.is_prod and site.was_prod else [],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="60m", delete="50m"),
            ),
        )
        self.address = pulumi.Output.format("{0}:{1}", self._group.primary_endpoint_address, PORT)
        self.connections: Mapping[str, RedisConnection] = {
            assistant: RedisConnection(
                host=self._group.primary_endpoint_address,
                port=PORT,
                auth=auth,
                ca_pem=amazon_roots(),
                networks=tier.networks,
                # A password is not valid before the user has it.
                ready=(*firewall.rules, self._users[assistant]),
            )
            for assistant, auth in sign_in.items()
        }
        self.register_outputs({"address": self.address})

    def access(self, assistant: Assistant) -> Access[iam_policy.Allow]:
        """Returns the access of an assistant's pods."""
        match self._auth:
            case Auth.PASSWORD:
                return NoIdentityNeeded()
            case Auth.IAM:
                # ElastiCache requires both: the group and the user.
                resources = [self._group.arn, self._users[assistant.name].arn]
                return Rights((iam_policy.Allow(actions=["elasticache:Connect"], resources=resources),))

    def _user(self, name: str, assistant: Assistant, site: Site) -> PasswordAuth | RedisIamAuth:
        """Creates the assistant's user, and returns how Rasa signs in as it."""
        user_name = names.cache_user(name, assistant.name)
        match self._auth:
            case Auth.PASSWORD:
                # ElastiCache accepts two at a time: pods with the last one keep working until they are replaced.
                passwords = [
                    generated_password(f"{name}-{assistant.name}-password", self, generation)
                    for generation in (self._generation, self._generation - 1)
                    if generation > 0
                ]
                auth = PasswordAuth(username=user_name, password=passwords[0])
                mode = aws.elasticache.UserAuthenticationModeArgs(type="password", passwords=passwords)
            case Auth.IAM:
                auth = RedisIamAuth(
                    username=user_name, region=site.region, replication_group=names.replication_group(name)
                )
                mode = aws.elasticache.UserAuthenticationModeArgs(type="iam")
        self._users[assistant.name] = aws.elasticache.User(
            f"{name}-{assistant.name}",
            engine="valkey",
            user_id=user_name,
            user_name=user_name,
            access_string=access_string(assistant.key_prefix),
            authentication_mode=mode,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return auth

    def _logs(self, name: str, site: Site) -> list[aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs]:
        return [
            aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
                destination=log_group(
                    f"{name}-{log}", names.delivered_log_group(name, log), site=site, parent=self
                ).name,
                destination_type="cloudwatch-logs",
                log_format="json",
                log_type=log,
            )
            for log in LOGS
        ]
