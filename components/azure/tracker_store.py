"""Tracker store: Azure Database for PostgreSQL, flexible server, one for all assistants.

It creates the server and its administrator. A Job in the cluster creates the assistants' databases and roles, because
nothing else reaches the server. Storage can grow, never shrink; network and key can never be changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.private_link import PrivateZone, Zone
from components.azure.safety import lock, log
from components.azure.site import DataTier, Site
from components.connections import PasswordAuth, PasswordRoles, PostgresConnection
from components.naming import unique
from components.passwords import generated_password
from components.trust import azure_roots
from settings.tracker_store import CreateTrackerStore

PORT: Final = 5432
ADMIN: Final = "rasa_admin"  # Azure refuses `admin` and names that begin with `pg_`
SLOW_STATEMENT_MS: Final = 1000
# The properties that Azure changes itself: zones at a failover, the size when the disk grows.
ZONES: Final = ("availabilityZone", "highAvailability.standbyAvailabilityZone")
DISK: Final = "storage.storageSizeGB"


class FlexibleServerTrackerStore(pulumi.ComponentResource):
    """A PostgreSQL server in the first of the `zones`, in prod with a standby in the second.

    `generation` is that of the administrator's password. `grow` is whether the stack file asks for a larger disk than
    at the last `up`.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateTrackerStore,
        generation: int,
        grow: bool,
        zones: Sequence[str],
        site: Site,
        tier: DataTier,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:FlexibleServerTrackerStore", name, {}, opts)
        key = site.storage_key
        child = pulumi.ResourceOptions(parent=self)
        zone = PrivateZone(
            f"{name}-dns", zone=Zone.DATABASE, zone_name=names.database_zone(name), site=site, tier=tier, opts=child
        )
        password = generated_password(f"{name}-admin-password", self, generation)
        server = azure.dbforpostgresql.Server(
            f"{name}-server",
            server_name=unique(names.database_server, name, self),
            resource_group_name=site.resource_group,
            version=settings.version,
            sku={"name": settings.size, "tier": tier_of(settings.size)},
            storage={
                "storage_size_gb": settings.storage_gb,
                "auto_grow": "Enabled" if site.is_prod else "Disabled",
                "type": "Premium_LRS",
            },
            availability_zone=zones[0],
            high_availability=(
                {"mode": "ZoneRedundant", "standby_availability_zone": zones[1]}
                if site.is_prod
                else {"mode": "Disabled"}
            ),
            # The name must resolve from the first moment on: `zone_id` waits for the link of the zone.
            network={
                "delegated_subnet_resource_id": tier.database_subnet_id,
                "private_dns_zone_arm_resource_id": zone.zone_id,
                "public_network_access": "Disabled",
            },
            administrator_login=ADMIN,
            administrator_login_password=password,
            auth_config={"password_auth": "Enabled", "active_directory_auth": "Disabled"},
            backup={"backup_retention_days": settings.backup_days, "geo_redundant_backup": "Disabled"},
            maintenance_window=(
                {"custom_window": "Enabled", "day_of_week": 0, "start_hour": 3, "start_minute": 30}
                if site.is_prod
                else None
            ),
            identity=(
                azure.dbforpostgresql.UserAssignedIdentityArgs(
                    type="UserAssigned",
                    user_assigned_identities=key.identity_id.apply(
                        lambda id: {id: azure.dbforpostgresql.UserIdentityArgs()}
                    ),
                )
                if key
                else None
            ),
            data_encryption=(
                {
                    "type": "AzureKeyVault",
                    "primary_key_uri": key.url,
                    "primary_user_assigned_identity_id": key.identity_id,
                }
                if key
                else None
            ),
            tags=site.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                hooks=site.patience,
                ignore_changes=[*ZONES, *([] if grow else [DISK])] if site.is_prod else [],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="80m", delete="60m"),
            ),
        )
        last = self._configure(name, server, site)
        lock(f"{name}-lock", server.id, site=site, parent=self)
        log(f"{name}-log", server.id, after=[last], site=site, parent=self)
        self.address = pulumi.Output.format("{0}:{1}", server.fully_qualified_domain_name, PORT)
        self.connection = PostgresConnection(
            host=server.fully_qualified_domain_name,
            port=PORT,
            admin=PasswordAuth(username=ADMIN, password=password),
            roles=PasswordRoles(),
            ssl_mode="verify-full",
            ca_pem=azure_roots(),
            networks=tier.database_networks,
            # Nobody waits for the parameters: they only pin the defaults, and by default the server requires TLS.
            ready=(),
        )
        self.register_outputs({"address": self.address})

    def _configure(self, name: str, server: azure.dbforpostgresql.Server, site: Site) -> pulumi.Resource:
        """Sets the server's parameters one by one: it accepts one change at a time. Returns the last one."""
        parameters = {"require_secure_transport": "on", "ssl_min_protocol_version": "TLSv1.2"}
        if site.is_prod:
            parameters |= {"log_min_duration_statement": str(SLOW_STATEMENT_MS), "log_connections": "on"}
        last: pulumi.Resource = server
        for parameter, value in parameters.items():
            last = azure.dbforpostgresql.Configuration(
                f"{name}-{parameter.replace('_', '-')}",
                configuration_name=parameter,
                resource_group_name=site.resource_group,
                server_name=server.name,
                source="user-override",
                value=value,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[last]),
            )
        return last


def tier_of(size: str) -> str:
    """Returns the family of a machine size, which Azure requires too: B is Burstable, E MemoryOptimized."""
    family = size.removeprefix("Standard_")[:1]
    return {"B": "Burstable", "E": "MemoryOptimized"}.get(family, "GeneralPurpose")
