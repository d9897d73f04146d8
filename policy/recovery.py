"""Rules on backups and protection: data can be restored, and in prod it cannot be deleted by mistake."""

from __future__ import annotations

from typing import Final

from policy import kinds
from policy.checks import at_least, equals, every, false, given, protected, true, value
from policy.resource import Resource
from policy.rule import Companion, Rule, if_protected, in_prod

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
    in_prod(
        name="database-backups",
        description="In prod, PostgreSQL is backed up, and backups are kept for at least a week.",
        remedy="Increase rasa:trackerStore.backupDays.",
        on={
            kinds.RDS: value("backupRetentionPeriod", at_least(7)),
            kinds.AZURE_POSTGRES: value("backup.backupRetentionDays", at_least(7)),
            kinds.CLOUD_SQL: every(
                true("settings.backupConfiguration.enabled"),
                value("settings.backupConfiguration.backupRetentionSettings.retainedBackups", at_least(7)),
            ),
        },
    ),
    in_prod(
        name="point-in-time-restore",
        description="In prod, PostgreSQL can be restored to any time in the last week.",
        remedy="Turn on point-in-time recovery. On AWS and Azure it is part of the backups.",
        on={
            kinds.CLOUD_SQL: every(
                true("settings.backupConfiguration.pointInTimeRecoveryEnabled"),
                value("settings.backupConfiguration.transactionLogRetentionDays", at_least(7)),
            )
        },
    ),
    in_prod(
        name="redis-snapshots",
        description="In prod, Redis keeps snapshots, so that timers survive the loss of all nodes.",
        remedy="Turn on snapshots or persistence.",
        on={
            kinds.ELASTICACHE: value("snapshotRetentionLimit", at_least(1)),
            kinds.AZURE_REDIS_DATABASE: true("persistence.rdbEnabled"),
            kinds.MEMORYSTORE: value("persistenceConfig.persistenceMode", equals("RDB")),
        },
    ),
    Rule(
        name="bucket-versions",
        description="An overwritten model can be restored.",
        remedy="Turn on versioning.",
        on={
            kinds.S3_VERSIONING: value("versioningConfiguration.status", equals("Enabled")),
            kinds.BLOB_SERVICE: true("isVersioningEnabled"),
            kinds.GCS: true("versioning.enabled"),
        },
    ),
    in_prod(
        name="soft-delete",
        description="In prod, deleted objects and secrets can be restored for at least a week.",
        remedy="Increase the retention of deleted objects and secrets.",
        on={
            kinds.AWS_SECRET: value("recoveryWindowInDays", at_least(7)),
            kinds.BLOB_SERVICE: every(
                true("deleteRetentionPolicy.enabled"),
                value("deleteRetentionPolicy.days", at_least(7)),
                true("containerDeleteRetentionPolicy.enabled"),
            ),
            kinds.GCS: value("softDeletePolicy.retentionDurationSeconds", at_least(7 * 24 * 3600)),
        },
    ),
    if_protected(
        name="deletion-protection",
        description="In prod, the service itself refuses deletion.",
        remedy="Turn on deletion protection; rasa:allowDestroy removes it.",
        on={
            kinds.RDS: true("deletionProtection"),
            kinds.EKS: true("deletionProtection"),
            kinds.CLOUD_SQL: true("deletionProtection", "settings.deletionProtectionEnabled"),
            kinds.MEMORYSTORE: true("deletionProtection"),
            kinds.GKE: true("deletionProtection"),
            kinds.GCP_SECRET: true("deletionProtection"),
            kinds.CONFLUENT: true("deletionProtection"),
        },
    ),
    if_protected(
        name="locked-data",
        description="In prod, Azure services without deletion protection have a lock.",
        remedy="Add a CanNotDelete lock; rasa:allowDestroy removes it.",
        companions={type_: Companion(type=kinds.LOCK, by="scope", that=_forbids_deletion) for type_ in LOCKED},
    ),
    if_protected(
        name="protected-data",
        description="In prod, Pulumi refuses to delete or replace data, its keys and its network.",
        remedy="Set protect; docs/replace.md describes how to replace data on purpose.",
        on=dict.fromkeys(DATA, protected),
    ),
    if_protected(
        name="final-snapshot",
        description="In prod, the service takes a final snapshot before it deletes a store.",
        remedy="Name a final snapshot.",
        on={
            kinds.RDS: every(false("skipFinalSnapshot"), value("finalSnapshotIdentifier", given())),
            kinds.ELASTICACHE: value("finalSnapshotIdentifier", given()),
            kinds.CLOUD_SQL: true("settings.finalBackupConfig.enabled"),
        },
    ),
    if_protected(
        name="no-force-destroy",
        description="In prod, a bucket that is not empty cannot be deleted.",
        remedy="Set forceDestroy to false.",
        on={kinds.S3: false("forceDestroy"), kinds.GCS: false("forceDestroy")},
    ),
    in_prod(
        name="volumes-stay",
        description="In prod, a volume remains after its claim is deleted.",
        remedy="Set reclaimPolicy to Retain.",
        on={kinds.STORAGE_CLASS: value("reclaimPolicy", equals("Retain"))},
    ),
    in_prod(
        name="logs-stay",
        description="In prod, logs are kept for at least 30 days.",
        remedy="Increase the retention.",
        on={
            kinds.LOG_GROUP: value("retentionInDays", at_least(30)),
            kinds.LOG_WORKSPACE: value("retentionInDays", at_least(30)),
        },
    ),
)
