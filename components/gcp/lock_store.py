"""Lock store: Memorystore for Redis, one instance for all assistants, each with its own key prefix.

There is one password, so assistants on one platform can reach each other's keys. The certificate names the address in a
way that no Redis client accepts, so pods go through a tunnel that checks the instance's own authority. A failover loses
only the writes of the last moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.connections import PasswordAuth, RedisConnection
from components.gcp import names
from components.gcp.certificates import concatenated
from components.gcp.site import Agent, DataTier, Site
from settings import Assistant
from settings.lock_store import CreateMemorystore

PORT: Final = 6378  # with TLS; cannot be changed


class MemorystoreLockStore(pulumi.ComponentResource):
    """A Redis instance, with two nodes in two zones. `connections` by the assistant's name."""

    def __init__(
        self,
        name: str,
        *,
        settings: CreateMemorystore,
        site: Site,
        tier: DataTier,
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:gcp:MemorystoreLockStore", name, {}, opts)
        redundant = settings.nodes > 1
        first, second, *_ = site.zones
        instance = gcp.redis.Instance(
            f"{name}-instance",
            name=names.redis_instance(name),
            display_name="Locks and timers of Rasa",
            region=site.region,
            location_id=first,
            alternative_location_id=second if redundant else None,
            tier="STANDARD_HA" if redundant else "BASIC",
            memory_size_gb=int(settings.size),
            redis_version=f"REDIS_{settings.version.replace('.', '_')}",
            connect_mode="PRIVATE_SERVICE_ACCESS",
            authorized_network=tier.network_id,
            reserved_ip_range=tier.range_name,
            auth_enabled=True,
            transit_encryption_mode="SERVER_AUTHENTICATION",
            customer_managed_key=site.key_id,
            # A full store must refuse to write: evicting a lock would break it.
            redis_configs={"maxmemory-policy": "noeviction"},
            persistence_config=(
                {"persistence_mode": "RDB", "rdb_snapshot_period": "TWELVE_HOURS"} if site.is_prod else None
            ),
            maintenance_policy={"weekly_maintenance_windows": [{"day": "SUNDAY", "start_time": {"hours": 3}}]},
            # On by default, so False has to be explicit.
            deletion_protection=site.protect,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # It names the range and the key, but neither the connection nor the right to use the key.
                depends_on=[*tier.ready, *site.granted(Agent.REDIS)],
                # Its name is fixed, so the old one has to be deleted first.
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="60m", delete="50m"),
            ),
        )
        self.address = pulumi.Output.format("{0}:{1}", instance.host, PORT)
        self.connections: Mapping[str, RedisConnection] = {
            assistant.name: RedisConnection(
                host=instance.host,
                port=PORT,
                # `default` is the user that the password belongs to.
                auth=PasswordAuth(username="default", password=pulumi.Output.secret(instance.auth_string)),
                ca_pem=concatenated(instance.server_ca_certs),
                tunnel=True,
                networks=tier.networks,
                ready=(),
            )
            for assistant in assistants
        }
        self.register_outputs({"address": self.address})
