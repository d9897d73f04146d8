"""Reasons on AWS."""

from __future__ import annotations

from typing import Final

from tests.program.waits.table import read

FORCED: Final = read(
    """
    * SecurityGroup <- Network Vpc
        a firewall is part of a network
    * SubnetGroup <- Network Subnet
        a group names its subnets
    * LogGroup <- EncryptionKey Key
        logs are encrypted with it
    * SecurityGroupIngressRule <- SecurityGroup
        a rule is part of a firewall
    * SecurityGroupIngressRule <- EksCluster Cluster
        the rule lets in the cluster's own group, which comes with the cluster
    * PodIdentityAssociation <- EksCluster Cluster
        an association is part of a cluster
    * PodIdentityAssociation <- Role
        it names the role
    * RolePolicy <- Role
        a policy is part of a role
    * RolePolicyAttachment <- Role
        an attachment is part of a role
    Network Subnet <- Vpc
        a subnet is part of a network
    Network InternetGateway <- Vpc
        it is attached to the network
    Network RouteTable <- Vpc
        it is part of the network
    Network RouteTableAssociation <- RouteTable, Subnet
        it joins the two
    Network Route <- RouteTable, InternetGateway, NatGateway
        a route leads from one to the other
    Network Eip <- InternetGateway
        an address is of no use before the network has a way out
    Network NatGateway <- Eip, Subnet, InternetGateway, Route, RouteTableAssociation
        it is made where there is a way out
    Network VpcEndpoint <- Vpc, Subnet, SecurityGroup, RouteTable
        it has an address in each, or a route
    EksCluster Cluster <- Network Subnet
        the control plane has an address in each subnet
    EksCluster Cluster <- EncryptionKey Key
        secrets in it are encrypted with it, which cannot be changed later
    EksCluster Cluster <- LogGroup, Role, RolePolicyAttachment
        it takes the role and writes the log at once
    EksCluster NodeGroup <- Network Subnet
        nodes stand in them
    EksCluster NodeGroup <- Network Route, Network RouteTableAssociation
        a node fetches images to be ready
    EksCluster NodeGroup <- Cluster, LaunchTemplate, Role, RolePolicyAttachment
        nodes join the cluster under this role
    EksCluster NodeGroup <- Addon
        nodes are ready when the add-on for pod addresses is there
    EksCluster Addon <- Cluster
        an add-on is part of a cluster
    EksCluster Addon <- NodeGroup
        pods of these add-ons need nodes to become healthy
    EksCluster Addon <- Role, RolePolicy, RolePolicyAttachment
        the disk driver works under the role
    EksCluster RolePolicy <- EncryptionKey Key
        the disk driver may use it
    - kubernetes <- EksCluster Cluster
        it signs in there
    - kubernetes <- EksCluster NodeGroup, EksCluster Addon
        pods need nodes, addresses and names
    RdsTrackerStore Instance <- EncryptionKey Key
        data is encrypted with it, which cannot be changed later
    RdsTrackerStore Instance <- SubnetGroup, SecurityGroup, ParameterGroup
        it is made in them
    RdsTrackerStore Instance <- LogGroup, Role, RolePolicyAttachment
        it takes the role and writes the log at once
    ElastiCacheLockStore ReplicationGroup <- EncryptionKey Key
        data is encrypted with it, which cannot be changed later
    ElastiCacheLockStore ReplicationGroup <- SubnetGroup, SecurityGroup, ParameterGroup, UserGroup, LogGroup
        it is made in them
    ElastiCacheLockStore UserGroup <- User
        a group has users
    MskEventQueue Cluster <- EncryptionKey Key
        data is encrypted with it, which cannot be changed later
    MskEventQueue Cluster <- Network Subnet, SecurityGroup, Configuration, LogGroup
        the brokers are made in them
    MskEventQueue Topic <- Cluster
        a topic is in a cluster
    MskEventQueue Secret <- EncryptionKey Key
        MSK takes only secrets under a key of the customer
    MskEventQueue SecretVersion <- Secret
        a value is in a secret
    MskEventQueue SecretPolicy <- Secret
        a policy is part of a secret
    MskEventQueue SingleScramSecretAssociation <- Cluster, Secret, SecretPolicy, SecretVersion
        the brokers read the secret
    S3ModelStorage BucketServerSideEncryptionConfiguration <- EncryptionKey Key, Bucket
        models are encrypted with it
    S3ModelStorage BucketOwnershipControls <- Bucket
        it is part of a bucket
    S3ModelStorage BucketPublicAccessBlock <- Bucket, BucketOwnershipControls
        S3 takes one change at a time
    S3ModelStorage BucketPolicy <- Bucket, BucketPublicAccessBlock
        S3 takes one change at a time
    KmsVaultSeal Secret <- Key
        it is encrypted with it
    KmsVaultSeal RolePolicy <- Secret, Key
        the right names what it is for
    PodIdentity RolePolicy <- EncryptionKey Key, S3ModelStorage Bucket, RdsTrackerStore Instance
        the right names what it is for
    PodIdentity RolePolicy <- ElastiCacheLockStore User
        the right names what it is for
    PodIdentity RolePolicy <- ElastiCacheLockStore ReplicationGroup, MskEventQueue Cluster
        the right names what it is for
    VaultServer Release <- KmsVaultSeal Key, KmsVaultSeal PodIdentityAssociation, KmsVaultSeal RolePolicy
        Vault opens itself with the key
    VaultServer ConfigMap <- KmsVaultSeal Secret
        the script is told where it is
    VaultServer Job <- KmsVaultSeal Secret, KmsVaultSeal PodIdentityAssociation, KmsVaultSeal RolePolicy
        it keeps the recovery keys there
    VaultServer StorageClass <- EncryptionKey Key, EksCluster RolePolicy
        disks are encrypted with it
    DatabaseServer Secret <- RdsTrackerStore RandomPassword
        it holds the password
    Assistant/AssistantDatabase Job <- RdsTrackerStore *
        it signs in there
    Assistant/Secrets * <- RdsTrackerStore Instance, ElastiCacheLockStore RandomPassword
        Rasa is given them
    Assistant/Secrets * <- MskEventQueue RandomPassword
        Rasa is given them
    Assistant/ScriptJob * <- RdsTrackerStore Instance, ElastiCacheLockStore *, MskEventQueue *, S3ModelStorage *
        it tries what Rasa will use
    Assistant/ScriptJob * <- PodIdentity *
        it tries what Rasa will use
    Assistant Release <- RdsTrackerStore Instance, ElastiCacheLockStore ReplicationGroup, MskEventQueue Cluster
        the pods read their addresses
    Assistant Release <- S3ModelStorage Bucket
        the pods read their addresses
    Assistant Release <- ElastiCacheLockStore SecurityGroupIngressRule, MskEventQueue SecurityGroupIngressRule
        pods connect when they start
    Assistant Release <- ElastiCacheLockStore User
        Rasa signs in
    Assistant Release <- MskEventQueue SingleScramSecretAssociation, MskEventQueue Topic
        Rasa signs in, and writes to the topic
    Assistant Release <- PodIdentity PodIdentityAssociation, PodIdentity RolePolicy
        the model is fetched under this role
    """
)
CHOSEN: Final = read(
    """
    Assistant Release <- S3ModelStorage Bucket*
        no model is fetched from a bucket that is not closed yet
    Assistant/Secrets Secret <- ElastiCacheLockStore User, ElastiCacheLockStore SecurityGroupIngressRule
        a pod must not find a rotated credential before the service takes it
    Assistant/Secrets Secret <- MskEventQueue SingleScramSecretAssociation, MskEventQueue Topic
        a pod must not find a rotated credential before the service takes it
    Assistant/Secrets Secret <- MskEventQueue SecurityGroupIngressRule, PodIdentity *, S3ModelStorage Bucket*
        a pod must not find a rotated credential before the service takes it
    """
)
