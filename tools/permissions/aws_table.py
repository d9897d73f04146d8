"""AWS: the actions of IAM that each type of resource and each call needs.

Read from AWS's own reference of actions, the handlers that AWS publishes for its resource types, and what the
provider calls. Some of the actions are AWS's doing: to make a thing of a service is refused to whoever may not do
this or that of another one, which the service then does in the caller's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tools.permissions.needs import Needs, needs

TAGS: Final = needs("ec2:", write="CreateTags DeleteTags")
GROUP: Final = needs(
    "ec2:",
    read="DescribeSecurityGroups",
    write="AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress"
    " RevokeSecurityGroupEgress",
)
RULE: Final = needs("ec2:", read="DescribeSecurityGroupRules", write="ModifySecurityGroupRules") + TAGS
INGRESS: Final = "AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress"
EGRESS: Final = "AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress"
# Interfaces that a service or a node left behind keep a subnet and a group from being deleted.
LEFT_BEHIND: Final = needs("ec2:", write="DescribeNetworkInterfaces DetachNetworkInterface DeleteNetworkInterface")
PASS_ROLE: Final = needs("iam:", write="GetRole PassRole")
LINKED_ROLE: Final = needs("iam:", write="CreateServiceLinkedRole")
PLACE: Final = needs("ec2:", write="DescribeVpcs DescribeSubnets DescribeSecurityGroups")
EKS_TAGS: Final = needs("eks:", write="TagResource UntagResource")
EKS_ADMIN: Final = "AssociateAccessPolicy DisassociateAccessPolicy"
POD_ROLES: Final = "CreatePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation"
CACHE_TAGS: Final = needs("elasticache:", read="ListTagsForResource", write="AddTagsToResource RemoveTagsFromResource")
RDS_TAGS: Final = needs("rds:", read="ListTagsForResource", write="AddTagsToResource RemoveTagsFromResource")
KAFKA_TAGS: Final = needs("kafka:", read="ListTagsForResource", write="TagResource UntagResource")
SECRET: Final = needs("secretsmanager:", read="DescribeSecret")
# To be encrypted with a key, a service asks for it in the caller's name.
GRANTS: Final = needs("kms:", write="DescribeKey CreateGrant")

TYPES: Final[Mapping[str, Needs]] = {
    "aws:appautoscaling/policy:Policy": needs(
        "application-autoscaling:", read="DescribeScalingPolicies", write="PutScalingPolicy DeleteScalingPolicy"
    )
    + needs("cloudwatch:", write="DescribeAlarms PutMetricAlarm DeleteAlarms"),
    "aws:appautoscaling/target:Target": needs(
        "application-autoscaling:",
        read="DescribeScalableTargets ListTagsForResource",
        write="RegisterScalableTarget DeregisterScalableTarget TagResource UntagResource",
    )
    + LINKED_ROLE,
    "aws:cloudwatch/logGroup:LogGroup": needs(
        "logs:",
        read="DescribeLogGroups ListTagsForResource",
        write="CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy AssociateKmsKey"
        " DisassociateKmsKey TagResource UntagResource",
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": GROUP + TAGS,
    "aws:ec2/eip:Eip": needs(
        "ec2:",
        read="DescribeAddresses DescribeAddressesAttribute",
        write="AllocateAddress ReleaseAddress DisassociateAddress",
    )
    + TAGS,
    "aws:ec2/flowLog:FlowLog": needs("ec2:", read="DescribeFlowLogs", write="CreateFlowLogs DeleteFlowLogs")
    + PASS_ROLE
    + TAGS,
    "aws:ec2/internetGateway:InternetGateway": needs(
        "ec2:",
        read="DescribeInternetGateways",
        write="CreateInternetGateway DeleteInternetGateway AttachInternetGateway DetachInternetGateway",
    )
    + TAGS,
    "aws:ec2/launchTemplate:LaunchTemplate": needs(
        "ec2:",
        read="DescribeLaunchTemplates DescribeLaunchTemplateVersions",
        write="CreateLaunchTemplate CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate",
    )
    + TAGS,
    "aws:ec2/natGateway:NatGateway": needs(
        "ec2:", read="DescribeNatGateways", write="CreateNatGateway DeleteNatGateway"
    )
    + TAGS,
    "aws:ec2/route:Route": needs("ec2:", read="DescribeRouteTables", write="CreateRoute ReplaceRoute DeleteRoute"),
    "aws:ec2/routeTable:RouteTable": needs(
        "ec2:", read="DescribeRouteTables", write="CreateRouteTable DeleteRouteTable DisassociateRouteTable"
    )
    + TAGS,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": needs(
        "ec2:",
        read="DescribeRouteTables",
        write="AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation",
    ),
    "aws:ec2/securityGroup:SecurityGroup": needs("ec2:", write="CreateSecurityGroup DeleteSecurityGroup")
    + GROUP
    + LEFT_BEHIND
    + TAGS,
    "aws:ec2/subnet:Subnet": needs(
        "ec2:", read="DescribeSubnets", write="CreateSubnet DeleteSubnet ModifySubnetAttribute"
    )
    + LEFT_BEHIND
    + TAGS,
    "aws:ec2/vpc:Vpc": needs(
        "ec2:",
        read="DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups",
        write="CreateVpc DeleteVpc ModifyVpcAttribute",
    )
    + TAGS,
    "aws:ec2/vpcEndpoint:VpcEndpoint": needs(
        "ec2:",
        read="DescribeVpcEndpoints DescribePrefixLists",
        write="CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints",
    )
    + needs("route53:", write="AssociateVPCWithHostedZone")
    + PLACE
    + TAGS,
    "aws:eks/accessEntry:AccessEntry": needs(
        "eks:", read="DescribeAccessEntry", write="CreateAccessEntry UpdateAccessEntry DeleteAccessEntry"
    )
    + EKS_TAGS,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": needs(
        "eks:", read="ListAssociatedAccessPolicies", write=EKS_ADMIN
    ),
    "aws:eks/addon:Addon": needs(
        "eks:",
        read="DescribeAddon DescribePodIdentityAssociation",
        write=f"DescribeAddonVersions CreateAddon UpdateAddon DeleteAddon DescribeUpdate {POD_ROLES}",
    )
    + PASS_ROLE
    + EKS_TAGS,
    # Whoever makes a cluster becomes its administrator, by an access entry.
    "aws:eks/cluster:Cluster": needs(
        "eks:",
        read="DescribeCluster",
        write="CreateCluster UpdateClusterConfig UpdateClusterVersion AssociateEncryptionConfig DeleteCluster"
        f" DescribeUpdate CreateAccessEntry {EKS_ADMIN}",
    )
    + PASS_ROLE
    + LINKED_ROLE
    + GRANTS
    + PLACE
    + EKS_TAGS,
    # A launch template is tried out in the caller's name.
    "aws:eks/nodeGroup:NodeGroup": needs(
        "eks:",
        read="DescribeNodegroup",
        write="CreateNodegroup UpdateNodegroupConfig UpdateNodegroupVersion DeleteNodegroup DescribeUpdate",
    )
    + needs("ec2:", write="RunInstances DescribeLaunchTemplates DescribeLaunchTemplateVersions")
    + PASS_ROLE
    + LINKED_ROLE
    + PLACE
    + TAGS
    + EKS_TAGS,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": needs(
        "eks:", read="DescribePodIdentityAssociation", write=POD_ROLES
    )
    + PASS_ROLE
    + EKS_TAGS,
    "aws:elasticache/parameterGroup:ParameterGroup": needs(
        "elasticache:",
        read="DescribeCacheParameterGroups DescribeCacheParameters",
        write="CreateCacheParameterGroup ModifyCacheParameterGroup ResetCacheParameterGroup DeleteCacheParameterGroup",
    )
    + CACHE_TAGS,
    "aws:elasticache/replicationGroup:ReplicationGroup": needs(
        "elasticache:",
        read="DescribeReplicationGroups DescribeCacheClusters",
        write="CreateReplicationGroup ModifyReplicationGroup ModifyReplicationGroupShardConfiguration"
        " IncreaseReplicaCount DecreaseReplicaCount DeleteReplicationGroup CreateSnapshot",
    )
    + needs("ec2:", write="CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces")
    + LINKED_ROLE
    + PLACE
    + CACHE_TAGS,
    "aws:elasticache/subnetGroup:SubnetGroup": needs(
        "elasticache:",
        read="DescribeCacheSubnetGroups",
        write="CreateCacheSubnetGroup ModifyCacheSubnetGroup DeleteCacheSubnetGroup",
    )
    + PLACE
    + CACHE_TAGS,
    "aws:elasticache/user:User": needs("elasticache:", read="DescribeUsers", write="CreateUser ModifyUser DeleteUser")
    + CACHE_TAGS,
    "aws:elasticache/userGroup:UserGroup": needs(
        "elasticache:", read="DescribeUserGroups", write="CreateUserGroup ModifyUserGroup DeleteUserGroup"
    )
    + CACHE_TAGS,
    "aws:iam/role:Role": needs(
        "iam:",
        read="GetRole ListRolePolicies ListAttachedRolePolicies GetRolePolicy",
        write="CreateRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole TagRole UntagRole"
        " ListInstanceProfilesForRole",
    ),
    "aws:iam/rolePolicy:RolePolicy": needs("iam:", read="GetRolePolicy", write="PutRolePolicy DeleteRolePolicy"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": needs(
        "iam:", read="ListAttachedRolePolicies", write="AttachRolePolicy DetachRolePolicy"
    ),
    "aws:kms/alias:Alias": needs("kms:", read="ListAliases", write="CreateAlias UpdateAlias DeleteAlias"),
    "aws:kms/key:Key": needs(
        "kms:",
        read="DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
        write="CreateKey PutKeyPolicy EnableKeyRotation DisableKeyRotation EnableKey DisableKey UpdateKeyDescription"
        " ScheduleKeyDeletion TagResource UntagResource",
    ),
    "aws:msk/cluster:Cluster": needs(
        "kafka:",
        read="DescribeCluster DescribeClusterV2 GetBootstrapBrokers",
        write="CreateCluster DeleteCluster UpdateBrokerCount UpdateBrokerStorage UpdateBrokerType"
        " UpdateClusterConfiguration UpdateClusterKafkaVersion UpdateConnectivity UpdateMonitoring UpdateRebalancing"
        " UpdateSecurity UpdateStorage DescribeClusterOperation",
    )
    + needs(
        "logs:",
        write="CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries"
        " PutResourcePolicy DescribeResourcePolicies DescribeLogGroups",
    )
    + GRANTS
    + LINKED_ROLE
    + PLACE
    + KAFKA_TAGS,
    "aws:msk/configuration:Configuration": needs(
        "kafka:",
        read="DescribeConfiguration DescribeConfigurationRevision",
        write="CreateConfiguration UpdateConfiguration DeleteConfiguration",
    ),
    "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation": needs(
        "kafka:", read="ListScramSecrets", write="BatchAssociateScramSecret BatchDisassociateScramSecret"
    )
    + needs("secretsmanager:", write="GetSecretValue")
    + needs("kms:", write="RetireGrant")
    + GRANTS,
    "aws:msk/topic:Topic": needs(
        "kafka:",
        read="DescribeTopic DescribeTopicPartitions",
        write="CreateTopic UpdateTopic DeleteTopic",
    )
    + needs(
        "kafka-cluster:",
        read="Connect DescribeTopic DescribeTopicDynamicConfiguration",
        write="CreateTopic AlterTopic AlterTopicDynamicConfiguration DeleteTopic",
    ),
    "aws:rds/instance:Instance": needs(
        "rds:",
        read="DescribeDBInstances",
        write="CreateDBInstance ModifyDBInstance RebootDBInstance DeleteDBInstance DescribeDBEngineVersions",
    )
    + needs("ec2:", write="DescribeVpcAttribute DescribeAvailabilityZones DescribeInternetGateways")
    + LINKED_ROLE
    + PLACE
    + RDS_TAGS,
    "aws:rds/parameterGroup:ParameterGroup": needs(
        "rds:",
        read="DescribeDBParameterGroups DescribeDBParameters",
        write="CreateDBParameterGroup ModifyDBParameterGroup ResetDBParameterGroup DeleteDBParameterGroup",
    )
    + RDS_TAGS,
    "aws:rds/subnetGroup:SubnetGroup": needs(
        "rds:",
        read="DescribeDBSubnetGroups",
        write="CreateDBSubnetGroup ModifyDBSubnetGroup DeleteDBSubnetGroup",
    )
    + PLACE
    + RDS_TAGS,
    # To read a bucket, the provider looks at every setting that a bucket can have.
    "aws:s3/bucket:Bucket": needs(
        "s3:",
        read="ListBucket GetBucketLocation GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning"
        " GetBucketLogging GetBucketPolicy GetBucketTagging GetBucketRequestPayment GetBucketObjectLockConfiguration"
        " GetAccelerateConfiguration GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration"
        " ListTagsForResource",
        write="CreateBucket DeleteBucket PutBucketTagging TagResource UntagResource",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": needs(
        "s3:", read="GetLifecycleConfiguration", write="PutLifecycleConfiguration"
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": needs(
        "s3:", read="GetBucketOwnershipControls", write="PutBucketOwnershipControls"
    ),
    "aws:s3/bucketPolicy:BucketPolicy": needs(
        "s3:", read="GetBucketPolicy", write="PutBucketPolicy DeleteBucketPolicy"
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": needs(
        "s3:", read="GetBucketPublicAccessBlock", write="PutBucketPublicAccessBlock"
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": needs(
        "s3:", read="GetEncryptionConfiguration", write="PutEncryptionConfiguration"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": needs("s3:", read="GetBucketVersioning", write="PutBucketVersioning"),
    "aws:secretsmanager/secret:Secret": needs(
        "secretsmanager:",
        read="GetResourcePolicy",
        write="CreateSecret UpdateSecret DeleteSecret TagResource UntagResource",
    )
    + SECRET,
    "aws:secretsmanager/secretPolicy:SecretPolicy": needs(
        "secretsmanager:", read="GetResourcePolicy", write="PutResourcePolicy DeleteResourcePolicy"
    )
    + SECRET,
    "aws:secretsmanager/secretVersion:SecretVersion": needs(
        "secretsmanager:", read="GetSecretValue", write="PutSecretValue UpdateSecretVersionStage"
    )
    + SECRET,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": needs("ec2:", write=EGRESS) + RULE,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": needs("ec2:", write=INGRESS) + RULE,
}

# What an input brings along, where it is set: by type and input.
INPUTS: Final[Mapping[tuple[str, str], Needs]] = {
    # Whoever may read an encrypted secret, or write one, may do so with its key as well.
    ("aws:secretsmanager/secret:Secret", "kmsKeyId"): needs(
        "kms:", read="Decrypt", write="DescribeKey GenerateDataKey"
    ),
    ("aws:rds/instance:Instance", "kmsKeyId"): needs("kms:", write="Decrypt GenerateDataKey") + GRANTS,
    ("aws:rds/instance:Instance", "monitoringRoleArn"): PASS_ROLE,
    ("aws:rds/instance:Instance", "finalSnapshotIdentifier"): needs("rds:", write="CreateDBSnapshot"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "kmsKeyId"): GRANTS,
    # What is not protected is emptied before it is deleted.
    ("aws:s3/bucket:Bucket", "forceDestroy"): needs("s3:", write="ListBucketVersions DeleteObject DeleteObjectVersion"),
}

CALLS: Final[Mapping[str, Needs]] = {
    # Everybody may ask who they are.
    "aws:index/getCallerIdentity:getCallerIdentity": Needs(),
}
