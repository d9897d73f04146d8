"""The resources of Azure for Vault in the cluster: a key that unseals it, and a secret for its recovery keys.

It also creates the identities of Vault's pods and of the Job that initialises Vault. Key Vault has no empty secrets, so
the secret has only a name here. It exists after that Job, which can only add a value to it, has added the first. Nobody
here gets the right to read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pulumi
import pulumi_azure_native as azure
import pulumi_random

from components.azure import names
from components.azure.identity import ManagedIdentity, RoleGrant
from components.azure.internet import is_reachable
from components.azure.key_vault import key_vault
from components.azure.private_link import ZONE_NAMES, PrivateEndpoint, PrivateZone, Zone
from components.azure.roles import Role
from components.azure.site import DataTier, Site
from components.connections import RecoveryStore, ServiceAccount, VaultSeal, WorkloadIdentity
from settings.secrets_manager import INIT_ACCOUNT, VAULT_ACCOUNT, VAULT_NAMESPACE, CreateVault

SECRET: Final = "recovery-keys"
# Every built-in role that may add a value may read or delete it as well.
ADDS: Final = "Microsoft.KeyVault/vaults/secrets/setSecret/action"


_SCRIPT: Final = Path(__file__).parent / "scripts" / "vault_recovery.py"


class KeyVaultSeal(pulumi.ComponentResource):
    """The seal `azurekeyvault`; with `init: job` also an empty vault for the recovery keys. Ends in `connection`.

    Each is in its own Key Vault, so that a right to one is never a right to the other. Every start needs the key:
    without it Vault is lost, even with the recovery keys. `issuer` is that of the cluster, `tenant` that of Entra.
    `operators` are the ranges on the internet from which the recovery keys may be read in dev; in prod they can be
    reached only from inside the network.
    """

    def __init__(
        self,
        name: str,
        *,
        settings: CreateVault,
        operators: Sequence[str],
        site: Site,
        tier: DataTier,
        tenant: pulumi.Output[str],
        issuer: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:KeyVaultSeal", name, {}, opts)
        self._name = name
        self._site, self._tenant, self._operators, self._issuer = site, tenant, operators, issuer
        zone = PrivateZone(
            f"{name}-dns",
            zone=Zone.KEY_VAULT,
            zone_name=ZONE_NAMES[Zone.KEY_VAULT],
            site=site,
            tier=tier,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # A network can have only one zone of a name, so all endpoints are in this one.
        self._tier = replace(tier, zone_ids={**tier.zone_ids, Zone.KEY_VAULT: zone.zone_id})
        self._ready: list[pulumi.Resource] = []
        vault = self._vault(f"{name}-seal")
        key = self._key(f"{name}-seal", vault)
        recovery = self._recovery() if settings.init == "job" else None
        self.connection = VaultSeal(
            kind="azurekeyvault",
            options={"tenant_id": tenant, "vault_name": vault.name, "key_name": key.name},
            server=self._identity(
                "server",
                VAULT_ACCOUNT,
                RoleGrant(key="seal", role=Role.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER, scope=key.id),
            ),
            recovery=recovery,
            ready=tuple(self._ready),
        )
        self.register_outputs({"keyName": key.name})

    def _vault(self, name: str, clients: Sequence[str] = ()) -> azure.keyvault.Vault:
        """Creates a Key Vault with a private endpoint, and access from these ranges on the internet."""
        site = self._site
        vault = key_vault(
            name, tenant=self._tenant, purge_protection=site.is_prod, clients=clients, site=site, parent=self
        )
        endpoint = PrivateEndpoint(
            f"{name}-endpoint",
            service_id=vault.id,
            zone=Zone.KEY_VAULT,
            site=site,
            tier=self._tier,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._ready += endpoint.ready
        return vault

    def _key(self, name: str, vault: azure.keyvault.Vault) -> azure.keyvault.Key:
        """Creates a key through the resource manager, like the key for data. Old versions never expire."""
        return azure.keyvault.Key(
            f"{name}-key",
            key_name="seal",
            vault_name=vault.name,
            resource_group_name=self._site.resource_group,
            properties={
                "kty": "RSA",
                "key_size": 3072,
                "key_ops": ["wrapKey", "unwrapKey"],
                "rotation_policy": {
                    "lifetime_actions": [
                        {
                            "action": {"type": azure.keyvault.KeyRotationPolicyActionType.ROTATE},
                            "trigger": {"time_after_create": "P1Y"},
                        }
                    ]
                },
            },
            tags=self._site.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=self._site.protect),
        )

    def _recovery(self) -> RecoveryStore:
        name = f"{self._name}-recovery"
        clients = () if self._site.is_prod else self._operators
        vault = self._vault(name, clients)
        secret = pulumi.Output.concat(vault.id, "/secrets/", SECRET)
        init = self._identity("init", INIT_ACCOUNT, RoleGrant(key="recovery", role=self._role(name), scope=secret))
        return RecoveryStore(
            identity=init,
            script=_SCRIPT,
            place={"vault_url": pulumi.Output.format("https://{0}.vault.azure.net", vault.name), "secret": SECRET},
            command=pulumi.Output.format(
                "az keyvault secret show --vault-name {0} --name {1} --query value --output tsv{2}",
                vault.name,
                SECRET,
                "" if is_reachable(clients) else "  # from inside the network",
            ),
        )

    def _role(self, name: str) -> pulumi.Output[str]:
        """Returns the id of a custom role, which can be assigned in this resource group only."""
        site, child = self._site, pulumi.ResourceOptions(parent=self)
        id = pulumi_random.RandomUuid(f"{name}-role-id", opts=child)
        group = pulumi.Output.format("/subscriptions/{0}/resourceGroups/{1}", site.subscription, site.resource_group)
        role = azure.authorization.RoleDefinition(
            f"{name}-role",
            scope=group,
            role_definition_id=id.result,
            role_name=id.result.apply(lambda end: names.role(name, end)),
            role_type="CustomRole",
            description="Adds values to the secrets of a Key Vault, and cannot read them.",
            permissions=[{"actions": [], "data_actions": [ADDS]}],
            assignable_scopes=[group],
            opts=child,
        )
        return role.name

    def _identity(self, key: str, service_account: str, right: RoleGrant) -> WorkloadIdentity:
        return ManagedIdentity(
            f"{self._name}-{key}",
            site=self._site,
            issuer=self._issuer,
            account=ServiceAccount(VAULT_NAMESPACE, service_account),
            rights=(right,),
            opts=pulumi.ResourceOptions(parent=self),
        ).connection
