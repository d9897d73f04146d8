"""The key that all data of the platform is encrypted with, and who may use it.

Users get at it through the services that encrypt with it; their own rights stand in their roles' policies. Deleting the
key makes every snapshot and backup unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws import names, policy
from settings import Profile


@dataclass(frozen=True, kw_only=True)
class EncryptionSpec:
    """`protect` keeps the key from deletion."""

    region: str
    account: pulumi.Output[str]
    profile: Profile
    protect: bool


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric customer managed key, rotated every year. `key_arn` is its ARN."""

    def __init__(self, name: str, spec: EncryptionSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:EncryptionKey", name, {}, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Data of {name}",
            enable_key_rotation=True,
            rotation_period_in_days=365,
            deletion_window_in_days=30 if spec.profile is Profile.PROD else 7,
            policy=_key_policy(spec),
            opts=pulumi.ResourceOptions(parent=self, protect=spec.protect),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=names.key_alias(name),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.key_arn = key.arn
        self.register_outputs({"keyArn": self.key_arn})


def _key_policy(spec: EncryptionSpec) -> pulumi.Output[str]:
    """In a key's own policy the resource `*` is that key."""
    return policy.document(
        [
            {
                # Without it IAM policies have no say over the key, and nobody could change it any more.
                "Sid": "AccountDecidesByIam",
                "Effect": "Allow",
                "Principal": {"AWS": pulumi.Output.format("arn:aws:iam::{0}:root", spec.account)},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "LogGroupsOfTheAccount",
                "Effect": "Allow",
                "Principal": {"Service": f"logs.{spec.region}.amazonaws.com"},
                "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                "Resource": "*",
                "Condition": {
                    "ArnLike": {
                        "kms:EncryptionContext:aws:logs:arn": pulumi.Output.format(
                            "arn:aws:logs:{0}:{1}:log-group:*", spec.region, spec.account
                        )
                    }
                },
            },
        ]
    )
