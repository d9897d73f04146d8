"""The resources of Google Cloud for Vault in the cluster: a key that unseals it, and a secret for its recovery keys.

It also creates the identities of Vault's pods and of the Job that initialises Vault. The Job stores the recovery keys,
and can only add a value to the secret. Nobody here gets the right to read it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.connections import RecoveryStore, ServiceAccount, VaultSeal, WorkloadIdentity
from components.gcp import names
from components.gcp.encryption import ENCRYPTS, Key, may_encrypt, service_agent, symmetric_key
from components.gcp.identity import FederatedIdentity, KeyRole, ResourceRole, SecretRole, WorkloadPool
from components.gcp.site import Site
from settings.secrets_manager import INIT_ACCOUNT, VAULT_ACCOUNT, VAULT_NAMESPACE, CreateVault

# Vault looks a key up before it encrypts with it, which the right to encrypt does not include.
LOOKS: Final = "roles/cloudkms.viewer"
ADDS: Final = "roles/secretmanager.secretVersionAdder"
SECRET_MANAGER: Final = "secretmanager.googleapis.com"
# The longest possible time. Equal in both profiles: a stack that moves to prod has to keep its keys.
KEPT: Final = f"{120 * 24 * 3600}s"
_SCRIPT: Final = Path(__file__).parent / "scripts" / "vault_recovery.py"


class CloudKmsVaultSeal(pulumi.ComponentResource):
    """The seal `gcpckms`; with `init: job` also an empty secret for the recovery keys. Ends in `connection`.

    Every start needs the key: without it Vault is lost, even with the recovery keys.
    """

    def __init__(
        self, name: str, *, settings: CreateVault, site: Site, pool: WorkloadPool, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__("rasa:gcp:CloudKmsVaultSeal", name, {}, opts)
        self._name = name
        self._site, self._pool = site, pool
        key = self._key(f"{name}-seal", "seal")
        recovery = self._recovery() if settings.init == "job" else None
        self.connection = VaultSeal(
            kind="gcpckms",
            options={"project": site.project, "region": site.region, "key_ring": key.ring, "crypto_key": key.name},
            server=self._identity(
                "server", VAULT_ACCOUNT, KeyRole(key=key.id, role=ENCRYPTS), KeyRole(key=key.id, role=LOOKS)
            ),
            recovery=recovery,
            ready=(),
        )
        self.register_outputs({"key": key.id})

    def _key(self, name: str, key: str) -> Key:
        return symmetric_key(name, key, KEPT, self._site, parent=self)

    def _recovery(self) -> RecoveryStore:
        name, site = f"{self._name}-recovery", self._site
        key = self._key(name, "recovery")
        agent = service_agent(f"{name}-agent", SECRET_MANAGER, site, parent=self)
        grant = may_encrypt(f"{name}-agent-right", key.id, agent, parent=self)
        replica: gcp.secretmanager.SecretReplicationUserManagedReplicaArgsDict = {
            "location": site.region,
            "customer_managed_encryption": {"kms_key_name": key.id},
        }
        secret = gcp.secretmanager.Secret(
            f"{name}-secret",
            secret_id=key.suffix.apply(lambda end: names.secret(name, end)),
            replication={"user_managed": {"replicas": [replica]}},
            version_destroy_ttl=KEPT,
            # A deleted secret is gone at once. In prod it is left behind, readable as long as its key can be restored.
            deletion_policy="ABANDON" if site.is_prod else "DELETE",
            deletion_protection=site.protect,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # The secret names the key, but not the right to use it.
                depends_on=[grant],
            ),
        )
        init = self._identity("init", INIT_ACCOUNT, SecretRole(secret=secret.secret_id, role=ADDS))
        return RecoveryStore(
            identity=init,
            script=_SCRIPT,
            place={"secret": secret.id},
            command=pulumi.Output.format(
                "gcloud secrets versions access latest --secret={0} --project={1}", secret.secret_id, site.project
            ),
        )

    def _identity(self, key: str, service_account: str, *rights: ResourceRole) -> WorkloadIdentity:
        return FederatedIdentity(
            f"{self._name}-{key}",
            pool=self._pool,
            account=ServiceAccount(VAULT_NAMESPACE, service_account),
            rights=rights,
            opts=pulumi.ResourceOptions(parent=self),
        ).connection
