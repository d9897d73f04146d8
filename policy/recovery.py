"""Rules on backups and protection: data can be restored, and in prod it cannot be deleted by mistake."""

from __future__ import annotations

from typing import Final

from policy import kinds
from policy.checks import at_least, equals, every, given, protected, value
from policy.resource import Resource
from policy.rule import Companion, Rule, When

# No `up` can restore these if they are deleted or replaced: data, its keys, and the network that it depends on.
DATA: Final = (
    kinds.VPC,
    kinds.AWS_SUBNET,
    kinds.KMS,
    kinds.S3,
    kinds.RDS,
    kinds.ELASTICACHE,
    kinds.MSK,
    kinds.MSK_TOPIC,
    kinds.EKS,
    kinds.RESOURCE_GROUP,
    kinds.VNET,
    kinds.AZURE_SUBNET,
    kinds.KEY_VAULT,
    kinds.KEY_VAULT_KEY,
    kinds.BLOB_ACCOUNT,
    kinds.BLOB_CONTAINER,
    kinds.AZURE_POSTGRES,
    kinds.AZURE_REDIS,
    kinds.AZURE_REDIS_DATABASE,
    kinds.EVENT_HUBS,
    kinds.EVENT_HUB,
    kinds.AKS,
    kinds.GCP_NETWORK,
    kinds.GCP_SUBNET,
    kinds.CRYPTO_KEY,
    kinds.GCP_SECRET,
    kinds.GCS,
    kinds.CLOUD_SQL,
    kinds.MEMORYSTORE,
    kinds.GKE,
    kinds.CONFLUENT_ENVIRONMENT,
    kinds.CONFLUENT,
    kinds.CONFLUENT_TOPIC,
)
LOCKED: Final = (kinds.AZURE_POSTGRES, kinds.AZURE_REDIS, kinds.EVENT_HUBS, kinds.BLOB_ACCOUNT, kinds.KEY_VAULT)


def _forbids_deletion(lock: Resource) -> list[str]:
    return list(value("level", equals("CanNotDelete", "ReadOnly"))(lock))


