"""What the services of the platform stand on: subscription, resource group, logs, the key and the network.

Each is made, or looked up, when the first part of the platform asks for it: where everything exists, nothing is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure import names
from components.azure.context import Context, Place, StorageKey
from components.azure.encryption import EncryptionKey
from components.azure.logs import Logs
from components.azure.network import Network, existing_place
from components.azure.patience import patience
from settings import (
    AzureSettings,
    CreateAks,
    CreateEncryption,
    CreateNetwork,
    ExistingKeyVaultKey,
    ExistingVnet,
    Profile,
)

LOG_DAYS: Final = 90


class Foundation:
    """Of one platform, whose component is `parent`."""

    def __init__(self, name: str, settings: AzureSettings, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._parent = parent
        self._child = pulumi.ResourceOptions(parent=parent)
        self._client = azure.authorization.get_client_config_output(opts=pulumi.InvokeOutputOptions(parent=parent))

    @property
    def deployer(self) -> pulumi.Output[str]:
        """Object id of the principal that runs `up`."""
        return self._client.object_id

    @property
    def tenant(self) -> pulumi.Output[str]:
        """The Entra tenant of the subscription."""
        return self._client.tenant_id

    @property
    def operators(self) -> tuple[str, ...]:
        """The ranges on the internet that people come from: whoever may reach the cluster."""
        match self._settings.cluster:
            case CreateAks(api_access=tuple() as ranges):
                return ranges
            case _:
                return ()

    @cached_property
    def context(self) -> Context:
        """What every service that is created is told."""
        match self._settings.encryption:
            case ExistingKeyVaultKey(key=url, identity=identity):
                key = StorageKey(url=pulumi.Output.from_input(url), identity_id=pulumi.Output.from_input(identity))
                return replace(self.keyless, storage_key=key)
            case CreateEncryption():
                # A vault that data can be encrypted with cannot be deleted for months: not for trying things out.
                if self._settings.profile is Profile.DEV:
                    return self.keyless
                key = EncryptionKey(
                    f"{self._name}-data", tenant=self.tenant, context=self.keyless, opts=self._child
                ).storage_key
                return replace(self.keyless, storage_key=key)

    @cached_property
    def place(self) -> Place:
        """The network."""
        match self._settings.network:
            case ExistingVnet() as existing:
                return existing_place(existing, self._settings.region)
            case CreateNetwork() as chosen:
                return Network(f"{self._name}-network", settings=chosen, context=self.context, opts=self._child).place

    @cached_property
    def keyless(self) -> Context:
        """The same without the key for data, for who has no use for it."""
        settings = self._settings
        tags = {"project": "rasa", "stack": pulumi.get_stack(), **settings.tags}
        group = azure.resources.ResourceGroup(
            f"{self._name}-group",
            resource_group_name=names.resource_group(self._name),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self._parent, protect=settings.protect),
        )
        logs = None
        if settings.profile is Profile.PROD:
            logs = Logs(
                f"{self._name}-logs", resource_group=group.name, days=LOG_DAYS, tags=tags, opts=self._child
            ).workspace_id
        return Context(
            subscription=self._client.subscription_id,
            resource_group=group.name,
            tags=tags,
            profile=settings.profile,
            protect=settings.protect,
            storage_key=None,
            patience=patience(f"{self._name}-patience"),
            logs=logs,
        )
