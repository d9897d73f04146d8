"""What rests on a disk is encrypted; in prod with the stack's own keys, which rotate and can be brought back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policy import kinds
from policy.checks import at_least, either, equals, every, given, includes, matches, value, where
from policy.rule import Check, Rule, When

AWS_DISKS: Final = equals("ebs.csi.aws.com")
DAYS_30: Final = matches(r"(\d{8,}|2592\d{3}|259[3-9]\d{3}|2[6-9]\d{5}|[3-9]\d{6})s", "30 days or more")


def _own_key(what: str, description: str, on: Mapping[str, Check]) -> Rule:
    """In prod, something is encrypted with the key that the stack chooses."""
    return Rule(
        name=f"own-key-for-{what}",
        description=description,
        remedy="Name the key of rasa:encryption.",
        when=When.PROD,
        on=on,
    )


RULES: Final = (
    Rule(
        name="encrypted-at-rest",
        description="Disks are encrypted, where the cloud does not do it anyway.",
        remedy="Turn encryption at rest on: it cannot be added later without a new disk.",
        on={
            kinds.RDS: value("storageEncrypted", equals(True)),
            kinds.ELASTICACHE: value("atRestEncryptionEnabled", equals(True)),
            kinds.LAUNCH_TEMPLATE: value("blockDeviceMappings[*].ebs.encrypted", equals("true", True)),
            kinds.STORAGE_CLASS: where("provisioner", AWS_DISKS, value("parameters.encrypted", equals("true"))),
        },
    ),
    _own_key(
        "database",
        "In prod, PostgreSQL is encrypted with the stack's own key.",
        {
            kinds.RDS: value("kmsKeyId", given()),
            kinds.AZURE_POSTGRES: value("dataEncryption.type", equals("AzureKeyVault")),
            kinds.CLOUD_SQL: value("encryptionKeyName", given()),
        },
    ),
    _own_key(
        "redis",
        "In prod, Redis is encrypted with the stack's own key.",
        {
            kinds.ELASTICACHE: value("kmsKeyId", given()),
            kinds.AZURE_REDIS: value("encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl", given()),
            kinds.MEMORYSTORE: value("customerManagedKey", given()),
        },
    ),
    _own_key(
        "kafka",
        "In prod, Kafka is encrypted with the stack's own key.",
        {
            kinds.MSK: value("encryptionInfo.encryptionAtRestKmsKeyArn", given()),
            kinds.EVENT_HUBS: value("encryption.keySource", equals("Microsoft.KeyVault")),
        },
    ),
    _own_key(
        "bucket",
        "In prod, object storage is encrypted with the stack's own key.",
        {
            kinds.S3_ENCRYPTION: value("rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId", given()),
            kinds.BLOB_ACCOUNT: value("encryption.keySource", equals("Microsoft.Keyvault")),
            kinds.GCS: value("encryption.defaultKmsKeyName", given()),
        },
    ),
    _own_key(
        "disks",
        "In prod, volumes and node disks are encrypted with the stack's own key, where that can be chosen.",
        {
            kinds.STORAGE_CLASS: either(
                value("parameters.kmsKeyId", given()),
                value("parameters.diskEncryptionSetID", given()),
                value("parameters.disk-encryption-kms-key", given()),
            ),
            kinds.GKE_NODES: value("nodeConfig.bootDiskKmsKey", given()),
        },
    ),
    _own_key(
        "kubernetes-secrets",
        "In prod, Kubernetes encrypts Secrets with the stack's own key, where that can be chosen.",
        {
            kinds.EKS: every(
                value("encryptionConfig.provider.keyArn", given()),
                value("encryptionConfig.resources", includes("secrets")),
            ),
            kinds.GKE: value("databaseEncryption.state", equals("ENCRYPTED")),
        },
    ),
    Rule(
        name="own-key-for-cloud-secrets",
        description="The cloud's secret manager encrypts with a key of the stack.",
        remedy="Name a key whose use the stack decides.",
        on={
            kinds.AWS_SECRET: value("kmsKeyId", given()),
            kinds.GCP_SECRET: value(
                "replication.userManaged.replicas[*].customerManagedEncryption.kmsKeyName", given()
            ),
        },
    ),
    _own_key(
        "logs",
        "In prod, logs are encrypted with the stack's own key, where that can be chosen.",
        {kinds.LOG_GROUP: value("kmsKeyId", given())},
    ),
    Rule(
        name="keys-rotate",
        description="Symmetric keys are rotated by the cloud.",
        remedy="Turn rotation on: old versions stay and decrypt what they encrypted.",
        on={
            kinds.KMS: value("enableKeyRotation", equals(True)),
            kinds.CRYPTO_KEY: value("rotationPeriod", given()),
        },
    ),
    Rule(
        name="keys-come-back",
        description="In prod, a deleted key can be brought back for 30 days or more: without it all data is lost.",
        remedy="Lengthen the waiting time, and forbid to purge.",
        when=When.PROD,
        on={
            kinds.KMS: value("deletionWindowInDays", at_least(30)),
            kinds.KEY_VAULT: every(
                value("properties.enablePurgeProtection", equals(True)),
                value("properties.softDeleteRetentionInDays", at_least(30)),
            ),
            kinds.CRYPTO_KEY: value("destroyScheduledDuration", DAYS_30),
        },
    ),
)
