"""The key for all data of the platform, and the identity with which the services use it.

Nobody else may use the key. It is in prod only: services accept only keys of vaults with purge protection, and such a
vault, with its name, stays for 90 days after its deletion. Without the key all data and all backups are unreadable.
"""

from __future__ import annotations

import pulumi
import pulumi_azure_native as azure

from components.azure.key_vault import key_vault
from components.azure.roles import Role, grant
from components.azure.site import Site, StorageKey


class EncryptionKey(pulumi.ComponentResource):
    """An RSA key in its own vault, which only Azure's own services can reach. Ends in `storage_key`."""

    def __init__(self, name: str, *, tenant: pulumi.Output[str], site: Site, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:azure:EncryptionKey", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        vault = key_vault(name, tenant=tenant, purge_protection=True, site=site, parent=self)
        # Through the resource manager: needs neither a role in the vault nor access through its firewall.
        key = azure.keyvault.Key(
            f"{name}-key",
            key_name="data",
            vault_name=vault.name,
            resource_group_name=site.resource_group,
            properties={"kty": "RSA", "key_size": 3072, "key_ops": ["wrapKey", "unwrapKey"]},
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect),
        )
        identity = azure.managedidentity.UserAssignedIdentity(
            f"{name}-identity", resource_group_name=site.resource_group, tags=site.tags, opts=child
        )
        granted = grant(
            f"{name}-use",
            Role.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER,
            scope=vault.id,
            principal_id=identity.principal_id,
            site=site,
            parent=self,
        )
        self.storage_key = StorageKey(
            # A service uses the key at once.
            url=pulumi.Output.all(key.key_uri_with_version, granted.id).apply(lambda known: str(known[0])),
            identity_id=identity.id,
        )
        self.register_outputs({"keyUrl": self.storage_key.url})
