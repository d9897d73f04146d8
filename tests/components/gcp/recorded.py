"""The platform on Google Cloud alone, and what the tests here ask about it."""

from __future__ import annotations

from typing import Any

from sandbox.recorder import Registration, Secret
from tests.components import built
from tests.components.built import is_secret, known, sources

__all__ = ["Built", "build", "is_secret", "known", "plain", "sources"]

# Types, without `gcp:`.
SQL, REDIS, BUCKET = "sql/databaseInstance:DatabaseInstance", "redis/instance:Instance", "storage/bucket:Bucket"
GKE, NODES, NAT = "container/cluster:Cluster", "container/nodePool:NodePool", "compute/routerNat:RouterNat"
KEY, KEY_MEMBER = "kms/cryptoKey:CryptoKey", "kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
API, CONNECTION = "projects/service:Service", "servicenetworking/connection:Connection"
RING, SECRET = "kms/keyRing:KeyRing", "secretmanager/secret:Secret"
SECRET_MEMBER = "secretmanager/secretIamMember:SecretIamMember"
BUCKET_MEMBER = "storage/bucketIAMMember:BucketIAMMember"
# Of Confluent, without `confluentcloud:index/`.
KAFKA, TOPIC, ACL = "kafkaCluster:KafkaCluster", "kafkaTopic:KafkaTopic", "kafkaAcl:KafkaAcl"
ROLE, API_KEY = "roleBinding:RoleBinding", "apiKey:ApiKey"


class Built(built.Built):
    """A platform on Google Cloud."""

    def confluent(self, kind: str) -> list[Registration]:
        """The resources of a type of Confluent's, such as `kafkaTopic:KafkaTopic`."""
        return self.recording.of_type(f"confluentcloud:index/{kind}")

    @property
    def kafka(self) -> Registration:
        """The Kafka cluster."""
        (found,) = self.confluent(KAFKA)
        return found


def build(stack_file: dict[str, Any], *, stack: str = "dev") -> Built:
    """The platform of a stack file, as the program makes it."""
    return Built("gcp", *built.record(stack_file, stack=stack))


def plain(value: Any) -> Any:
    """A value without its secret mark."""
    return value.value if isinstance(value, Secret) else value
