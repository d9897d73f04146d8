"""Tracker store: RDS for PostgreSQL, one instance for all assistants.

It creates the server and its administrator. A Job in the cluster creates the assistants' databases and roles, because
nothing else reaches the server. Storage can grow, never shrink.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.firewall import Firewall
from components.aws.logs import log_group
from components.aws.roles import service_role
from components.aws.site import DataTier, Site
from components.cloud import Access, NoIdentityNeeded, Rights
from components.connections import IamRoles, PasswordAuth, PasswordRoles, PostgresConnection
from components.naming import this_run, unique
from components.passwords import generated_password
from components.trust import rds_roots
from settings.base import Auth
from settings.tracker_store import CreateRds

PORT: Final = 5432
ADMIN: Final = "rasa_admin"  # RDS reserves `admin` and `rdsadmin`
SLOW_STATEMENT_MS: Final = 1000


class RdsTrackerStore(pulumi.ComponentResource):
    """A PostgreSQL instance, in prod with a standby in another zone.

    `generation` is that of the administrator's password.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateRds,
        generation: int,
        site: Site,
        tier: DataTier,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:RdsTrackerStore", name, {}, opts)
        ca_pem = rds_roots(site.region)
        child = pulumi.ResourceOptions(parent=self)
        final_snapshot = partial(names.final_snapshot, run=this_run())
        self._site, self._auth = site, settings.auth
        firewall = Firewall(f"{name}-firewall", tier=tier, ports=(PORT,), opts=child)
        subnets = aws.rds.SubnetGroup(f"{name}-subnets", subnet_ids=list(tier.subnet_ids), opts=child)
        password = generated_password(f"{name}-admin-password", self, generation)
        identifier = names.database_instance(name)
        logs = ["postgresql", *(["upgrade", "iam-db-auth-error"] if site.is_prod else [])]
        log_groups = [
            log_group(f"{name}-{log}", names.database_log_group(identifier, log), site=site, parent=self)
            for log in logs
        ]
        self._instance = aws.rds.Instance(
            f"{name}-instance",
            identifier=identifier,
            engine="postgres",
            engine_version=settings.version,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            auto_minor_version_upgrade=True,
            allow_major_version_upgrade=False,
            apply_immediately=not site.is_prod,
            instance_class=settings.size,
            multi_az=site.is_prod,
            storage_type="gp3",
            allocated_storage=settings.storage_gb,
            max_allocated_storage=settings.max_storage_gb,
            storage_encrypted=True,
            kms_key_id=site.storage_key,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[firewall.group_id],
            publicly_accessible=False,
            port=PORT,
            parameter_group_name=self._parameters(name, settings.version).name,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            username=ADMIN,
            password=password,
            # With passwords as well: it costs nothing, and turning it on later restarts the server.
            iam_database_authentication_enabled=True,
            backup_retention_period=settings.backup_days,
            backup_window="02:00-03:00",
            maintenance_window="sun:03:30-sun:04:30",
            copy_tags_to_snapshot=True,
            delete_automated_backups=not site.is_prod,
            deletion_protection=site.protect,
            skip_final_snapshot=not site.is_prod,
            final_snapshot_identifier=unique(final_snapshot, name, self) if site.is_prod else None,
            enabled_cloudwatch_logs_exports=logs,
            database_insights_mode="standard",
            performance_insights_enabled=site.is_prod,
            performance_insights_kms_key_id=site.storage_key,
            performance_insights_retention_period=7 if site.is_prod else None,
            monitoring_interval=60 if site.is_prod else 0,
            monitoring_role_arn=self._monitoring_role(name),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # RDS would create the log groups itself, and keep the logs forever.
                depends_on=log_groups,
                # Its name is fixed, so the old one has to be deleted first.
                delete_before_replace=True,
                # The name changes with each run. The engine keeps the old one until it replaces the server.
                ignore_changes=["finalSnapshotIdentifier"] if site.is_prod and site.was_prod else [],
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="80m", delete="60m"),
            ),
        )
        self.address = pulumi.Output.format("{0}:{1}", self._instance.address, PORT)
        self.connection = PostgresConnection(
            host=self._instance.address,
            port=PORT,
            admin=PasswordAuth(username=ADMIN, password=password),
            roles=self._roles(),
            ssl_mode="verify-full",
            ca_pem=ca_pem,
            networks=tier.networks,
            ready=firewall.rules,
        )
        self.register_outputs({"address": self.address})

    def access(self, database_role: str) -> Access[iam_policy.Allow]:
        """Returns the access of pods that sign in as a database role."""
        match self._auth:
            case Auth.PASSWORD:
                return NoIdentityNeeded()
            case Auth.IAM:
                user = pulumi.Output.format(
                    "arn:aws:rds-db:{0}:{1}:dbuser:{2}/{3}",
                    self._site.region,
                    self._site.account,
                    self._instance.resource_id,
                    database_role,
                )
                return Rights((iam_policy.Allow(actions=["rds-db:connect"], resources=[user]),))

    def _roles(self) -> PasswordRoles | IamRoles:
        match self._auth:
            case Auth.PASSWORD:
                return PasswordRoles()
            case Auth.IAM:
                return IamRoles(region=self._site.region)

    def _parameters(self, name: str, version: str) -> aws.rds.ParameterGroup:
        parameters = {"rds.force_ssl": "1"}
        if self._site.is_prod:
            parameters |= {"log_min_duration_statement": str(SLOW_STATEMENT_MS), "log_connections": "1"}
        return aws.rds.ParameterGroup(
            f"{name}-parameters",
            family=f"postgres{version}",
            parameters=[{"name": key, "value": value} for key, value in parameters.items()],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _monitoring_role(self, name: str) -> pulumi.Output[str] | None:
        """Returns the ARN of a role for metrics of the operating system, every minute."""
        if not self._site.is_prod:
            return None
        service, rights = "monitoring.rds.amazonaws.com", "service-role/AmazonRDSEnhancedMonitoringRole"
        return service_role(f"{name}-monitoring", service, rights, site=self._site, parent=self)
