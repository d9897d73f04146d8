"""Lock store: Azure Managed Redis, cluster mode off. All assistants share its one key; each has its own prefix.

Rasa signs in with a key, which is off by default, and needs one shard: `NoCluster`, up to 25 GB. Neither high
availability nor the clustering policy can be turned off again. A failover loses only the writes of the last moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.private_link import PrivateEndpoint, Zone
from components.azure.safety import lock, log
from components.azure.site import DataTier, Site
from components.connections import PasswordAuth, RedisConnection
from components.naming import unique
from components.trust import azure_roots
from settings import Assistant
from settings.lock_store import CreateLockStore

PORT: Final = 10000
USER: Final = "default"  # the only one that signs in with a key


class ManagedRedisLockStore(pulumi.ComponentResource):
    """A Redis with one database. `connections` by the assistant's name.

    `generation`: odd numbers use the first access key, even numbers the second.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateLockStore,
        generation: int,
        site: Site,
        tier: DataTier,
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:ManagedRedisLockStore", name, {}, opts)
        key = site.storage_key
        child = pulumi.ResourceOptions(parent=self)
        cluster = azure.redisenterprise.RedisEnterprise(
            f"{name}-cluster",
            cluster_name=unique(names.redis_cluster, name, self),
            resource_group_name=site.resource_group,
            sku={"name": settings.size},
            high_availability="Enabled" if settings.nodes > 1 else "Disabled",
            minimum_tls_version="1.2",
            public_network_access="Disabled",
            identity={"type": "UserAssigned", "user_assigned_identities": [key.identity_id]} if key else None,
            encryption=(
                {
                    "customer_managed_key_encryption": {
                        "key_encryption_key_url": key.url,
                        "key_encryption_key_identity": {
                            "identity_type": "userAssignedIdentity",
                            "user_assigned_identity_resource_id": key.identity_id,
                        },
                    }
                }
                if key
                else None
            ),
            tags=site.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                hooks=site.patience,
                custom_timeouts=pulumi.CustomTimeouts(create="90m", update="90m", delete="60m"),
            ),
        )
        database = azure.redisenterprise.Database(
            f"{name}-database",
            cluster_name=cluster.name,
            database_name="default",  # the only possible name
            resource_group_name=site.resource_group,
            client_protocol="Encrypted",
            port=PORT,
            clustering_policy="NoCluster",
            # A full store must refuse to write: evicting a lock would break it.
            eviction_policy="NoEviction",
            access_keys_authentication="Enabled",
            persistence={"rdb_enabled": True, "rdb_frequency": "12h"} if site.is_prod else None,
            defer_upgrade="NotDeferred",
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect),
        )
        endpoint = PrivateEndpoint(
            f"{name}-endpoint", service_id=cluster.id, zone=Zone.REDIS, site=site, tier=tier, opts=child
        )
        keys = azure.redisenterprise.list_database_keys_output(
            cluster_name=cluster.name,
            database_name=database.name,
            resource_group_name=site.resource_group,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        password = keys.primary_key if generation % 2 else keys.secondary_key
        lock(f"{name}-lock", cluster.id, site=site, parent=self)
        log(f"{name}-log", database.id, site=site, parent=self)
        self.address = pulumi.Output.format("{0}:{1}", cluster.host_name, PORT)
        connection = RedisConnection(
            host=cluster.host_name,
            port=PORT,
            # Azure's answer is not marked as secret.
            auth=PasswordAuth(username=USER, password=pulumi.Output.secret(password)),
            ca_pem=azure_roots(),
            networks=tier.endpoint_networks,
            ready=(database, *endpoint.ready),
        )
        self.connections: Mapping[str, RedisConnection] = {assistant.name: connection for assistant in assistants}
        self.register_outputs({"address": self.address})
