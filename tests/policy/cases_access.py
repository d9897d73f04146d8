"""The same for every rule on identities, the cluster, what is supplied, and governance."""

from __future__ import annotations

from typing import Final

from policy import kinds as k
from policy.governance import TAGGED_ON_AZURE
from policy.identity import MEMBERS
from policy.kubernetes import PODS
from tests.policy.changes import Cases, Change, drop, gone, put, renamed, retyped, within

OWNER_ROLE: Final = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
POOL: Final = "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/attribute.x/y"


def in_pods(path: str, value: object) -> dict[str, Change]:
    """A change of the first pod of each kind."""
    return {type_: put(f"{pod}.{path}", value) for type_, pod in PODS.items()}


def tags(name: str) -> dict[str, Change]:
    """A tag is missing, wherever it is given."""
    return {
        k.AWS: within("defaultTags", f'"{name}"', '"other"'),
        k.GCP: within("defaultLabels", f'"{name}"', '"other"'),
        k.CLOUD_SQL: drop(f"settings.userLabels.{name}"),
        **{type_: drop(f"tags.{name}") for type_ in TAGGED_ON_AZURE},
    }


IDENTITY: Final[Cases] = {
    "no-wildcard-action": {
        k.IAM_POLICY: within("policy", '"s3:GetObject"', '"s3:*"', of="rasa-rasa-policy"),
        k.S3_POLICY: within(
            "policy", '"Effect": "Deny"', '"Effect": "Deny"}, {"Effect": "Allow", "Action": "*"}, {"Effect": "Deny"'
        ),
        k.AWS_SECRET_POLICY: within("policy", "secretsmanager:getSecretValue", "secretsmanager:*"),
        k.ROLE_DEFINITION: put("permissions.0.dataActions", ["*"]),
    },
    "no-wildcard-principal": {
        k.IAM_ROLE: within("assumeRolePolicy", '{"Service": "eks.amazonaws.com"}', '{"AWS": "*"}', of="cluster-role"),
        k.KMS: within("policy", '{"AWS": "arn:aws:iam::', '{"AWS": "*", "Service": "'),
        k.S3_POLICY: within(
            "policy", '"Effect": "Deny"', '"Effect": "Deny"}, {"Effect": "Allow", "Principal": "*"}, {"Effect": "Deny"'
        ),
        k.AWS_SECRET_POLICY: within("policy", '{"Service": "kafka.amazonaws.com"}', '"*"'),
        **{type_: put("member", "allAuthenticatedUsers") for type_ in MEMBERS},
    },
    "narrow-scope": {
        k.IAM_POLICY: within(
            "policy",
            '"Action": ["s3:GetObject"], "Resource": [',
            '"Action": ["s3:GetObject"], "Resource": ["*", ',
            of="rasa-rasa-policy",
        ),
        k.ROLE_ASSIGNMENT: put("scope", "/subscriptions/00000000-1111-2222-3333-444444444444"),
        k.CONFLUENT_ROLE: put("crnPattern", "crn://confluent.cloud/organization=1111aaaa"),
    },
    "no-administrator": {
        k.IAM_ATTACHMENT: put("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
        k.ROLE_ASSIGNMENT: put(
            "roleDefinitionId", f"/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/{OWNER_ROLE}"
        ),
        **{type_: put("role", "roles/editor") for type_ in MEMBERS},
    },
    "exact-workload": {
        k.IAM_ROLE: within(
            "assumeRolePolicy",
            '"StringEquals": {',
            '"StringLike": {"oidc:sub": "system:serviceaccount:*"}, "StringEquals": {',
            of="rasa-rasa-role",
        ),
        k.POD_IDENTITY: put("serviceAccount", "*"),
        k.FEDERATED: put("subject", "system:serviceaccount:rasa:*"),
        **{type_: put("member", POOL) for type_ in MEMBERS},
    },
    "trust-names-the-account": {
        k.IAM_ROLE: within("assumeRolePolicy", "aws:SourceAccount", "aws:SourceOrgID", of="rasa-rasa-role")
    },
    "listed-static-keys": {
        k.GENERATED_PASSWORD: renamed("tracker-store-admin", "tracker-store-reports"),
        k.EVENT_HUB_KEY: renamed("-send", "-manage"),
        k.EVENT_HUBS_KEY: renamed("-analytics", "-reports"),
        k.CONFLUENT_KEY: renamed("-topics-key", "-reports-key-2", of="-topics-key"),
        "aws:iam/accessKey:AccessKey": retyped("aws:iam/accessKey:AccessKey", of="rasa-prod-cluster-policy"),
        "gcp:serviceaccount/key:Key": retyped("gcp:serviceaccount/key:Key", of="rasa-prod-gcp-cluster-nodes-account"),
    },
    "no-account-key": {k.BLOB_ACCOUNT: put("allowSharedKeyAccess", True)},
    "cluster-sign-in-by-identity": {
        k.EKS: put("accessConfig.authenticationMode", "API_AND_CONFIG_MAP"),
        k.AKS: put("disableLocalAccounts", False),
        k.GKE: put("masterAuth.clientCertificateConfig.issueClientCertificate", True),
    },
    "workload-identity": {
        k.AKS: put("securityProfile.workloadIdentity.enabled", False),
        k.GKE: drop("workloadIdentityConfig"),
    },
    "pods-are-no-nodes": {
        k.LAUNCH_TEMPLATE: put("metadataOptions.httpTokens", "optional"),
        k.GKE_NODES: put("nodeConfig.workloadMetadataConfig.mode", "GCE_METADATA"),
    },
    "redis-needs-sign-in": {
        k.ELASTICACHE: drop("userGroupIds"),
        k.ELASTICACHE_USER: put("authenticationMode.type", "no-password-required"),
        k.MEMORYSTORE: put("authEnabled", False),
    },
    "kafka-needs-sign-in": {k.MSK: put("clientAuthentication.unauthenticated", True)},
}

KUBERNETES: Final[Cases] = {
    "restricted-namespace": {
        k.NAMESPACE: put(("metadata", "labels", "pod-security.kubernetes.io/enforce"), "baseline")
    },
    "deny-by-default": {k.NAMESPACE: gone(of="rasa-space-deny")},
    "no-root": {
        **in_pods("securityContext.runAsNonRoot", False),
        k.RELEASE: put("values.rasa.podSecurityContext.runAsNonRoot", False, of="rasa-release"),
    },
    "no-privileges": {
        **in_pods("containers.0.securityContext.capabilities.drop", ["NET_RAW"]),
        k.RELEASE: put(
            "values.server.statefulSet.securityContext.container.allowPrivilegeEscalation", True, of="vault-release"
        ),
    },
    "system-calls-filtered": {
        **in_pods("securityContext.seccompProfile.type", "Unconfined"),
        k.RELEASE: put("values.rasa.podSecurityContext.seccompProfile.type", "Unconfined", of="rasa-release"),
    },
    "off-the-host": in_pods("hostNetwork", True),
    "memory-limited": {
        **in_pods("containers.0.resources.limits", {"cpu": "1"}),
        k.RELEASE: put("values.rasa.resources.limits", {"cpu": "1"}, of="rasa-release"),
    },
    "no-token-by-default": {k.SERVICE_ACCOUNT: put("automountServiceAccountToken", True)},
    "no-wildcard-in-rbac": {k.RBAC_ROLE: put("rules.0.verbs", ["*"])},
    "named-secrets": {k.RBAC_ROLE: drop("rules.0.resourceNames")},
}

SUPPLY: Final[Cases] = {
    "pinned-chart": {k.RELEASE: put("version", ">=2.4.0", of="rasa-release")},
    "pinned-image": {
        **in_pods("containers.0.image", "europe-west3-docker.pkg.dev/rasa-releases/rasa-pro/rasa-pro:latest"),
        k.RELEASE: put("values.server.image.tag", "latest", of="vault-release"),
    },
    "known-registry": {
        **in_pods("containers.0.image", "registry.example.com/rasa-pro:3.17.0-latest"),
        k.RELEASE: put("values.server.image.repository", "docker.io/someone/vault", of="vault-release"),
    },
    "no-secret-in-values": {
        **in_pods("containers.0.env.0", {"name": "DB_PASSWORD", "value": "hunter2"}),
        k.RELEASE: put("values.rasa.settings.endpoints.lock_store.password", "hunter2", of="rasa-release"),
        k.CONFIG_MAP: put("data", {"x": "-----BEGIN PRIVATE KEY-----\nMIIB"}),
    },
    "security-patches": {
        k.RDS: put("autoMinorVersionUpgrade", False),
        k.ELASTICACHE: put("autoMinorVersionUpgrade", False),
        k.AKS: put("autoUpgradeProfile.nodeOSUpgradeChannel", "None"),
        k.GKE: put("releaseChannel.channel", "RAPID"),
        k.GKE_NODES: put("management.autoUpgrade", False),
    },
    "shielded-nodes": {
        k.GKE: put("enableShieldedNodes", False),
        k.GKE_NODES: put("nodeConfig.shieldedInstanceConfig.enableSecureBoot", False),
    },
}

GOVERNANCE: Final[Cases] = {
    "required-tags": tags("stack"),
    "owner-tag": tags("owner"),
    "allowed-region": {
        **{type_: put("region", "us-east-1") for type_ in (k.AWS, k.GCP, k.CLOUD_SQL, k.MEMORYSTORE, k.GCP_SUBNET)},
        **{type_: put("location", "us-central1") for type_ in (k.AZURE, k.GCS, k.GKE)},
        k.GCP_SECRET: put("replication.userManaged.replicas.0.location", "us-central1"),
        k.CONFLUENT: put("region", "us-central1"),
    },
    "allowed-size": {
        k.RDS: put("instanceClass", "db.m7g.16xlarge"),
        k.AZURE_POSTGRES: put("sku.name", "Standard_D64ds_v5"),
        k.CLOUD_SQL: put("settings.tier", "db-custom-96-638976"),
        k.ELASTICACHE: put("nodeType", "cache.r7g.16xlarge"),
        k.AZURE_REDIS: put("sku.name", "Balanced_B1000"),
        k.MEMORYSTORE: put("memorySizeGb", 300),
        k.MSK: put("brokerNodeGroupInfo.instanceType", "kafka.m7g.16xlarge"),
        k.EKS_NODES: put("instanceTypes", ["p5.48xlarge"]),
        k.AKS: put("agentPoolProfiles.0.vmSize", "Standard_ND96asr_v4"),
        k.AKS_NODES: put("vmSize", "Standard_ND96asr_v4"),
        k.GKE_NODES: put("nodeConfig.machineType", "a3-highgpu-8g"),
    },
    "api-audit-log": {k.EKS: put("enabledClusterLogTypes", ["api"])},
    "service-logs": {
        k.RDS: put("enabledCloudwatchLogsExports", []),
        k.ELASTICACHE: drop("logDeliveryConfigurations"),
        k.MSK: put("loggingInfo.brokerLogs.cloudwatchLogs.enabled", False),
        k.GKE: put("loggingConfig.enableComponents", ["SYSTEM_COMPONENTS"]),
    },
    "service-logs-on-azure": {
        k.AKS: gone(of="rasa-prod-azure-cluster-log"),
        k.AZURE_POSTGRES: gone(of="rasa-prod-azure-tracker-store-log"),
        k.EVENT_HUBS: gone(of="rasa-prod-azure-event-queue-log"),
        k.KEY_VAULT: gone(of="rasa-prod-azure-data-log"),
    },
}
CASES: Final[Cases] = {**IDENTITY, **KUBERNETES, **SUPPLY, **GOVERNANCE}
