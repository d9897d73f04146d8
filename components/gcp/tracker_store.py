"""Tracker store: Cloud SQL for PostgreSQL, one instance for all assistants.

It creates the server and its administrator. A Job in the cluster creates the assistants' databases and roles, because
nothing else reaches the server. Storage can grow, never shrink.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.connections import PasswordAuth, PasswordRoles, PostgresConnection
from components.gcp import names
from components.gcp.certificates import concatenated
from components.gcp.site import Agent, DataTier, Site
from components.naming import unique
from components.passwords import generated_password
from settings.tracker_store import CreateCloudSql

PORT: Final = 5432
ADMIN: Final = "rasa_admin"
FINAL_BACKUP_DAYS: Final = 30
MOST_LOG_DAYS: Final = 7  # of the edition
PROD_FLAGS: Final = {
    "cloudsql.iam_authentication": "on",
    "log_min_duration_statement": "1000",
    "max_connections": "400",
}


class CloudSqlTrackerStore(pulumi.ComponentResource):
    """A PostgreSQL instance, in prod with a standby in another zone.

    `generation` is that of the administrator's password. `grow` is whether the stack file asks for a larger disk than
    at the last `up`.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateCloudSql,
        generation: int,
        grow: bool,
        site: Site,
        tier: DataTier,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:gcp:CloudSqlTrackerStore", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        server = unique(names.database_instance, name, self)
        self._instance = gcp.sql.DatabaseInstance(
            f"{name}-instance",
            name=server,
            region=site.region,
            database_version=f"POSTGRES_{settings.version}",
            encryption_key_name=site.key_id,
            # The provider's own lock, on by default, so False has to be explicit.
            deletion_protection=site.protect,
            settings=_instance_settings(settings, self._disk_gb(settings.storage_gb, grow, server), site, tier),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # It names the range and the key, but neither the connection nor the right to use the key.
                depends_on=[*tier.ready, *site.granted(Agent.SQL)],
                # The disk grows automatically.
                ignore_changes=[] if grow else ["settings.diskSize"],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="80m", delete="60m"),
            ),
        )
        password = generated_password(f"{name}-admin-password", self, generation)
        # Users from Google's interface are members of `cloudsqlsuperuser`, and so may create roles and databases.
        admin = gcp.sql.User(
            f"{name}-admin",
            name=ADMIN,
            instance=self._instance.name,
            type="BUILT_IN",
            password=password,
            # PostgreSQL refuses to delete a role that owns something. It is deleted with its server.
            deletion_policy="ABANDON",
            opts=child,
        )
        # Read at each `up`, so that clients trust the next authority before the old one expires.
        authorities = gcp.sql.get_ca_certs_output(
            instance=self._instance.name, opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[self._instance])
        )
        host = self._instance.private_ip_address
        self.address = pulumi.Output.format("{0}:{1}", host, PORT)
        self.connection = PostgresConnection(
            host=host,
            port=PORT,
            admin=PasswordAuth(username=ADMIN, password=password),
            roles=PasswordRoles(),
            # The certificate names the instance, not the address. Its authority signs for this instance alone.
            ssl_mode="verify-ca",
            ca_pem=concatenated(authorities.certs),
            networks=tier.networks,
            ready=(admin,),
        )
        self.register_outputs({"address": self.address})

    def _disk_gb(self, wanted: int, grow: bool, server: pulumi.Output[str]) -> pulumi.Input[int]:
        """Returns the size in the stack file, or the present one if larger: a smaller one replaces the instance."""
        if not grow:
            return wanted
        found = gcp.sql.get_database_instance_output(name=server, opts=pulumi.InvokeOutputOptions(parent=self))
        return found.settings.apply(lambda settings: max(settings[0].disk_size, wanted))


def _instance_settings(
    settings: CreateCloudSql, disk_gb: pulumi.Input[int], site: Site, tier: DataTier
) -> gcp.sql.DatabaseInstanceSettingsArgsDict:
    flags = PROD_FLAGS if site.is_prod else {}
    return {
        "tier": settings.size,
        # From PostgreSQL 16 on the default is another edition, which has none of these sizes.
        "edition": "ENTERPRISE",
        "availability_type": "REGIONAL" if site.is_prod else "ZONAL",
        "disk_type": "PD_SSD",
        "disk_size": disk_gb,
        "disk_autoresize": True,
        "disk_autoresize_limit": settings.max_storage_gb,
        "deletion_protection_enabled": site.protect,
        "retain_backups_on_delete": site.is_prod,
        "final_backup_config": {"enabled": site.is_prod, "retention_days": FINAL_BACKUP_DAYS},
        "backup_configuration": _backups(settings.backup_days, site),
        "ip_configuration": {
            "ipv4_enabled": False,
            "private_network": tier.network_id,
            "allocated_ip_range": tier.range_name,
            "ssl_mode": "ENCRYPTED_ONLY",
            "server_ca_mode": "GOOGLE_MANAGED_INTERNAL_CA",
        },
        "maintenance_window": {"day": 7, "hour": 3, "update_track": "stable"},
        "insights_config": {"query_insights_enabled": site.is_prod},
        "user_labels": site.labels,
        "database_flags": [{"name": key, "value": value} for key, value in flags.items()],
        # No password_validation_policy: passwords arrive as hashes, which it cannot check.
    }


def _backups(days: int, site: Site) -> gcp.sql.DatabaseInstanceSettingsBackupConfigurationArgsDict:
    if days == 0:
        return {"enabled": False, "point_in_time_recovery_enabled": False}
    return {
        "enabled": True,
        "start_time": "02:00",
        "location": site.region,
        "backup_retention_settings": {"retained_backups": days, "retention_unit": "COUNT"},
        "point_in_time_recovery_enabled": site.is_prod,
        "transaction_log_retention_days": min(days, MOST_LOG_DAYS),
    }
