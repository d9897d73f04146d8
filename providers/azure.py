"""The Azure provider: one instance, for the stack's region and subscription. It cannot put tags on every resource."""

from __future__ import annotations

import pulumi
import pulumi_azure_native as azure

from settings import AzureSettings


def azure_provider(settings: AzureSettings) -> azure.Provider:
    """A provider for the stack's region. Credentials come from the environment."""
    return azure.Provider("azure", location=settings.region, subscription_id=settings.provider.subscription_id)


def azure_subscription(provider: azure.Provider) -> str:
    """Id of the subscription that the provider works in."""
    return azure.authorization.get_client_config(opts=pulumi.InvokeOptions(provider=provider)).subscription_id.lower()
