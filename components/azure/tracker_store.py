"""Tracker store: Azure Database for PostgreSQL, flexible server, one for all assistants.

Owns the server and its administrator. Databases and roles of the assistants are made from inside the cluster, because
nothing else reaches the server. Storage can grow, never shrink; network and key can never be changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.context import Context, DataTier, StorageKey
from components.azure.private_link import PrivateZone, PrivateZoneSpec, Zone
from components.azure.safety import lock, log
from components.connections import PasswordAuth, PasswordRoles, PostgresConnection
from components.naming import random_suffix
from components.passwords import generated_password
from components.trust import azure_roots
from settings import CreateTrackerStore

PORT: Final = 5432
ADMIN: Final = "rasa_admin"  # Azure takes neither `admin` nor what begins with `pg_`
SLOW_STATEMENT_MS: Final = 1000
# What Azure changes by itself: zones at a failover, the size when the disk grows.
ZONES: Final = ("availabilityZone", "highAvailability.standbyAvailabilityZone")
DISK: Final = "storage.storageSizeGB"


@dataclass(frozen=True, kw_only=True)
class TrackerStoreSpec:
    """Size, version, backups. `zones` are where it and, in prod, its standby run.

    `generation` is that of the administrator's password. `grow` is whether the stack file asks for a larger disk than
    at the last `up`.
    """

    settings: CreateTrackerStore
    generation: int
    grow: bool
    zones: Sequence[str]
    context: Context
    tier: DataTier


class FlexibleServerTrackerStore(pulumi.ComponentResource):
    """A PostgreSQL server, in prod with a standby in another zone."""

    def __init__(self, name: str, spec: TrackerStoreSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:FlexibleServerTrackerStore", name, {}, opts)
        settings, context = spec.settings, spec.context
        child = pulumi.ResourceOptions(parent=self)
        zone = PrivateZone(
            f"{name}-dns",
            PrivateZoneSpec(zone=Zone.DATABASE, zone_name=names.database_zone(name), context=context, tier=spec.tier),
            opts=child,
        )
        password = generated_password(f"{name}-admin-password", self, spec.generation)
        suffix = random_suffix(name, self)
        server = azure.dbforpostgresql.Server(
            f"{name}-server",
            server_name=suffix.apply(lambda end: names.database_server(name, end)),
            resource_group_name=context.resource_group,
            version=settings.version,
            sku={"name": settings.size, "tier": tier_of(settings.size)},
            storage={
                "storage_size_gb": settings.storage_gb,
                "auto_grow": "Enabled" if context.is_prod else "Disabled",
                "type": "Premium_LRS",
            },
            availability_zone=spec.zones[0],
            high_availability=(
                {"mode": "ZoneRedundant", "standby_availability_zone": spec.zones[1]}
                if context.is_prod
                else {"mode": "Disabled"}
            ),
            # The name must be found from the first moment on: `zone_id` waits for the link of the zone.
            network={
                "delegated_subnet_resource_id": spec.tier.database_subnet_id,
                "private_dns_zone_arm_resource_id": zone.zone_id,
                "public_network_access": "Disabled",
            },
            administrator_login=ADMIN,
            administrator_login_password=password,
            auth_config={"password_auth": "Enabled", "active_directory_auth": "Disabled"},
            backup={"backup_retention_days": settings.backup_days, "geo_redundant_backup": "Disabled"},
            maintenance_window=(
                {"custom_window": "Enabled", "day_of_week": 0, "start_hour": 3, "start_minute": 30}
                if context.is_prod
                else None
            ),
            identity=_identity(context.storage_key),
            data_encryption=_encryption(context.storage_key),
            tags=context.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=context.protect,
                hooks=context.patience,
                ignore_changes=[*ZONES, *([] if spec.grow else [DISK])] if context.is_prod else [],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="80m", delete="60m"),
            ),
        )
        last = self._configure(name, server, context)
        lock(f"{name}-lock", server.id, context=context, parent=self)
        log(f"{name}-log", server.id, after=[last], context=context, parent=self)
        self.address = pulumi.Output.format("{0}:{1}", server.fully_qualified_domain_name, PORT)
        self.connection = PostgresConnection(
            host=server.fully_qualified_domain_name,
            port=PORT,
            admin=PasswordAuth(username=ADMIN, password=password),
            roles=PasswordRoles(),
            ssl_mode="verify-full",
            ca_pem=azure_roots(),
            networks=spec.tier.database_networks,
            # Nobody waits for the parameters: the server starts with TLS required, and they only pin what it does.
            ready=(),
        )
        self.register_outputs({"address": self.address})

    def _configure(self, name: str, server: azure.dbforpostgresql.Server, context: Context) -> pulumi.Resource:
        """The server's parameters, one after the other: it takes one change at a time. Returns the last one."""
        parameters = {"require_secure_transport": "on", "ssl_min_protocol_version": "TLSv1.2"}
        if context.is_prod:
            parameters |= {"log_min_duration_statement": str(SLOW_STATEMENT_MS), "log_connections": "on"}
        last: pulumi.Resource = server
        for parameter, value in parameters.items():
            last = azure.dbforpostgresql.Configuration(
                f"{name}-{parameter.replace('_', '-')}",
                configuration_name=parameter,
                resource_group_name=context.resource_group,
                server_name=server.name,
                source="user-override",
                value=value,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[last]),
            )
        return last


def tier_of(size: str) -> str:
    """The family of a machine size, which Azure wants to be told too: B is Burstable, E MemoryOptimized."""
    family = size.removeprefix("Standard_")[:1]
    return {"B": "Burstable", "E": "MemoryOptimized"}.get(family, "GeneralPurpose")


def _identity(key: StorageKey | None) -> azure.dbforpostgresql.UserAssignedIdentityArgs | None:
    if key is None:
        return None
    return azure.dbforpostgresql.UserAssignedIdentityArgs(
        type="UserAssigned",
        user_assigned_identities=key.identity_id.apply(
            lambda identity: {identity: azure.dbforpostgresql.UserIdentityArgs()}
        ),
    )


def _encryption(key: StorageKey | None) -> azure.dbforpostgresql.DataEncryptionArgs | None:
    if key is None:
        return None
    return azure.dbforpostgresql.DataEncryptionArgs(
        type="AzureKeyVault", primary_key_uri=key.url, primary_user_assigned_identity_id=key.identity_id
    )
