"""A vault of Key Vault in the platform's form: rights by roles, closed to the internet, kept after a deletion."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.internet import OPEN, is_reachable, on_the_internet
from components.azure.safety import lock, log
from components.azure.site import Site
from components.naming import unique


def key_vault(
    name: str,
    *,
    tenant: pulumi.Input[str],
    purge_protection: bool,
    clients: Sequence[str] = (),
    site: Site,
    parent: pulumi.Resource,
) -> azure.keyvault.Vault:
    """Creates the vault, with its lock and its logs; its physical name begins with `name`.

    With purge protection, which is permanent, it stays for 90 days after its deletion; else for 7, or until somebody
    purges it. `clients` are ranges on the internet that may reach it. Private endpoints and Azure's own services always
    may.
    """
    vault = azure.keyvault.Vault(
        f"{name}-vault",
        vault_name=unique(names.key_vault, name, parent),
        resource_group_name=site.resource_group,
        properties=azure.keyvault.VaultPropertiesArgs(
            tenant_id=tenant,
            sku=azure.keyvault.SkuArgs(family="A", name=azure.keyvault.SkuName.STANDARD),
            enable_rbac_authorization=True,
            enable_soft_delete=True,
            soft_delete_retention_in_days=90 if purge_protection else 7,
            # Azure refuses False.
            enable_purge_protection=True if purge_protection else None,
            public_network_access="Enabled" if is_reachable(clients) else "Disabled",
            network_acls=_firewall(clients),
        ),
        tags=site.tags,
        opts=pulumi.ResourceOptions(parent=parent, protect=site.protect),
    )
    lock(f"{name}-lock", vault.id, site=site, parent=parent)
    log(f"{name}-log", vault.id, site=site, parent=parent)
    return vault


def _firewall(clients: Sequence[str]) -> azure.keyvault.NetworkRuleSetArgs:
    """Returns the firewall. Key Vault returns a single address with its /32."""
    return azure.keyvault.NetworkRuleSetArgs(
        bypass="AzureServices",
        default_action="Allow" if OPEN in clients else "Deny",
        ip_rules=[azure.keyvault.IPRuleArgs(value=str(network)) for network in on_the_internet(clients)] or None,
    )
