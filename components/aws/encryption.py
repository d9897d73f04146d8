"""Keys of KMS: the key for all data of the platform, and separate keys.

Users access a key through the services that encrypt with it, or directly; the policies of their roles have the rights.
Deleting a key makes everything unreadable that was encrypted with it, every snapshot and backup included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.site import Site


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric customer managed key, rotated every year. `key_arn` is its ARN.

    `purpose` is the description for people. `statements` of the key's policy are for AWS services that use the key for
    themselves, not for a caller.
    """

    def __init__(
        self,
        name: str,
        *,
        purpose: str,
        site: Site,
        statements: Sequence[Mapping[str, object]] = (),
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:EncryptionKey", name, {}, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description=purpose,
            enable_key_rotation=True,
            rotation_period_in_days=365,
            deletion_window_in_days=30 if site.is_prod else 7,
            policy=iam_policy.document([_account(site.account), *statements]),
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=names.key_alias(name),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.key_arn = key.arn
        self.register_outputs({"keyArn": self.key_arn})


def log_groups(site: Site) -> Mapping[str, object]:
    """Lets CloudWatch encrypt the account's log groups. In a key's own policy the resource `*` is that key."""
    return {
        "Sid": "LogGroupsOfTheAccount",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{site.region}.amazonaws.com"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": pulumi.Output.format(
                    "arn:aws:logs:{0}:{1}:log-group:*", site.region, site.account
                )
            }
        },
    }


def node_disks(site: Site) -> Sequence[Mapping[str, object]]:
    """Lets Auto Scaling, which starts the nodes, use their encrypted disks.

    Its service-linked role has no such rights of its own, and a new account does not have the role yet: KMS refuses it
    as a principal then, but not in a condition. Source: "Required AWS KMS key policy for use with encrypted volumes"
    in the user guide of EC2 Auto Scaling.
    """
    role = pulumi.Output.format(
        "arn:aws:iam::{0}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", site.account
    )
    only = {"ArnEquals": {"aws:PrincipalArn": role}}
    return [
        {
            "Sid": "DisksOfNodes",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": only,
        },
        {
            "Sid": "GrantsForDisksOfNodes",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["kms:CreateGrant"],
            "Resource": "*",
            "Condition": {**only, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]


def _account(account: pulumi.Output[str]) -> Mapping[str, object]:
    return {
        # Without this statement IAM policies do not apply to the key, and nobody could change it any more.
        "Sid": "AccountDecidesByIam",
        "Effect": "Allow",
        "Principal": {"AWS": pulumi.Output.format("arn:aws:iam::{0}:root", account)},
        "Action": "kms:*",
        "Resource": "*",
    }
