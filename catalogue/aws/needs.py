"""What several resource types of AWS need.

From the actions that AWS publishes for its resource types, and what the provider calls. Some of the actions are AWS's
doing: it refuses to create a thing of a service to whoever may not do this or that of another service, which the first
one then does in the caller's name.
"""

from __future__ import annotations

from typing import Final

from catalogue.needs import Needs, needs

CREATE_LINKED_ROLE: Final = "iam:CreateServiceLinkedRole"
TAGS: Final = needs("ec2:", write="CreateTags DeleteTags")
GROUP_RULES: Final = needs(
    "ec2:",
    read="DescribeSecurityGroups",
    write="AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress"
    " RevokeSecurityGroupEgress",
)
RULE: Final = needs("ec2:", read="DescribeSecurityGroupRules", write="ModifySecurityGroupRules") + TAGS
# Interfaces that a service or a node left behind keep a subnet and a group from being deleted.
LEFT_BEHIND: Final = needs("ec2:", write="DescribeNetworkInterfaces DetachNetworkInterface DeleteNetworkInterface")
PASS_ROLE: Final = needs("iam:", write="GetRole PassRole")
PLACE: Final = needs("ec2:", write="DescribeVpcs DescribeSubnets DescribeSecurityGroups")
EKS_TAGS: Final = needs("eks:", write="TagResource UntagResource")
EKS_ADMIN: Final = "AssociateAccessPolicy DisassociateAccessPolicy"
POD_ROLES: Final = "CreatePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation"
CACHE_TAGS: Final = needs("elasticache:", read="ListTagsForResource", write="AddTagsToResource RemoveTagsFromResource")
RDS_TAGS: Final = needs("rds:", read="ListTagsForResource", write="AddTagsToResource RemoveTagsFromResource")
KAFKA_TAGS: Final = needs("kafka:", read="ListTagsForResource", write="TagResource UntagResource")
READ_SECRET: Final = needs("secretsmanager:", read="DescribeSecret")
# To be encrypted with a key, a service asks for it in the caller's name.
GRANTS: Final = needs("kms:", write="DescribeKey CreateGrant")


def linked(services: str) -> Needs:
    """These services (apart by spaces) create a role for themselves when they are first used in an account."""
    return Needs(write=tuple(f"{CREATE_LINKED_ROLE}@{service}.amazonaws.com" for service in services.split()))
