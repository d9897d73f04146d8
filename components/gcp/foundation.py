"""What the services of the platform stand on: the project, its APIs, the key and the network.

Each is made, or looked up, when the first part of the platform asks for it: where everything exists, nothing is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import pulumi
import pulumi_gcp as gcp

from components.gcp.apis import Apis
from components.gcp.context import Context, StorageKey
from components.gcp.encryption import EncryptionKey
from components.gcp.identity import WorkloadPool
from components.gcp.network import Network, Place, existing_place
from providers.gcp import labels
from settings import (
    CreateEncryption,
    CreateGke,
    CreateNetwork,
    ExistingCryptoKey,
    ExistingVpcNetwork,
    GcpSettings,
    Profile,
)
from settings.defaults.gcp import zones


class Foundation:
    """Of one platform, whose component is `parent`."""

    def __init__(self, name: str, settings: GcpSettings, parent: pulumi.Resource) -> None:
        self._name = name
        self._settings = settings
        self._parent = parent
        self._child = pulumi.ResourceOptions(parent=parent)

    def pool(self, name: str) -> WorkloadPool:
        """The identities of a cluster that exists, in whatever project it is."""
        project_id = name.partition(".")[0]
        number = gcp.organizations.get_project_output(
            project_id=project_id, opts=pulumi.InvokeOutputOptions(parent=self._parent)
        ).number
        return WorkloadPool(name=pulumi.Output.from_input(name), number=number)

    @cached_property
    def context(self) -> Context:
        """What every service that is created is told."""
        return replace(self.keyless, storage_key=self._key())

    @cached_property
    def keyless(self) -> Context:
        """The same for those who encrypt nothing with the platform's key: a key ring that is made is there for good."""
        settings = self._settings
        project = gcp.organizations.get_project_output(
            project_id=settings.provider.project, opts=pulumi.InvokeOutputOptions(parent=self._parent)
        )
        apis = Apis(f"{self._name}-apis", opts=self._child).ready
        return Context(
            project=project.project_id.apply(_known),
            number=project.number,
            region=settings.region,
            zones=_zones(settings),
            profile=settings.profile,
            protect=settings.protect,
            labels=labels(settings),
            storage_key=None,
            apis=apis,
        )

    @cached_property
    def place(self) -> Place:
        """The network."""
        match self._settings.network:
            case ExistingVpcNetwork() as existing:
                return existing_place(existing, self.context)
            case CreateNetwork() as chosen:
                cluster = self._settings.cluster
                return Network(
                    f"{self._name}-network",
                    settings=chosen,
                    context=self.context,
                    cluster=cluster if isinstance(cluster, CreateGke) else None,
                    opts=self._child,
                ).place

    def _key(self) -> StorageKey | None:
        settings = self._settings
        match settings.encryption:
            case ExistingCryptoKey(key=key):
                return StorageKey(id=pulumi.Output.from_input(key))
            case CreateEncryption():
                # To try things out Google's own keys will do: a key ring cannot be deleted.
                if settings.profile is Profile.DEV:
                    return None
                return EncryptionKey(f"{self._name}-data", self.keyless, opts=self._child).storage_key


def _zones(settings: GcpSettings) -> tuple[str, ...]:
    """An existing network does not tell zones, and needs none: a subnetwork spans them all."""
    return settings.network.zones if isinstance(settings.network, CreateNetwork) else tuple(zones(settings.region))


def _known(project: str | None) -> str:
    return project or ""
