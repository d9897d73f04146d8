"""One single-line change of the program for each rule: what somebody could write by mistake or in a hurry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AWS, AZURE, GCP = "prod", "prod-azure", "prod-gcp"
S3 = "components/aws/model_storage.py"
RDS = "components/aws/tracker_store.py"
ELASTICACHE = "components/aws/lock_store.py"
MSK = "components/aws/event_queue.py"
EKS = "components/aws/cluster.py"
NODES = "components/aws/nodes.py"
POLICY = "components/aws/iam_policy.py"
POD = "components/kubernetes/pod.py"
JOB = "components/kubernetes/script_job.py"
ARTIFACTS = "components/artifacts.py"


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """In a file, one piece of one line is another; the stack whose resources change by it.

    Where the line stands in the file more than once, the one before it is told as well.
    """

    stack: str
    file: str
    old: str
    new: str


def _in(stack: str, file: str, old: str, new: str) -> Mutation:
    return Mutation(stack=stack, file=file, old=old, new=new)


MUTATIONS: Final = {
    # Network
    "no-public-bucket": _in(AWS, S3, "block_public_policy=True", "block_public_policy=False"),
    "no-object-acl": _in(AWS, S3, '"BucketOwnerEnforced"', '"ObjectWriter"'),
    "bucket-guards": _in(
        AZURE,
        "components/azure/model_storage.py",
        '-versions",\n            account_name=self._account.name,',
        '-versions",\n            account_name="other",',
    ),
    "no-public-database": _in(AWS, RDS, "publicly_accessible=False", "publicly_accessible=True"),
    "no-public-redis": _in(AZURE, "components/azure/lock_store.py", '_access="Disabled"', '_access="Enabled"'),
    "no-public-kafka": _in(AZURE, "components/azure/event_queue.py", 'default_action="Deny"', 'default_action="Allow"'),
    "private-link-to-confluent": _in(
        GCP, "components/gcp/event_queue.py", "basic=None if self._private else", "basic=None if not self else"
    ),
    "firewalled-stores": _in(
        AZURE, "components/azure/key_vault.py", '"Allow" if OPEN in clients else "Deny"', '"Allow"'
    ),
    "no-public-endpoint": _in(
        AZURE, "components/azure/key_vault.py", '"Enabled" if is_reachable(clients) else "Disabled"', '"Enabled"'
    ),
    "restricted-api-server": _in(AWS, EKS, "list(settings.api_access),", '["0.0.0.0/0"],'),
    "private-nodes": _in(AWS, "components/aws/network.py", "launch=False", "launch=True"),
    "no-open-firewall": _in(AWS, "components/aws/network_extras.py", "cidr_ipv4=clients", 'cidr_ipv4="0.0.0.0/0"'),
    "empty-network-defaults": _in(
        GCP, "components/gcp/network.py", "create_subnetworks=False", "create_subnetworks=True"
    ),
    "network-policies-enforced": _in(AWS, NODES, '"enableNetworkPolicy": "true"', '"enableNetworkPolicy": "false"'),
    "flow-logs": _in(
        AWS,
        "components/aws/network_extras.py",
        '-log",\n            vpc_id=vpc_id,',
        '-log",\n            vpc_id="vpc-0",',
    ),
    # TLS
    "tls-to-database": _in(AWS, RDS, '"rds.force_ssl": "1"', '"rds.force_ssl": "0"'),
    "tls-to-redis": _in(AWS, ELASTICACHE, 'mode="required"', 'mode="preferred"'),
    "tls-to-kafka": _in(AWS, MSK, '"client_broker": "TLS"', '"client_broker": "TLS_PLAINTEXT"'),
    "tls-to-bucket": _in(AWS, S3, '"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"'),
    "modern-tls": _in(AZURE, "components/azure/event_queue.py", 'tls_version="1.2"', 'tls_version="1.0"'),
    "clients-verify-tls": _in(AWS, RDS, 'ssl_mode="verify-full"', 'ssl_mode="require"'),
    "vault-speaks-tls": _in(AWS, "components/kubernetes/vault/values.py", '"tlsDisable": False', '"tlsDisable": True'),
    # Encryption
    "encrypted-at-rest": _in(AWS, RDS, "storage_encrypted=True", "storage_encrypted=False"),
    "own-key-for-database": _in(AWS, RDS, "            kms_key_id=site.storage_key,", "            kms_key_id=None,"),
    "own-key-for-redis": _in(GCP, "components/gcp/lock_store.py", "managed_key=site.key_id", "managed_key=None"),
    "own-key-for-kafka": _in(AWS, MSK, 'kms_key_arn": site.storage_key', 'kms_key_arn": None'),
    "own-key-for-bucket": _in(GCP, "components/gcp/model_storage.py", "encryption={", "encryption=None and {"),
    "own-key-for-disks": _in(AWS, NODES, "{} if key is None else", "{} if key is not None else"),
    "own-key-for-kubernetes-secrets": _in(AWS, EKS, '"resources": ["secrets"]', '"resources": []'),
    "own-key-for-cloud-secrets": _in("dev", "components/aws/scram_user.py", "kms_key_id=", "kms_key_id=None and "),
    "own-key-for-logs": _in(AWS, "components/aws/logs.py", "kms_key_id=site.storage_key", "kms_key_id=None"),
    "keys-rotate": _in(AWS, "components/aws/encryption.py", "key_rotation=True", "key_rotation=False"),
    "keys-come-back": _in(AWS, "components/aws/encryption.py", "in_days=30 if", "in_days=14 if"),
    # Availability
    "database-in-two-zones": _in(AWS, RDS, "multi_az=site.is_prod", "multi_az=False"),
    "redis-in-two-zones": _in(AWS, ELASTICACHE, "multi_az_enabled=settings.nodes > 1", "multi_az_enabled=False"),
    "kafka-in-three-zones": _in(GCP, "components/gcp/event_queue.py", '"HIGH" if', '"LOW" if'),
    "topics-in-three-zones": _in(AWS, MSK, "replication_factor=self._replicas", "replication_factor=2"),
    "bucket-in-three-zones": _in(AZURE, "components/azure/model_storage.py", "Standard_ZRS", "Standard_GRS"),
    "nodes-in-three-zones": _in(
        AWS,
        NODES,
        "            subnet_ids=list(self._subnet_ids),",
        "            subnet_ids=list(self._subnet_ids)[:2],",
    ),
    "no-spot-nodes": _in(AWS, NODES, '"ON_DEMAND" if site.is_prod else "SPOT"', '"SPOT"'),
    "several-replicas": _in(
        AWS, "components/rasa/values.py", '"replicaCount": assistant.replicas', '"replicaCount": 1'
    ),
    # Backups and protection
    "database-backups": _in(AWS, RDS, "retention_period=settings.backup_days", "retention_period=1"),
    "point-in-time-restore": _in(
        GCP,
        "components/gcp/tracker_store.py",
        '"point_in_time_recovery_enabled": site.is_prod',
        '"point_in_time_recovery_enabled": False',
    ),
    "redis-snapshots": _in(AWS, ELASTICACHE, "limit=settings.backup_days", "limit=0"),
    "bucket-versions": _in(AWS, S3, '"status": "Enabled"}', '"status": "Suspended"}'),
    "soft-delete": _in(GCP, "components/gcp/model_storage.py", "WEEK_SECONDS if site.is_prod else 0", "0"),
    "deletion-protection": _in(AWS, RDS, "deletion_protection=site.protect", "deletion_protection=False"),
    "locked-data": _in(AZURE, "components/azure/safety.py", 'level="CanNotDelete"', 'level="NotSpecified"'),
    "protected-data": _in(AWS, S3, "protect=site.protect", "protect=False"),
    "final-snapshot": _in(AWS, RDS, "skip_final_snapshot=not site.is_prod", "skip_final_snapshot=True"),
    "no-force-destroy": _in(AWS, S3, "force_destroy=not site.protect", "force_destroy=True"),
    "volumes-stay": _in(AWS, "components/kubernetes/vault/server.py", '"Retain" if', '"Delete" if'),
    "logs-stay": _in(AWS, "components/aws/logs.py", "days or site.log_days", "7"),
    # Identity
    "no-wildcard-action": _in(AWS, S3, 'actions=["s3:GetObject"]', 'actions=["s3:*"]'),
    "no-wildcard-principal": _in(
        AWS, "components/aws/encryption.py", 'pulumi.Output.format("arn:aws:iam::{0}:root", account)', '"*"'
    ),
    "narrow-scope": _in(
        AWS, S3, 'actions=["s3:ListBucket"], resources=[bucket_arn]', 'actions=["s3:ListBucket"], resources=["*"]'
    ),
    "no-administrator": _in(AWS, EKS, "AmazonEKSClusterPolicy", "AdministratorAccess"),
    "exact-workload": _in(AZURE, "components/azure/identity.py", "{namespace}:{service_account}", "{namespace}:*"),
    "trust-names-the-account": _in(AWS, POLICY, '"aws:SourceAccount"', '"aws:SourceOrgID"'),
    "listed-static-keys": _in(AWS, RDS, "-admin-password", "-root-password"),
    "no-account-key": _in(
        AZURE, "components/azure/model_storage.py", "allow_shared_key_access=", "allow_shared_key_access=True or "
    ),
    "cluster-sign-in-by-identity": _in(AWS, EKS, '"API"', '"API_AND_CONFIG_MAP"'),
    "workload-identity": _in(
        AZURE,
        "components/azure/cluster.py",
        '"workload_identity": {"enabled": True}',
        '"workload_identity": {"enabled": False}',
    ),
    "pods-are-no-nodes": _in(AWS, NODES, '"http_tokens": "required"', '"http_tokens": "optional"'),
    "redis-needs-sign-in": _in(GCP, "components/gcp/lock_store.py", "auth_enabled=True", "auth_enabled=False"),
    "kafka-needs-sign-in": _in(AWS, MSK, '"unauthenticated": False', '"unauthenticated": True'),
    # Kubernetes
    "restricted-namespace": _in(
        AWS, "components/kubernetes/namespace.py", '"restricted" for mode', '"baseline" for mode'
    ),
    "deny-by-default": _in(
        AWS, "components/kubernetes/namespace.py", 'types or ["Ingress", "Egress"]', 'types or ["Ingress"]'
    ),
    "no-root": _in(AWS, POD, '"runAsNonRoot": True', '"runAsNonRoot": False'),
    "no-privileges": _in(AWS, POD, '"allowPrivilegeEscalation": False', '"allowPrivilegeEscalation": True'),
    "system-calls-filtered": _in(
        AWS, POD, '"seccompProfile": {"type": "RuntimeDefault"}', '"seccompProfile": {"type": "Unconfined"}'
    ),
    "off-the-host": _in(AWS, JOB, '"restartPolicy": "Never"', '"restartPolicy": "Never", "hostNetwork": True'),
    "memory-limited": _in(AWS, JOB, '"limits": {"memory": "2Gi"}', '"limits": {"cpu": "2"}'),
    "no-token-by-default": _in(AWS, "components/rasa/assistant.py", "token=False", "token=True"),
    "no-wildcard-in-rbac": _in(AWS, "components/kubernetes/access.py", "verbs=list(verbs)", 'verbs=["*"]'),
    "named-secrets": _in(AWS, "components/kubernetes/access.py", "resource_names=[secret], ", ""),
    # Supply chain and secrets
    "pinned-chart": _in(AWS, ARTIFACTS, 'CHART_VERSION: Final = "2.4.0"', 'CHART_VERSION: Final = "2"'),
    "pinned-image": _in(AWS, ARTIFACTS, ":{assistant.rasa_version}.0-latest", ":latest"),
    "known-registry": _in(AWS, ARTIFACTS, '"docker.io/hashicorp/vault"', '"docker.io/someone/vault"'),
    "no-secret-in-values": _in(
        AWS, "components/rasa/values.py", '"enableApi": True', '"token": "hunter2", "enableApi": True'
    ),
    "security-patches": _in(AWS, RDS, "auto_minor_version_upgrade=True", "auto_minor_version_upgrade=False"),
    "shielded-nodes": _in(GCP, "components/gcp/cluster.py", "shielded_nodes=True", "shielded_nodes=False"),
    # Governance
    "required-tags": _in(AWS, "providers/aws.py", '"project": "rasa", ', ""),
    "owner-tag": _in(AWS, "providers/aws.py", ", **settings.tags", ""),
    "allowed-region": _in(GCP, "components/gcp/tracker_store.py", "region=site.region", 'region="us-central1"'),
    "allowed-size": _in(AWS, RDS, "instance_class=settings.size", 'instance_class="db.m7g.16xlarge"'),
    "api-audit-log": _in(AWS, EKS, "list(ALL_LOGS if site.is_prod else DEV_LOGS)", '["api"]'),
    "service-logs": _in(AWS, RDS, "logs_exports=logs", "logs_exports=[]"),
    "service-logs-on-azure": _in(
        AZURE, "components/azure/safety.py", "resource_uri=resource_id", 'resource_uri="/subscriptions/other"'
    ),
}
