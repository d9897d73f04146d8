"""What Vault needs of Azure: the key that unseals it, the place of its recovery keys, and who may use which.

Each is in a vault of Key Vault of its own, so that whoever has the one cannot reach the other. Both are reached from
inside the network, through private endpoints. A lost key is a lost Vault, at its next restart, recovery keys or not.
A secret of Key Vault cannot be made empty: it is only named here, and the Job that initialises Vault makes it by adding
the first value. Nobody is given the right to read it; an owner of the vault takes it when the day comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulumi
import pulumi_azure_native as azure
import pulumi_random

from components.azure import names
from components.azure.context import Context, DataTier
from components.azure.identity import Right
from components.azure.internet import OPEN, on_the_internet
from components.azure.key_vault import key_vault
from components.azure.private_link import PrivateEndpoint, PrivateEndpointSpec, PrivateZone, PrivateZoneSpec, Zone
from components.azure.roles import Role
from components.connections import VaultSeal, WorkloadIdentity
from settings import CreateVault
from settings.vault import INIT_ACCOUNT, VAULT_ACCOUNT, VAULT_NAMESPACE

GROUP: Final = "vault"
ZONE_NAME: Final = "privatelink.vaultcore.azure.net"
KEY: Final = "unseal"
SECRET: Final = "vault-recovery"
ROTATION: Final = "P1Y"
# Every built-in role that may add a value may read or delete as well.
ADD_VALUE: Final = "Microsoft.KeyVault/vaults/secrets/setSecret/action"


@dataclass(frozen=True, kw_only=True)
class VaultSealSpec:
    """`tenant` is the Entra tenant of the subscription, `identity` makes one: namespace, service account, rights.

    `operators` are the ranges on the internet from which the recovery keys may be read in dev; in prod nobody reaches
    them but from inside the network.
    """

    settings: CreateVault
    tenant: pulumi.Output[str]
    operators: Sequence[str]
    context: Context
    tier: DataTier
    identity: Callable[[str, str, tuple[Right, ...]], WorkloadIdentity]


class KeyVaultSeal(pulumi.ComponentResource):
    """An RSA key that Vault's pods may wrap with, and the place of the recovery keys. Ends in `connection`."""

    def __init__(self, name: str, spec: VaultSealSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:KeyVaultSeal", name, {}, opts)
        context = spec.context
        child = pulumi.ResourceOptions(parent=self)
        zone = PrivateZone(
            f"{name}-dns",
            PrivateZoneSpec(zone=Zone.KEY_VAULT, zone_name=ZONE_NAME, context=context, tier=spec.tier),
            opts=child,
        )
        # A network sees one zone of a name only, so both endpoints take this one.
        tier = replace(spec.tier, zone_ids={**spec.tier.zone_ids, Zone.KEY_VAULT: zone.zone_id})
        vault = key_vault(name, tenant=spec.tenant, purge_protection=context.is_prod, context=context, parent=self)
        key = azure.keyvault.Key(
            f"{name}-key",
            key_name=KEY,
            vault_name=vault.name,
            resource_group_name=context.resource_group,
            properties={
                "kty": "RSA",
                "key_size": 3072,
                "key_ops": ["wrapKey", "unwrapKey"],
                # Vault wraps with the newest version, and names the one to unwrap with. None of them expires.
                "rotation_policy": {
                    "lifetime_actions": [
                        {
                            "action": {"type": azure.keyvault.KeyRotationPolicyActionType.ROTATE},
                            "trigger": {"time_after_create": ROTATION},
                        }
                    ]
                },
            },
            tags=context.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect),
        )
        endpoint = PrivateEndpoint(f"{name}-endpoint", _endpoint(vault, context, tier), opts=child)
        rights = (Right(key=KEY, role=Role.KEY_VAULT_CRYPTO_SERVICE_ENCRYPTION_USER, scope=key.id),)
        recovery = None
        if spec.settings.init == "job":
            recovery = RecoveryVault(f"{name}-recovery", replace(spec, tier=tier), opts=child)
        self.connection = VaultSeal(
            kind="azurekeyvault",
            options={"tenant_id": spec.tenant, "vault_name": vault.name, "key_name": key.name},
            server=spec.identity(VAULT_NAMESPACE, VAULT_ACCOUNT, rights),
            init=recovery.init if recovery else None,
            recovery=recovery.place if recovery else None,
            recovery_command=recovery.command if recovery else None,
            ready=(*endpoint.ready, *(recovery.ready if recovery else ())),
        )
        self.register_outputs({"keyName": key.name, "vaultName": vault.name})


class RecoveryVault(pulumi.ComponentResource):
    """A vault for one secret, to which the identity `init` may add values, and do nothing else.

    `place` is where, for the Job's script; `command` shows the newest value.
    """

    def __init__(self, name: str, spec: VaultSealSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:RecoveryVault", name, {}, opts)
        context = spec.context
        clients = () if context.is_prod else spec.operators
        vault = key_vault(
            name,
            tenant=spec.tenant,
            purge_protection=context.is_prod,
            clients=clients,
            context=context,
            parent=self,
        )
        endpoint = PrivateEndpoint(
            f"{name}-endpoint", _endpoint(vault, context, spec.tier), opts=pulumi.ResourceOptions(parent=self)
        )
        secret = pulumi.Output.concat(vault.id, "/secrets/", SECRET)
        self.init = spec.identity(
            VAULT_NAMESPACE, INIT_ACCOUNT, (Right(key="recovery", role=self._role(name, context), scope=secret),)
        )
        self.place: Mapping[str, pulumi.Input[str]] = {
            "store": "azure",
            "vault_url": pulumi.Output.format("https://{0}.vault.azure.net", vault.name),
            "secret": SECRET,
        }
        self.command = pulumi.Output.format(
            "az keyvault secret show --vault-name {0} --name {1} --query value --output tsv{2}",
            vault.name,
            SECRET,
            "" if OPEN in clients or on_the_internet(clients) else "  # from inside the network",
        )
        self.ready = endpoint.ready
        self.register_outputs({"vaultName": vault.name})

    def _role(self, name: str, context: Context) -> pulumi.Output[str]:
        """A role of our own, which can be given in this resource group only; its id."""
        child = pulumi.ResourceOptions(parent=self)
        id = pulumi_random.RandomUuid(f"{name}-role-id", opts=child)
        group = pulumi.Output.format(
            "/subscriptions/{0}/resourceGroups/{1}", context.subscription, context.resource_group
        )
        role = azure.authorization.RoleDefinition(
            f"{name}-role",
            scope=group,
            role_definition_id=id.result,
            role_name=id.result.apply(lambda end: names.role(name, end)),
            role_type="CustomRole",
            description="Adds a value to a secret of Key Vault, and cannot read it.",
            permissions=[{"actions": [], "data_actions": [ADD_VALUE], "not_actions": [], "not_data_actions": []}],
            assignable_scopes=[group],
            opts=child,
        )
        return role.name


def _endpoint(vault: azure.keyvault.Vault, context: Context, tier: DataTier) -> PrivateEndpointSpec:
    return PrivateEndpointSpec(
        service_id=vault.id,
        group=GROUP,
        zone=Zone.KEY_VAULT,
        zone_name=ZONE_NAME,
        context=context,
        tier=tier,
    )
