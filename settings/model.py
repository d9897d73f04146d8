"""`Settings`: the whole stack file as one frozen value, with the parts that are common to all clouds.

The settings of each cloud (`aws`, `azure`, `gcp`) are a subclass that narrows the layers to the kinds of that cloud.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import PrivateAttr

from settings.assistant import Assistant
from settings.cluster import CreateCluster, ExistingCluster
from settings.encryption import CreateEncryption, ExistingEncryption
from settings.event_queue import CreateEventQueue, ExistingEventQueue, NoEventQueue
from settings.lock_store import CreateLockStore, ExistingLockStore, NoLockStore
from settings.model_storage import CreateModelStorage, ExistingModelStorage, NoModelStorage
from settings.network import CreateNetwork, ExistingNetwork
from settings.secrets_manager import SecretsManager
from settings.setting import Json, setting
from settings.stack import Layer, PolicyException, Stack
from settings.tracker_store import CreateTrackerStore, ExistingTrackerStore


class Settings(Stack):
    """A valid stack file, every default filled in."""

    network: CreateNetwork | ExistingNetwork = setting("The network.")
    encryption: CreateEncryption | ExistingEncryption = setting("The key for data.")
    cluster: CreateCluster | ExistingCluster = setting("The Kubernetes cluster.")
    tracker_store: CreateTrackerStore | ExistingTrackerStore = setting("PostgreSQL for conversations.")
    lock_store: CreateLockStore | ExistingLockStore | NoLockStore = setting("Redis for locks and timers.")
    event_queue: CreateEventQueue | ExistingEventQueue | NoEventQueue = setting("Kafka for events.")
    model_storage: CreateModelStorage | ExistingModelStorage | NoModelStorage = setting("Object storage for models.")
    secrets_manager: SecretsManager = setting("The store of the tracker store's credentials.")
    assistants: tuple[Assistant, ...] = setting(
        "The assistants on the platform: at least one, and usually one.", default=()
    )
    policy_exceptions: tuple[PolicyException, ...] = setting(
        "Exceptions from rules of the policy pack; see [policies.md](policies.md).", default=()
    )

    _deployed: Mapping[str, Json] = PrivateAttr(default_factory=dict[str, Json])

    @property
    def deployed(self) -> Mapping[str, Json]:
        """The guarded settings of the last `up` by their key in the stack file; empty before the first one."""
        return self._deployed

    def remember(self, deployed: Mapping[str, Json]) -> None:
        """Stores the guarded settings of the last `up`. The engine returns every number as a float."""
        self._deployed = {key: int(value) if isinstance(value, float) else value for key, value in deployed.items()}

    @property
    def layers(self) -> Mapping[str, Layer]:
        """Every layer, by its key in the stack file."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return {value.KEY: value for value in values if isinstance(value, Layer)}

    @property
    def in_network(self) -> tuple[str, ...]:
        """The layers, by their key in the stack file, that are created inside the network."""
        return tuple(key for key, layer in self.layers.items() if layer.in_network)

    @property
    def cluster_ranges(self) -> Mapping[str, str]:
        """Address ranges of the cluster outside the network's own, by their key in the stack file."""
        return self.cluster.ranges if isinstance(self.cluster, CreateCluster) else {}
