"""The resources of AWS for Vault in the cluster: a key that unseals it, and a secret for its recovery keys.

It also creates the identities of Vault's pods and of the Job that initialises Vault. The Job stores the recovery keys,
and can only add a value to the secret. Nobody here gets the right to read it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import names
from components.aws.encryption import EncryptionKey
from components.aws.iam_policy import Allow
from components.aws.identity import Binding, workload_identity
from components.aws.site import Site
from components.connections import RecoveryStore, ServiceAccount, VaultSeal, WorkloadIdentity
from components.naming import unique
from settings.secrets_manager import INIT_ACCOUNT, VAULT_ACCOUNT, VAULT_NAMESPACE, CreateVault

_SCRIPT: Final = Path(__file__).parent / "scripts" / "vault_recovery.py"


class KmsVaultSeal(pulumi.ComponentResource):
    """The seal `awskms`; with `init: job` also an empty secret for the recovery keys. Ends in `connection`.

    Every start needs the key: without it Vault is lost, even with the recovery keys.
    """

    def __init__(
        self, name: str, *, settings: CreateVault, site: Site, binding: Binding, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("rasa:aws:KmsVaultSeal", name, {}, opts)
        self._name, self._site, self._binding = name, site, binding
        key = self._key(f"{name}-seal", f"Seal of {name}")
        recovery = self._recovery() if settings.init == "job" else None
        unseal = Allow(actions=["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], resources=[key])
        self.connection = VaultSeal(
            kind="awskms",
            options={"region": site.region, "kms_key_id": key},
            server=self._identity("server", VAULT_ACCOUNT, unseal),
            recovery=recovery,
            ready=(),
        )
        self.register_outputs({"keyArn": key})

    def _key(self, name: str, purpose: str) -> pulumi.Output[str]:
        """Returns the ARN of a new key."""
        return EncryptionKey(name, purpose=purpose, site=self._site, opts=pulumi.ResourceOptions(parent=self)).key_arn

    def _recovery(self) -> RecoveryStore:
        name, region = f"{self._name}-recovery", self._site.region
        key = self._key(name, f"Recovery keys of {self._name}")
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            name=unique(names.recovery_secret, name, self),
            description="Recovery keys of Vault, put here when it was initialised",
            kms_key_id=key,
            recovery_window_in_days=30 if self._site.is_prod else 7,
            opts=pulumi.ResourceOptions(parent=self, protect=self._site.protect),
        )
        # Secrets Manager uses the key only to encrypt a new value for a caller that may not read the other values.
        for_this_secret = {
            "StringEquals": {
                "kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
                "kms:EncryptionContext:SecretARN": secret.arn,
            }
        }
        init = self._identity(
            "init",
            INIT_ACCOUNT,
            Allow(actions=["secretsmanager:PutSecretValue"], resources=[secret.arn]),
            Allow(actions=["kms:GenerateDataKey"], resources=[key], conditions=for_this_secret),
        )
        return RecoveryStore(
            identity=init,
            script=_SCRIPT,
            place={"secret": secret.arn, "region": region},
            command=pulumi.Output.format(
                "aws secretsmanager get-secret-value --region {0} --secret-id {1} --query SecretString --output text",
                region,
                secret.arn,
            ),
        )

    def _identity(self, key: str, service_account: str, *rights: Allow) -> WorkloadIdentity:
        return workload_identity(
            f"{self._name}-{key}",
            binding=self._binding,
            account=ServiceAccount(VAULT_NAMESPACE, service_account),
            rights=rights,
            site=self._site,
            opts=pulumi.ResourceOptions(parent=self),
        )
