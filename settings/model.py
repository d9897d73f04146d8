"""`Settings`: the whole stack file as one frozen value, as far as it is the same on every cloud.

Each cloud's own settings (`aws`, `azure`, `gcp`) are a subclass that narrows the layers to what that cloud has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import pulumi
from pydantic import Field, PrivateAttr, SecretStr

from settings.assistant import Assistant
from settings.base import IN_PLACE, REPLACES, Cloud, Json, Model, Profile, SecretKey, Text
from settings.existing import (
    ExistingCluster,
    ExistingEncryption,
    ExistingEventQueue,
    ExistingLockStore,
    ExistingModelStorage,
    ExistingNetwork,
    ExistingTrackerStore,
)
from settings.layers import (
    CreateCluster,
    CreateEncryption,
    CreateEventQueue,
    CreateLockStore,
    CreateModelStorage,
    CreateNetwork,
    CreateTrackerStore,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)
from settings.policy import PolicyException
from settings.rotation import Rotation
from settings.vault import SecretsManager

SecretText = Annotated[SecretStr, Field(min_length=1)]


class Provider(Model):
    """Where the cloud's own environment does not say it."""

    @property
    def account(self) -> str | None:
        """The AWS account, Azure subscription or Google Cloud project; None if the environment says it."""
        return None


class Settings(Model):
    """A valid stack file, every default filled in."""

    cloud: Cloud = Field(description="The cloud to build on.", json_schema_extra=REPLACES)
    profile: Profile = Field(
        description="`dev`, or `prod`: redundant, own keys, protected, strict.", json_schema_extra=REPLACES
    )
    region: Text = Field(description="Region of the cloud.", json_schema_extra=REPLACES)
    provider: Provider = Field(
        default=Provider(), description="Account to work in, where the environment does not say."
    )
    tags: dict[Text, str] = Field(
        default_factory=dict, description="Tags for every resource that can have them.", json_schema_extra=IN_PLACE
    )
    allow_destroy: bool = Field(
        default=False,
        description="`true` lifts the protections at the next `up`, so that `destroy` can follow.",
        json_schema_extra=IN_PLACE,
    )
    secrets: dict[SecretKey, SecretText] = Field(
        default_factory=dict,
        description="Secret values by name, encrypted in the stack file; every other setting names a key of it. "
        "`license` must be there.",
        json_schema_extra={"effect": "restarts the pods that use it"},
    )
    rotation: Rotation = Field(default=Rotation(), description="Rotates credentials; see [rotation.md](rotation.md).")
    network: CreateNetwork | ExistingNetwork = Field(description="The network.")
    encryption: CreateEncryption | ExistingEncryption = Field(description="The key for data.")
    cluster: CreateCluster | ExistingCluster = Field(description="The Kubernetes cluster.")
    tracker_store: CreateTrackerStore | ExistingTrackerStore = Field(description="PostgreSQL for conversations.")
    lock_store: CreateLockStore | ExistingLockStore | NoLockStore = Field(description="Redis for locks and timers.")
    event_queue: CreateEventQueue | ExistingEventQueue | NoEventQueue = Field(description="Kafka for events.")
    model_storage: CreateModelStorage | ExistingModelStorage | NoModelStorage = Field(
        description="Object storage for models."
    )
    secrets_manager: SecretsManager = Field(description="Where the tracker store's credentials come from.")
    assistants: tuple[Assistant, ...] = Field(
        default=(), description="The assistants on the platform: one at least, and usually one."
    )

    policy_exceptions: tuple[PolicyException, ...] = Field(
        default=(), description="Rules of the policy pack that need not hold; see [policies.md](policies.md)."
    )

    _deployed: Mapping[str, Json] = PrivateAttr(default_factory=dict[str, Json])

    @property
    def deployed(self) -> Mapping[str, Json]:
        """The guarded settings of the last `up` by their key in the stack file; empty before the first one."""
        return self._deployed

    def remember(self, deployed: Mapping[str, Json]) -> None:
        """Stores the guarded settings of the last `up`. The engine returns every number as a float."""
        self._deployed = {key: int(value) if isinstance(value, float) else value for key, value in deployed.items()}

    def is_raised(self, key: str, value: int) -> bool:
        """Whether the value is above that of the last `up`."""
        old = self._deployed.get(key)
        return isinstance(old, int) and value > old

    @property
    def protect(self) -> bool:
        """Whether data is protected from deletion: in prod, unless `allowDestroy` lifts it."""
        return self.profile is Profile.PROD and not self.allow_destroy

    @property
    def in_network(self) -> tuple[str, ...]:
        """The layers, by their key in the stack file, that are created inside the network."""
        created = {
            "cluster": isinstance(self.cluster, CreateCluster),
            "trackerStore": isinstance(self.tracker_store, CreateTrackerStore),
            "lockStore": isinstance(self.lock_store, CreateLockStore),
            "eventQueue": isinstance(self.event_queue, CreateEventQueue),
        }
        return tuple(key for key, is_created in created.items() if is_created)

    @property
    def cluster_ranges(self) -> Mapping[str, str]:
        """Address ranges of the cluster outside the network's own, by their key in the stack file."""
        return self.cluster.ranges if isinstance(self.cluster, CreateCluster) else {}

    def secret(self, key: str) -> pulumi.Output[str]:
        """The value of a key of `rasa:secrets`, as a secret output."""
        return pulumi.Output.secret(self.secrets[key].get_secret_value())
