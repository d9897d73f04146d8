"""Rules on encryption at rest: everything is encrypted, in prod with the stack's own keys, which rotate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policy import kinds
from policy.checks import at_least, either, equals, every, given, includes, matches, true, value, where
from policy.rule import Check, Rule, When, in_prod

AWS_DISKS: Final = equals("ebs.csi.aws.com")
DAYS_30: Final = matches(r"(\d{8,}|2592\d{3}|259[3-9]\d{3}|2[6-9]\d{5}|[3-9]\d{6})s", "30 days or more")


def _own_key(what: str, description: str, on: Mapping[str, Check]) -> Rule:
    """Returns a rule that requires, in prod, encryption with the key that the stack chooses."""
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
        description="Disks are encrypted, also in services that do not encrypt by default.",
        remedy="Turn on encryption at rest: adding it later needs a new disk.",
        on={
            kinds.RDS: true("storageEncrypted"),
            kinds.ELASTICACHE: true("atRestEncryptionEnabled"),
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
        "In prod, volumes and node disks are encrypted with the stack's own key, if the cloud allows that.",
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
        "In prod, Kubernetes encrypts Secrets with the stack's own key, if the cloud allows that.",
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
        description="The cloud's secret manager encrypts with a key that the stack chooses.",
        remedy="Name a key whose policy the stack controls.",
        on={
            kinds.AWS_SECRET: value("kmsKeyId", given()),
            kinds.GCP_SECRET: value(
                "replication.userManaged.replicas[*].customerManagedEncryption.kmsKeyName", given()
            ),
        },
    ),
    _own_key(
        "logs",
        "In prod, logs are encrypted with the stack's own key, if the cloud allows that.",
        {kinds.LOG_GROUP: value("kmsKeyId", given())},
    ),
    Rule(
        name="keys-rotate",
        description="The cloud rotates symmetric keys.",
        remedy="Turn on rotation: old versions remain and still decrypt.",
        on={kinds.KMS: true("enableKeyRotation"), kinds.CRYPTO_KEY: value("rotationPeriod", given())},
    ),
    in_prod(
        name="keys-come-back",
        description="In prod, a deleted key can be restored for at least 30 days: without it all data is lost.",
        remedy="Increase the waiting time, and turn on purge protection.",
        on={
            kinds.KMS: value("deletionWindowInDays", at_least(30)),
            kinds.KEY_VAULT: every(
                true("properties.enablePurgeProtection"), value("properties.softDeleteRetentionInDays", at_least(30))
            ),
            kinds.CRYPTO_KEY: value("destroyScheduledDuration", DAYS_30),
        },
    ),
)
