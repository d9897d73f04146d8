"""What Vault needs of Google Cloud: a key in Cloud KMS that unseals it, and a secret for its recovery keys.

Vault asks for the key whenever a node of it starts: without it, Vault is lost, recovery keys or not. The secret is made
without a value: the Job that initialises Vault adds one, which never reaches the program. Who may read it is said by
IAM of your own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.connections import VaultSeal, WorkloadIdentity
from components.gcp import names
from components.gcp.context import Context
from components.gcp.identity import FederatedIdentity, FederatedIdentitySpec, WorkloadPool
from components.gcp.keys import ENCRYPTS, Key, may_encrypt, service_agent, symmetric_key
from components.gcp.policy import KeyRole, Right, SecretRole
from settings import CreateVault
from settings.vault import INIT_ACCOUNT, VAULT_ACCOUNT, VAULT_NAMESPACE

# Vault looks the key up before it uses it, which is not among the rights to encrypt.
LOOKS: Final = "roles/cloudkms.viewer"
ADDS: Final = "roles/secretmanager.secretVersionAdder"
STORE: Final = "secretmanager.googleapis.com"
# The longest that Cloud KMS offers, in both profiles: for another time there would have to be another key.
KEPT: Final = f"{120 * 24 * 3600}s"


@dataclass(frozen=True, kw_only=True)
class VaultSealSpec:
    """Who initialises Vault, and the identities of the cluster that it runs in."""

    settings: CreateVault
    context: Context
    pool: WorkloadPool


class CloudKmsVaultSeal(pulumi.ComponentResource):
    """Keys, the secret, and who may use them. Ends in `connection`."""

    def __init__(self, name: str, spec: VaultSealSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:CloudKmsVaultSeal", name, {}, opts)
        self._prefix, self._spec = name, spec
        key = self._key("seal")
        secret = self._recovery_secret() if spec.settings.init == "job" else None
        self.connection = VaultSeal(
            kind="gcpckms",
            options={
                "project": spec.context.project,
                "region": spec.context.region,
                "key_ring": key.ring,
                "crypto_key": key.name,
            },
            server=self._identity(VAULT_ACCOUNT, KeyRole(key=key.id, role=ENCRYPTS), KeyRole(key=key.id, role=LOOKS)),
            init=self._identity(INIT_ACCOUNT, SecretRole(secret=secret.secret_id, role=ADDS)) if secret else None,
            recovery={"store": "gcp", "secret": secret.id} if secret else None,
            recovery_command=self._command(secret) if secret else None,
            ready=(),
        )
        self.register_outputs({"keyId": key.id})

    def _key(self, key: str) -> Key:
        return symmetric_key(f"{self._prefix}-{key}", key, KEPT, self._spec.context, parent=self)

    def _recovery_secret(self) -> gcp.secretmanager.Secret:
        name, context = f"{self._prefix}-recovery", self._spec.context
        key = self._key("recovery")
        agent = service_agent(f"{name}-agent", STORE, context, parent=self)
        grant = may_encrypt(f"{name}-encrypts", key.id, agent, parent=self)
        return gcp.secretmanager.Secret(
            f"{name}-secret",
            secret_id=key.suffix.apply(lambda end: names.secret(name, end)),
            replication={
                "user_managed": {
                    "replicas": [
                        {
                            "location": context.region,
                            "customer_managed_encryption": {"kms_key_name": key.id},
                        }
                    ]
                }
            },
            version_destroy_ttl=KEPT,
            # Google keeps nothing of a secret that is deleted. In prod it is left where it is, as long as its key can
            # be restored.
            deletion_policy="ABANDON" if context.is_prod else "DELETE",
            deletion_protection=context.protect,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=context.protect,
                # It names the key, but not the right to use it.
                depends_on=[*context.apis, grant],
            ),
        )

    def _command(self, secret: gcp.secretmanager.Secret) -> pulumi.Output[str]:
        return pulumi.Output.format(
            "gcloud secrets versions access latest --secret={0} --project={1}",
            secret.secret_id,
            self._spec.context.project,
        )

    def _identity(self, service_account: str, *rights: Right) -> WorkloadIdentity:
        spec = FederatedIdentitySpec(
            pool=self._spec.pool, namespace=VAULT_NAMESPACE, service_account=service_account, rights=rights
        )
        opts = pulumi.ResourceOptions(parent=self)
        return FederatedIdentity(f"{self._prefix}-{service_account}", spec, opts=opts).connection
