# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""The settings of a stack on GCP: which kinds each layer has there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from settings.base import PROJECT, REGIONS, Cloud
from settings.cluster import CreateGke, ExistingGcpCluster
from settings.encryption import CreateEncryption, ExistingCryptoKey
from settings.event_queue import CreateConfluent, ExistingEventQueue, NoEventQueue
from settings.lock_store import CreateMemorystore, ExistingLockStore, NoLockStore
from settings.model import Settings
from settings.model_storage import CreateModelStorage, ExistingGcsBucket, NoModelStorage
from settings.network import CreateNetwork, CreateVpcNetwork, ExistingVpcNetwork
from settings.setting import BY_KIND, Effect, setting
from settings.stack import Provider
from settings.tracker_store import CreateCloudSql, ExistingTrackerStore


class GcpProvider(Provider):
    """The account to work in, if the environment does not name it."""

    project: str | None = setting(
        "Project to create everything in.",
        Effect.REFUSED,
        default=None,
        pattern=(PROJECT, "is not the id of a project", "acme-prod"),
    )

    @property
    def account(self) -> str | None:
        """Id of the project."""
        return self.project


class GcpSettings(Settings):
    """A valid stack file for GCP, every default filled in."""

    # GCP takes 64 labels on a resource; the program and the services add theirs.
    TAGS: ClassVar[tuple[int, str, str, str]] = (
        60,
        r"[a-z][a-z0-9_-]{0,62}",
        r"[a-z0-9_-]{0,63}",
        "is not a label that GCP accepts (a-z, 0-9, _ and -, up to 63, key: letter first)",
    )

    cloud: Literal[Cloud.GCP] = setting()
    region: str = setting(pattern=(REGIONS[Cloud.GCP], "is not the name of a Google Cloud region", "europe-west1"))
    provider: GcpProvider = setting(default=GcpProvider())
    network: Annotated[CreateVpcNetwork | ExistingVpcNetwork, BY_KIND] = setting()
    encryption: Annotated[CreateEncryption | ExistingCryptoKey, BY_KIND] = setting()
    cluster: Annotated[CreateGke | ExistingGcpCluster, BY_KIND] = setting()
    tracker_store: Annotated[CreateCloudSql | ExistingTrackerStore, BY_KIND] = setting()
    lock_store: Annotated[CreateMemorystore | ExistingLockStore | NoLockStore, BY_KIND] = setting()
    event_queue: Annotated[CreateConfluent | ExistingEventQueue | NoEventQueue, BY_KIND] = setting()
    model_storage: Annotated[CreateModelStorage | ExistingGcsBucket | NoModelStorage, BY_KIND] = setting()

    @property
    def cluster_ranges(self) -> Mapping[str, str]:
        """Returns those of the cluster; an existing network names its own ranges for pods and services."""
        return super().cluster_ranges if isinstance(self.network, CreateNetwork) else {}