RULES: Final = (
    Rule(
        name="database-backups",
        description="In prod, PostgreSQL is backed up, and backups are kept for at least a week.",
        remedy="Increase rasa:trackerStore.backupDays.",
        when=When.PROD,
        on={
            kinds.RDS: value("backupRetentionPeriod", at_least(7)),
            kinds.AZURE_POSTGRES: value("backup.backupRetentionDays", at_least(7)),
            kinds.CLOUD_SQL: every(
                value("settings.backupConfiguration.enabled", equals(True)),
                value("settings.backupConfiguration.backupRetentionSettings.retainedBackups", at_least(7)),
            ),
        },
    ),
    Rule(
        name="point-in-time-restore",
        description="In prod, PostgreSQL can be restored to any time in the last week.",
        remedy="Turn on point-in-time recovery. On AWS and Azure it is part of the backups.",
        when=When.PROD,
        on={
            kinds.CLOUD_SQL: every(
                value("settings.backupConfiguration.pointInTimeRecoveryEnabled", equals(True)),
                value("settings.backupConfiguration.transactionLogRetentionDays", at_least(7)),
            )
        },
    ),
    Rule(
        name="redis-snapshots",
        description="In prod, Redis keeps snapshots, so that timers survive the loss of all nodes.",
        remedy="Turn on snapshots or persistence.",
        when=When.PROD,
        on={
            kinds.ELASTICACHE: value("snapshotRetentionLimit", at_least(1)),
            kinds.AZURE_REDIS_DATABASE: value("persistence.rdbEnabled", equals(True)),
            kinds.MEMORYSTORE: value("persistenceConfig.persistenceMode", equals("RDB")),
        },
    ),
    Rule(
        name="bucket-versions",
        description="An overwritten model can be restored.",
        remedy="Turn on versioning.",
        on={
            kinds.S3_VERSIONING: value("versioningConfiguration.status", equals("Enabled")),
            kinds.BLOB_SERVICE: value("isVersioningEnabled", equals(True)),
            kinds.GCS: value("versioning.enabled", equals(True)),
        },
    ),
    Rule(
        name="soft-delete",
        description="In prod, deleted objects and secrets can be restored for at least a week.",
        remedy="Increase the retention of deleted objects and secrets.",
        when=When.PROD,
        on={
            kinds.AWS_SECRET: value("recoveryWindowInDays", at_least(7)),
            kinds.BLOB_SERVICE: every(
                value("deleteRetentionPolicy.enabled", equals(True)),
                value("deleteRetentionPolicy.days", at_least(7)),
                value("containerDeleteRetentionPolicy.enabled", equals(True)),
            ),
            kinds.GCS: value("softDeletePolicy.retentionDurationSeconds", at_least(7 * 24 * 3600)),
        },
    ),
    Rule(
        name="deletion-protection",
        description="In prod, the service itself refuses deletion.",
        remedy="Turn on deletion protection; rasa:allowDestroy removes it.",
        when=When.PROTECTED,
        on={
            kinds.RDS: value("deletionProtection", equals(True)),
            kinds.EKS: value("deletionProtection", equals(True)),
            kinds.CLOUD_SQL: every(
                value("deletionProtection", equals(True)), value("settings.deletionProtectionEnabled", equals(True))
            ),
            kinds.MEMORYSTORE: value("deletionProtection", equals(True)),
            kinds.GKE: value("deletionProtection", equals(True)),
            kinds.GCP_SECRET: value("deletionProtection", equals(True)),
            kinds.CONFLUENT: value("deletionProtection", equals(True)),
        },
    ),
    Rule(
        name="locked-data",
        description="In prod, Azure services without deletion protection have a lock.",
        remedy="Add a CanNotDelete lock; rasa:allowDestroy removes it.",
        when=When.PROTECTED,
        companions={type_: Companion(type=kinds.LOCK, by="scope", that=_forbids_deletion) for type_ in LOCKED},
    ),
    Rule(
        name="protected-data",
        description="In prod, Pulumi refuses to delete or replace data, its keys and its network.",
        remedy="Set protect; docs/replace.md describes how to replace data on purpose.",
        when=When.PROTECTED,
        on=dict.fromkeys(DATA, protected),
    ),
    Rule(
        name="final-snapshot",
        description="In prod, the service takes a final snapshot before it deletes a store.",
        remedy="Name a final snapshot.",
        when=When.PROTECTED,
        on={
            kinds.RDS: every(value("skipFinalSnapshot", equals(False)), value("finalSnapshotIdentifier", given())),
            kinds.ELASTICACHE: value("finalSnapshotIdentifier", given()),
            kinds.CLOUD_SQL: value("settings.finalBackupConfig.enabled", equals(True)),
        },
    ),
    Rule(
        name="no-force-destroy",
        description="In prod, a bucket that is not empty cannot be deleted.",
        remedy="Set forceDestroy to false.",
        when=When.PROTECTED,
        on={kinds.S3: value("forceDestroy", equals(False)), kinds.GCS: value("forceDestroy", equals(False))},
    ),
    Rule(
        name="volumes-stay",
        description="In prod, a volume remains after its claim is deleted.",
        remedy="Set reclaimPolicy to Retain.",
        when=When.PROD,
        on={kinds.STORAGE_CLASS: value("reclaimPolicy", equals("Retain"))},
    ),
    Rule(
        name="logs-stay",
        description="In prod, logs are kept for at least 30 days.",
        remedy="Increase the retention.",
        when=When.PROD,
        on={
            kinds.LOG_GROUP: value("retentionInDays", at_least(30)),
            kinds.LOG_WORKSPACE: value("retentionInDays", at_least(30)),
        },
    ),
)
