# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""The settings of a stack on Azure: which kinds each layer has there."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from settings.base import REGIONS, Cloud, Guid
from settings.cluster import CreateAks, ExistingAzureCluster
from settings.encryption import CreateEncryption, ExistingKeyVaultKey
from settings.event_queue import CreateEventHubs, ExistingEventQueue, NoEventQueue
from settings.lock_store import CreateManagedRedis, ExistingLockStore, NoLockStore
from settings.model import Settings
from settings.model_storage import CreateBlobStorage, ExistingContainer, NoModelStorage
from settings.network import CreateVnet, ExistingVnet
from settings.secrets_manager import CreateVault
from settings.setting import BY_KIND, Effect, setting
from settings.stack import Provider
from settings.tracker_store import CreateFlexibleServer, ExistingTrackerStore


class AzureProvider(Provider):
    """The account to work in, if the environment does not name it."""

    subscription_id: Guid | None = setting("Subscription to create everything in.", Effect.REFUSED, default=None)

    @property
    def account(self) -> str | None:
        """Id of the subscription."""
        return self.subscription_id.lower() if self.subscription_id else None


class AzureSettings(Settings):
    """A valid stack file for Azure, every default filled in."""

    # Private DNS takes 15 tags on a zone; the program adds its own.
    TAGS: ClassVar[tuple[int, str, str, str]] = (
        12,
        r"(?i)(?!azure|microsoft|windows)[a-z_][\w.:=+@\-]{0,127}",
        r"[^\x00-\x1f]{0,256}",
        "is not a tag that Azure accepts everywhere (key: letters, digits and _.:=+-@, letter first, "
        "up to 128, not azure..., microsoft... or windows...; value up to 256)",
    )

    cloud: Literal[Cloud.AZURE] = setting()
    region: str = setting(pattern=(REGIONS[Cloud.AZURE], "is not the name of an Azure region", "westeurope"))
    provider: AzureProvider = setting(default=AzureProvider())
    network: Annotated[CreateVnet | ExistingVnet, BY_KIND] = setting()
    encryption: Annotated[CreateEncryption | ExistingKeyVaultKey, BY_KIND] = setting()
    cluster: Annotated[CreateAks | ExistingAzureCluster, BY_KIND] = setting()
    tracker_store: Annotated[CreateFlexibleServer | ExistingTrackerStore, BY_KIND] = setting()
    lock_store: Annotated[CreateManagedRedis | ExistingLockStore | NoLockStore, BY_KIND] = setting()
    event_queue: Annotated[CreateEventHubs | ExistingEventQueue | NoEventQueue, BY_KIND] = setting()
    model_storage: Annotated[CreateBlobStorage | ExistingContainer | NoModelStorage, BY_KIND] = setting()

    @property
    def in_network(self) -> tuple[str, ...]:
        """Returns the layers of any cloud, and Vault: its key has a private endpoint."""
        vault = ("secretsManager",) if isinstance(self.secrets_manager, CreateVault) else ()
        return (*super().in_network, *vault)
