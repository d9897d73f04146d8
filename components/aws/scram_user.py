"""A user of MSK with a password (SCRAM-SHA-512) in a secret that the cluster reads."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.site import Site
from components.connections import PasswordAuth
from components.naming import unique
from components.passwords import generated_password


class ScramUser(pulumi.ComponentResource):
    """`auth` has the client's credentials, valid as soon as `ready` exists.

    `key` encrypts the secret. MSK accepts only a customer managed key.
    """

    def __init__(
        self,
        name: str,
        *,
        username: str,
        cluster_arn: pulumi.Output[str],
        key: pulumi.Output[str],
        site: Site,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:ScramUser", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        password = generated_password(f"{name}-password", self, 1)
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            name=unique(names.kafka_secret, name, self),
            description="Read by MSK",
            kms_key_id=key,
            recovery_window_in_days=30 if site.is_prod else 0,
            opts=child,
        )
        version = aws.secretsmanager.SecretVersion(
            f"{name}-version",
            secret_id=secret.id,
            secret_string=pulumi.Output.json_dumps({"username": username, "password": password}),
            opts=child,
        )
        # Exactly what MSK would add itself; anything else would be a difference at the next refresh.
        readable = aws.secretsmanager.SecretPolicy(
            f"{name}-policy",
            secret_arn=secret.arn,
            policy=iam_policy.document(
                [
                    {
                        "Sid": "AWSKafkaResourcePolicy",
                        "Effect": "Allow",
                        "Principal": {"Service": "kafka.amazonaws.com"},
                        "Action": "secretsmanager:getSecretValue",
                        "Resource": secret.arn,
                    }
                ]
            ),
            opts=child,
        )
        association = aws.msk.SingleScramSecretAssociation(
            f"{name}-association",
            cluster_arn=cluster_arn,
            secret_arn=secret.arn,
            # MSK reads the secret at once.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[version, readable]),
        )
        self.auth = PasswordAuth(username=username, password=password)
        self.ready: tuple[pulumi.Resource, ...] = (association,)
        self.register_outputs({})
