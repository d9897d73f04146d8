"""The contract that every cloud fulfils, and the one place that chooses a cloud.

Only the chosen cloud's package, and with it its SDK, is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pulumi
import pulumi_random

from components.connections import (
    AssistantConnections,
    ClusterConnection,
    ExistingDatabases,
    PostgresConnection,
    VaultSeal,
)
from settings import AnySettings, AwsSettings, AzureSettings, GcpSettings
from settings.changes import checked_account


class Platform(Protocol):
    """A cluster and the services of Rasa's architecture on one cloud."""

    @property
    def cluster(self) -> ClusterConnection:
        """The Kubernetes cluster; depends on everything that a pod needs to be scheduled and to get its identity."""
        ...

    @property
    def tracker_store(self) -> PostgresConnection | ExistingDatabases:
        """The PostgreSQL server that all assistants share, or databases that are there already."""
        ...

    @property
    def vault_seal(self) -> VaultSeal | None:
        """What Vault needs of the cloud; None where there is no Vault to be made."""
        ...

    @property
    def assistants(self) -> Mapping[str, AssistantConnections]:
        """What each assistant uses, by its name."""
        ...

    @property
    def services(self) -> Mapping[str, pulumi.Output[str]]:
        """Addresses of the services, by the name of their layer in the stack file; nothing secret."""
        ...


def create_platform(name: str, settings: AnySettings, random: pulumi_random.Provider) -> tuple[Platform, str | None]:
    """Creates the platform of the cloud that the stack file names, with provider instances of its own.

    `name` begins every physical name: `rasa-<stack>`. Also returns the account that the platform is in: an AWS account,
    an Azure subscription or a Google Cloud project. Creates nothing if the last `up` was in another one. The account is
    None if nobody has to know it.
    """
    match settings:
        case AwsSettings():
            from components.aws.platform import AwsPlatform
            from providers.aws import aws_account, aws_provider

            provider = aws_provider(settings)
            account = checked_account(settings, lambda: aws_account(provider))
            return AwsPlatform(name, settings, opts=pulumi.ResourceOptions(providers=[provider, random])), account
        case AzureSettings():
            from components.azure.platform import AzurePlatform
            from providers.azure import azure_provider, azure_subscription

            provider = azure_provider(settings)
            account = checked_account(settings, lambda: azure_subscription(provider))
            return AzurePlatform(name, settings, opts=pulumi.ResourceOptions(providers=[provider, random])), account
        case GcpSettings():
            from components.gcp.platform import GcpPlatform
            from providers.confluent import confluent_providers
            from providers.gcp import gcp_project, gcp_provider

            provider = gcp_provider(settings)
            account = checked_account(settings, lambda: gcp_project(settings, provider))
            providers = [provider, *confluent_providers(settings), random]
            return GcpPlatform(name, settings, opts=pulumi.ResourceOptions(providers=providers)), account
