"""What holds data, or stands below what does: deleting or replacing one loses what no `up` brings back.

The one list of it. The tests hold it against the program: in prod these are protected, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_DATABASE = "the PostgreSQL with all conversations"
_REDIS = "the Redis with locks and timers"
_KAFKA = "the Kafka with the events"
_TOPIC = "a Kafka topic with events"
_MODELS = "the storage of the models"
_KEY = "a key that data is encrypted with"
_NETWORK = "the network that the data services stand in"
_CLUSTER = "the Kubernetes cluster with Vault's disks"
_RECOVERY = "the place of Vault's recovery keys"

_RESOURCE_GROUP = "the resource group that everything is in"
_VAULT = "Vault with the assistants' credentials"
# The gravest first.
HOLDINGS: Final = (
    _DATABASE,
    _KEY,
    _MODELS,
    _RECOVERY,
    _VAULT,
    _RESOURCE_GROUP,
    _REDIS,
    _KAFKA,
    _TOPIC,
    _CLUSTER,
    _NETWORK,
)

# Type to what a person knows it as.
DATA: Final[Mapping[str, str]] = {
    "aws:ec2/vpc:Vpc": _NETWORK,
    "aws:ec2/subnet:Subnet": _NETWORK,
    "aws:kms/key:Key": _KEY,
    "aws:s3/bucket:Bucket": _MODELS,
    "aws:rds/instance:Instance": _DATABASE,
    "aws:elasticache/replicationGroup:ReplicationGroup": _REDIS,
    "aws:msk/cluster:Cluster": _KAFKA,
    "aws:msk/topic:Topic": _TOPIC,
    "aws:eks/cluster:Cluster": _CLUSTER,
    "azure-native:resources:ResourceGroup": _RESOURCE_GROUP,
    "azure-native:network:VirtualNetwork": _NETWORK,
    "azure-native:network:Subnet": _NETWORK,
    "azure-native:keyvault:Vault": _KEY,
    "azure-native:keyvault:Key": _KEY,
    "azure-native:storage:StorageAccount": _MODELS,
    "azure-native:storage:BlobContainer": _MODELS,
    "azure-native:dbforpostgresql:Server": _DATABASE,
    "azure-native:redisenterprise:RedisEnterprise": _REDIS,
    "azure-native:redisenterprise:Database": _REDIS,
    "azure-native:eventhub:Namespace": _KAFKA,
    "azure-native:eventhub:EventHub": _TOPIC,
    "azure-native:containerservice:ManagedCluster": _CLUSTER,
    "gcp:compute/network:Network": _NETWORK,
    "gcp:compute/subnetwork:Subnetwork": _NETWORK,
    "gcp:compute/globalAddress:GlobalAddress": _NETWORK,
    "gcp:servicenetworking/connection:Connection": _NETWORK,
    "gcp:kms/cryptoKey:CryptoKey": _KEY,
    "gcp:secretmanager/secret:Secret": _RECOVERY,
    "gcp:storage/bucket:Bucket": _MODELS,
    "gcp:sql/databaseInstance:DatabaseInstance": _DATABASE,
    "gcp:redis/instance:Instance": _REDIS,
    "gcp:container/cluster:Cluster": _CLUSTER,
    "confluentcloud:index/environment:Environment": _KAFKA,
    "confluentcloud:index/kafkaCluster:KafkaCluster": _KAFKA,
    "confluentcloud:index/kafkaTopic:KafkaTopic": _TOPIC,
}
# The same, of types that are otherwise no data: Vault, and the namespace that its volumes go with.
_BY_NAME: Final[Mapping[tuple[str, str], str]] = {
    ("kubernetes:helm.sh/v3:Release", "vault-release"): _VAULT,
    ("kubernetes:core/v1:Namespace", "vault-space-namespace"): _VAULT,
}
# Of the secrets in Secrets Manager this one only: what is in any other is made again.
_RECOVERY_SECRET: Final = ("aws:secretsmanager/secret:Secret", "-vault-recovery-secret")


def what_it_holds(type_: str, name: str) -> str:
    """What a person knows the data as; empty where an `up` brings everything back."""
    if type_ == _RECOVERY_SECRET[0] and name.endswith(_RECOVERY_SECRET[1]):
        return _RECOVERY
    return DATA.get(type_) or _BY_NAME.get((type_, name), "")
