"""Reasons on GCP, and in Confluent Cloud."""

from __future__ import annotations

from typing import Final

from tests.program.waits.table import read

FORCED: Final = read(
    """
    * <- Apis Service
        a call to an API that is not on is refused
    EncryptionKey CryptoKey <- KeyRing
        a key is in a ring
    EncryptionKey CryptoKeyIAMMember <- CryptoKey, ServiceIdentity
        it lets one use the other
    * <- EncryptionKey CryptoKey
        data is encrypted with it, in most services from the start only
    * <- EncryptionKey CryptoKeyIAMMember
        a service is refused the key until it has the right
    Network * <- Network
        it is part of the network
    Network RouterNat <- Router
        it is part of the router
    Network Connection <- GlobalAddress
        it lends the range to Google's services
    GkeCluster Cluster <- Network Network, Network Subnetwork
        nodes and pods have their addresses there
    GkeCluster Cluster <- Account, IAMMember
        nodes report under this account
    GkeCluster IAMMember <- Account
        the right is the account's
    GkeCluster NodePool <- Cluster, Account, IAMMember
        nodes join the cluster under this account
    GkeCluster NodePool <- Network RouterNat
        a node fetches images to be ready
    - kubernetes <- GkeCluster Cluster
        it signs in there
    - kubernetes <- GkeCluster NodePool
        pods need nodes
    CloudSqlTrackerStore DatabaseInstance <- Network Network, Network GlobalAddress, Network Connection
        its address is in the range that is lent
    CloudSqlTrackerStore User <- DatabaseInstance
        a user is in an instance
    MemorystoreLockStore Instance <- Network Network, Network GlobalAddress, Network Connection
        its address is in the range that is lent
    ConfluentEventQueue Gateway <- Environment
        it is in an environment
    ConfluentEventQueue Address <- Network Subnetwork
        it is an address of the subnet
    ConfluentEventQueue ForwardingRule <- Network Network, Address, Gateway
        it leads from one to the other
    ConfluentEventQueue AccessPoint <- Environment, Gateway, ForwardingRule
        Confluent takes in the connection
    ConfluentEventQueue ManagedZone <- Network Network, AccessPoint
        the zone's name is the access point's
    ConfluentEventQueue RecordSet <- AccessPoint, Address, ManagedZone
        it gives the name the address
    ConfluentEventQueue KafkaCluster <- Environment, AccessPoint
        it tells its addresses once, the access point's among them
    ConfluentEventQueue RoleBinding <- KafkaCluster, ServiceAccount
        it lets one use the other
    ConfluentEventQueue ApiKey <- Environment, KafkaCluster, RoleBinding, ServiceAccount
        a key is for an account and a cluster
    ConfluentEventQueue KafkaTopic <- KafkaCluster, ApiKey
        the key makes it
    ConfluentEventQueue KafkaAcl <- KafkaCluster, ApiKey
        the key makes it
    FederatedIdentity *Member <- GkeCluster Cluster
        the pool of identities comes with the first cluster
    CloudKmsVaultSeal *Member <- GkeCluster Cluster
        the pool of identities comes with the first cluster
    FederatedIdentity BucketIAMMember <- GcsModelStorage Bucket
        the right names what it is for
    CloudKmsVaultSeal CryptoKey <- KeyRing
        a key is in a ring
    CloudKmsVaultSeal CryptoKeyIAMMember <- CryptoKey, ServiceIdentity
        it lets one use the other
    CloudKmsVaultSeal Secret <- CryptoKey, CryptoKeyIAMMember
        it is encrypted with it
    CloudKmsVaultSeal SecretIamMember <- Secret
        the right names what it is for
    VaultServer Release <- CloudKmsVaultSeal *
        Vault opens itself with the key
    VaultServer ConfigMap <- CloudKmsVaultSeal Secret
        the script is told where it is
    VaultServer Job <- CloudKmsVaultSeal Secret, CloudKmsVaultSeal SecretIamMember
        it keeps the recovery keys there
    DatabaseServer ConfigMap <- CloudSqlTrackerStore DatabaseInstance
        it holds the instance's root certificate
    DatabaseServer Secret <- CloudSqlTrackerStore RandomPassword
        it holds the password
    Assistant/AssistantDatabase Job <- CloudSqlTrackerStore *
        it signs in there
    Assistant/AssistantTopics * <- ConfluentEventQueue *
        it makes the topics there
    Assistant/Secrets * <- CloudSqlTrackerStore DatabaseInstance, MemorystoreLockStore Instance
        Rasa is given them
    Assistant/Secrets * <- ConfluentEventQueue ApiKey
        Rasa is given them
    Assistant/ScriptJob * <- CloudSqlTrackerStore *, MemorystoreLockStore Instance, ConfluentEventQueue *
        it tries what Rasa will use
    Assistant/ScriptJob * <- GcsModelStorage Bucket, FederatedIdentity BucketIAMMember
        it fetches the model as Rasa will
    Assistant Release <- CloudSqlTrackerStore DatabaseInstance, ConfluentEventQueue KafkaCluster
        the pods read their addresses
    Assistant Release <- GcsModelStorage Bucket
        the pods read their addresses
    Assistant Release <- ConfluentEventQueue AccessPoint, ConfluentEventQueue RecordSet
        pods find the brokers by these names when they start
    Assistant Release <- ConfluentEventQueue RoleBinding, ConfluentEventQueue KafkaAcl
        Rasa signs in, and writes
    Assistant Release <- ConfluentEventQueue KafkaTopic
        Rasa signs in, and writes
    Assistant Release <- FederatedIdentity BucketIAMMember
        the model is fetched under this identity
    """
)
CHOSEN: Final = read(
    """
    Assistant/Secrets Secret <- ConfluentEventQueue AccessPoint, ConfluentEventQueue RecordSet
        a pod must not find a rotated credential before the service takes it
    Assistant/Secrets Secret <- ConfluentEventQueue RoleBinding, ConfluentEventQueue KafkaAcl
        a pod must not find a rotated credential before the service takes it
    Assistant/Secrets Secret <- ConfluentEventQueue KafkaTopic, FederatedIdentity BucketIAMMember
        a pod must not find a rotated credential before the service takes it
    """
)
