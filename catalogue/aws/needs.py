"""Permissions that several resource types of AWS need.

They come from the actions that AWS publishes for its resource types, and from the provider's calls. Some services call
another service in the caller's name, and refuse to create a resource if the caller may not do that. Each type that
needs such a right names it: another type with the same right may be missing in a stack. Sources are the dependent
actions of the Service Authorization Reference and `handlers.permissions` of CloudFormation's resource schemas.

`action@service` is an action that this service does: in IAM on its own service-linked role, in KMS for a grant that
does not have the mark of a service.
"""

from __future__ import annotations

from typing import Final

from catalogue.needs import Needs, needs

CREATE_LINKED_ROLE: Final = "iam:CreateServiceLinkedRole"
TAGS: Final = needs("ec2:", write="CreateTags DeleteTags")
GROUP_RULES: Final = needs(
    "ec2:",
    "DescribeSecurityGroups",
    "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress",
)
RULE: Final = needs("ec2:", "DescribeSecurityGroupRules", "ModifySecurityGroupRules") + TAGS
# Remaining interfaces of a service or a node keep a subnet and a group from being deleted.
LEFT_BEHIND: Final = needs("ec2:", write="DescribeNetworkInterfaces DetachNetworkInterface DeleteNetworkInterface")
PASS_ROLE: Final = needs("iam:", write="GetRole PassRole")
# EKS looks at the policies of a role before it uses it.
EKS_ROLE: Final = PASS_ROLE + needs("iam:", write="ListAttachedRolePolicies")
PLACE: Final = needs("ec2:", write="DescribeVpcs DescribeSubnets DescribeSecurityGroups")
EKS_TAGS: Final = needs("eks:", write="TagResource UntagResource")
EKS_ADMIN: Final = "AssociateAccessPolicy DisassociateAccessPolicy"
POD_ROLES: Final = "CreatePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation"
CACHE_INTERFACES: Final = needs("ec2:", write="CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces")
CACHE_TAGS: Final = needs("elasticache:", "ListTagsForResource", "AddTagsToResource RemoveTagsFromResource")
RDS_TAGS: Final = needs("rds:", "ListTagsForResource", "AddTagsToResource RemoveTagsFromResource")
KAFKA_TAGS: Final = needs("kafka:", "ListTagsForResource", "TagResource UntagResource")
READ_SECRET: Final = needs("secretsmanager:", "DescribeSecret")
# A service asks for encryption with a key in the caller's name.
GRANTS: Final = needs("kms:", write="DescribeKey CreateGrant")
# EKS User Guide, "Encrypt Kubernetes secrets with KMS": a policy for the caller of CreateCluster must not have the
# condition `kms:GrantIsForAWSResource`.
EKS_GRANTS: Final = needs("kms:", write="DescribeKey CreateGrant@eks.amazonaws.com")
# A service that delivers logs to CloudWatch. ElastiCache User Guide, "Logging destinations"; AmazonMSKFullAccess.
LOG_DELIVERY: Final = needs(
    "logs:",
    write="CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries PutResourcePolicy"
    " DescribeResourcePolicies DescribeLogGroups",
)


def linked(services: str) -> Needs:
    """These services (separated by spaces) create a role for themselves when they are first used in an account."""
    return Needs(write=tuple(f"{CREATE_LINKED_ROLE}@{service}.amazonaws.com" for service in services.split()))
