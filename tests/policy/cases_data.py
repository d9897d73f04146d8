"""For every rule on services and their data: of each resource type that it names, one change that it has to find."""

from __future__ import annotations

from typing import Final

from policy import kinds as k
from policy.recovery import DATA
from tests.policy.changes import Cases, drop, gone, put, unprotected, within

AZURE_PLATFORM: Final = "rasa-prod-azure"

NETWORK: Final[Cases] = {
    "no-public-bucket": {
        k.S3_PRIVATE: put("blockPublicPolicy", False),
        k.BLOB_ACCOUNT: put("allowBlobPublicAccess", True),
        k.BLOB_CONTAINER: put("publicAccess", "Blob"),
        k.GCS: put("publicAccessPrevention", "inherited"),
    },
    "no-object-acl": {
        k.S3_OWNERSHIP: put("rule.objectOwnership", "ObjectWriter"),
        k.BLOB_ACCOUNT: put("defaultToOAuthAuthentication", False),
        k.GCS: put("uniformBucketLevelAccess", False),
    },
    "bucket-guards": {
        k.S3: gone(of="rasa-prod-model-storage-private"),
        k.BLOB_ACCOUNT: gone(of=f"{AZURE_PLATFORM}-model-storage-versions"),
    },
    "no-public-database": {
        k.RDS: put("publiclyAccessible", True),
        k.AZURE_POSTGRES: put("network.publicNetworkAccess", "Enabled"),
        k.CLOUD_SQL: put("settings.ipConfiguration.ipv4Enabled", True),
    },
    "no-public-redis": {
        k.ELASTICACHE: drop("subnetGroupName"),
        k.AZURE_REDIS: put("publicNetworkAccess", "Enabled"),
        k.MEMORYSTORE: put("connectMode", "DIRECT_PEERING"),
    },
    "no-public-kafka": {
        k.MSK: put("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "SERVICE_PROVIDED_EIPS"),
        k.EVENT_HUBS: put("publicNetworkAccess", "Enabled"),
        k.EVENT_HUBS_NETWORK: put("defaultAction", "Allow"),
    },
    "private-link-to-confluent": {k.CONFLUENT: put("basic", {})},
    "firewalled-stores": {
        k.BLOB_ACCOUNT: put("networkRuleSet.defaultAction", "Allow"),
        k.KEY_VAULT: put("properties.networkAcls.defaultAction", "Allow"),
    },
    "no-public-endpoint": {
        k.BLOB_ACCOUNT: put("publicNetworkAccess", "Enabled"),
        k.KEY_VAULT: put("properties.publicNetworkAccess", "Enabled"),
    },
    "restricted-api-server": {
        k.EKS: put("vpcConfig.publicAccessCidrs", ["203.0.113.0/24", "0.0.0.0/0"]),
        k.AKS: put("apiServerAccessProfile.authorizedIPRanges", []),
        k.GKE: put("masterAuthorizedNetworksConfig.cidrBlocks.0.cidrBlock", "0.0.0.0/0"),
    },
    "private-nodes": {
        k.AWS_SUBNET: put("mapPublicIpOnLaunch", True),
        k.AKS: put("agentPoolProfiles.0.enableNodePublicIP", True),
        k.AKS_NODES: put("enableNodePublicIP", True),
        k.GKE: put("privateClusterConfig.enablePrivateNodes", False),
        k.GKE_NODES: put("networkConfig.enablePrivateNodes", False),
    },
    "no-open-firewall": {
        k.INGRESS: put("cidrIpv4", "0.0.0.0/0"),
        k.FIREWALL: put("securityRules.0.sourceAddressPrefix", "Internet"),
    },
    "empty-network-defaults": {
        k.DEFAULT_GROUP: put("ingress", [{"protocol": "-1", "self": True}]),
        k.AZURE_SUBNET: put("defaultOutboundAccess", True, of="-cluster"),
        k.GCP_NETWORK: put("autoCreateSubnetworks", True),
    },
    "network-policies-enforced": {
        k.EKS_ADDON: within("configurationValues", "true", "false", of="vpc-cni"),
        k.AKS: drop("networkProfile.networkPolicy"),
        k.GKE: put("datapathProvider", "LEGACY_DATAPATH"),
    },
    "flow-logs": {k.VPC: gone(of="rasa-prod-network-flow-log")},
}

TRANSPORT: Final[Cases] = {
    "tls-to-database": {
        k.RDS_PARAMETERS: put("parameters.0.value", "0"),
        k.AZURE_POSTGRES_SETTING: put("value", "off", of="require-secure-transport"),
        k.CLOUD_SQL: put("settings.ipConfiguration.sslMode", "ALLOW_UNENCRYPTED_AND_ENCRYPTED"),
    },
    "tls-to-redis": {
        k.ELASTICACHE: put("transitEncryptionMode", "preferred"),
        k.AZURE_REDIS_DATABASE: put("clientProtocol", "Plaintext"),
        k.MEMORYSTORE: put("transitEncryptionMode", "DISABLED"),
    },
    "tls-to-kafka": {k.MSK: put("encryptionInfo.encryptionInTransit.clientBroker", "TLS_PLAINTEXT")},
    "tls-to-bucket": {
        k.S3_POLICY: within("policy", '"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"'),
        k.BLOB_ACCOUNT: put("enableHttpsTrafficOnly", False),
    },
    "modern-tls": {
        k.AZURE_POSTGRES_SETTING: put("value", "TLSv1.1", of="ssl-min-protocol-version"),
        k.AZURE_REDIS: put("minimumTlsVersion", "1.1"),
        k.EVENT_HUBS: put("minimumTlsVersion", "1.0"),
        k.BLOB_ACCOUNT: put("minimumTlsVersion", "TLS1_0"),
    },
    "clients-verify-tls": {
        k.RELEASE: put("values.rasa.additionalEnv", [], of="rasa-release"),
        k.SECRET: within(("stringData", "endpoints.yml"), "SASL_SSL", "SASL_PLAINTEXT", of="rasa-secrets-secret"),
    },
    "vault-speaks-tls": {k.RELEASE: put("values.global.tlsDisable", True, of="vault-release")},
}

ENCRYPTION: Final[Cases] = {
    "encrypted-at-rest": {
        k.RDS: put("storageEncrypted", False),
        k.ELASTICACHE: put("atRestEncryptionEnabled", False),
        k.LAUNCH_TEMPLATE: put("blockDeviceMappings.0.ebs.encrypted", "false"),
        k.STORAGE_CLASS: put("parameters.encrypted", "false"),
    },
    "own-key-for-database": {
        k.RDS: drop("kmsKeyId"),
        k.AZURE_POSTGRES: put("dataEncryption.type", "SystemManaged"),
        k.CLOUD_SQL: drop("encryptionKeyName"),
    },
    "own-key-for-redis": {
        k.ELASTICACHE: drop("kmsKeyId"),
        k.AZURE_REDIS: drop("encryption"),
        k.MEMORYSTORE: drop("customerManagedKey"),
    },
    "own-key-for-kafka": {
        k.MSK: put("encryptionInfo.encryptionAtRestKmsKeyArn", None),
        k.EVENT_HUBS: drop("encryption"),
    },
    "own-key-for-bucket": {
        k.S3_ENCRYPTION: drop("rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId"),
        k.BLOB_ACCOUNT: put("encryption.keySource", "Microsoft.Storage"),
        k.GCS: drop("encryption"),
    },
    "own-key-for-disks": {
        k.STORAGE_CLASS: drop("parameters.kmsKeyId"),
        k.GKE_NODES: put("nodeConfig.bootDiskKmsKey", None),
    },
    "own-key-for-kubernetes-secrets": {
        k.EKS: put("encryptionConfig.resources", []),
        k.GKE: put("databaseEncryption.state", "DECRYPTED"),
    },
    "own-key-for-cloud-secrets": {
        k.AWS_SECRET: drop("kmsKeyId"),
        k.GCP_SECRET: drop("replication.userManaged.replicas.0.customerManagedEncryption"),
    },
    "own-key-for-logs": {k.LOG_GROUP: drop("kmsKeyId")},
    "keys-rotate": {k.KMS: put("enableKeyRotation", False), k.CRYPTO_KEY: drop("rotationPeriod")},
    "keys-come-back": {
        k.KMS: put("deletionWindowInDays", 7),
        k.KEY_VAULT: put("properties.enablePurgeProtection", False),
        k.CRYPTO_KEY: put("destroyScheduledDuration", "2591999s"),
    },
}

AVAILABILITY: Final[Cases] = {
    "database-in-two-zones": {
        k.RDS: put("multiAz", False),
        k.AZURE_POSTGRES: put("highAvailability.mode", "SameZone"),
        k.CLOUD_SQL: put("settings.availabilityType", "ZONAL"),
    },
    "redis-in-two-zones": {
        k.ELASTICACHE: put("automaticFailoverEnabled", False),
        k.AZURE_REDIS: put("highAvailability", "Disabled"),
        k.MEMORYSTORE: put("tier", "BASIC"),
    },
    "kafka-in-three-zones": {
        k.MSK: put("brokerNodeGroupInfo.clientSubnets", lambda subnets: subnets[:2]),
        k.EVENT_HUBS: put("sku.name", "Standard"),
        k.CONFLUENT: put("availability", "SINGLE_ZONE"),
    },
    "topics-in-three-zones": {k.MSK_TOPIC: put("replicationFactor", 1)},
    "bucket-in-three-zones": {
        k.BLOB_ACCOUNT: put("sku.name", "Standard_LRS"),
        k.GCS: put("storageClass", "DURABLE_REDUCED_AVAILABILITY"),
    },
    "nodes-in-three-zones": {
        k.EKS_NODES: put("subnetIds", lambda subnets: subnets[:1]),
        k.AKS: put("agentPoolProfiles.0.availabilityZones", ["1"]),
        k.AKS_NODES: put("availabilityZones", ["1", "2"]),
        k.GKE: put("nodeLocations", ["europe-west1-b"]),
    },
    "no-spot-nodes": {
        k.EKS_NODES: put("capacityType", "SPOT"),
        k.AKS_NODES: put("scaleSetPriority", "Spot"),
        k.GKE_NODES: put("nodeConfig.spot", True),
    },
    "several-replicas": {k.RELEASE: put("values.rasa.replicaCount", 1, of="rasa-release")},
}

RECOVERY: Final[Cases] = {
    "database-backups": {
        k.RDS: put("backupRetentionPeriod", 6),
        k.AZURE_POSTGRES: put("backup.backupRetentionDays", 1),
        k.CLOUD_SQL: put("settings.backupConfiguration.enabled", False),
    },
    "point-in-time-restore": {k.CLOUD_SQL: put("settings.backupConfiguration.pointInTimeRecoveryEnabled", False)},
    "redis-snapshots": {
        k.ELASTICACHE: put("snapshotRetentionLimit", 0),
        k.AZURE_REDIS_DATABASE: drop("persistence"),
        k.MEMORYSTORE: put("persistenceConfig.persistenceMode", "DISABLED"),
    },
    "bucket-versions": {
        k.S3_VERSIONING: put("versioningConfiguration.status", "Suspended"),
        k.BLOB_SERVICE: put("isVersioningEnabled", False),
        k.GCS: put("versioning.enabled", False),
    },
    "soft-delete": {
        k.AWS_SECRET: put("recoveryWindowInDays", 0),
        k.BLOB_SERVICE: put("deleteRetentionPolicy.days", 1),
        k.GCS: put("softDeletePolicy.retentionDurationSeconds", 0),
    },
    "deletion-protection": {
        **{type_: put("deletionProtection", False) for type_ in (k.RDS, k.EKS, k.MEMORYSTORE, k.GKE, k.GCP_SECRET)},
        k.CLOUD_SQL: put("settings.deletionProtectionEnabled", False),
        k.CONFLUENT: put("deletionProtection", False),
    },
    "locked-data": {
        k.AZURE_POSTGRES: gone(of=f"{AZURE_PLATFORM}-tracker-store-lock"),
        k.AZURE_REDIS: put("level", "NotSpecified", of=f"{AZURE_PLATFORM}-lock-store-lock"),
        k.EVENT_HUBS: gone(of=f"{AZURE_PLATFORM}-event-queue-lock"),
        k.BLOB_ACCOUNT: gone(of=f"{AZURE_PLATFORM}-model-storage-lock"),
        k.KEY_VAULT: gone(of=f"{AZURE_PLATFORM}-data-lock"),
    },
    "protected-data": {type_: unprotected() for type_ in DATA},
    "final-snapshot": {
        k.RDS: put("skipFinalSnapshot", True),
        k.ELASTICACHE: drop("finalSnapshotIdentifier"),
        k.CLOUD_SQL: put("settings.finalBackupConfig.enabled", False),
    },
    "no-force-destroy": {k.S3: put("forceDestroy", True), k.GCS: put("forceDestroy", True)},
    "volumes-stay": {k.STORAGE_CLASS: put("reclaimPolicy", "Delete")},
    "logs-stay": {k.LOG_GROUP: put("retentionInDays", 7), k.LOG_WORKSPACE: put("retentionInDays", 7)},
}
CASES: Final[Cases] = {**NETWORK, **TRANSPORT, **ENCRYPTION, **AVAILABILITY, **RECOVERY}
