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


def create_platform(name: str, settings: AnySettings, random: pulumi_random.Provider) -> Platform:
    """The platform of the cloud that the stack file names, with provider instances of its own.

    `name` begins every physical name: `rasa-<stack>`.
    """
    match settings:
        case AwsSettings():
            from components.aws.platform import AwsPlatform
            from providers.aws import aws_provider

            provider = aws_provider(settings)
            return AwsPlatform(name, settings, opts=pulumi.ResourceOptions(providers=[provider, random]))
        case AzureSettings():
            from components.azure.platform import AzurePlatform
            from providers.azure import azure_provider

            provider = azure_provider(settings)
            return AzurePlatform(name, settings, opts=pulumi.ResourceOptions(providers=[provider, random]))
        case GcpSettings():
            from components.gcp.platform import GcpPlatform
            from providers.confluent import confluent_providers
            from providers.gcp import gcp_provider

            providers = [gcp_provider(settings), *confluent_providers(settings), random]
            return GcpPlatform(name, settings, opts=pulumi.ResourceOptions(providers=providers))
