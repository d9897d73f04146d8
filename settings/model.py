"""`Settings`: the whole stack file as one frozen value, with the parts that are common to all clouds.

The settings of each cloud (`aws`, `azure`, `gcp`) are a subclass that narrows the layers to the kinds of that cloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import pulumi
from pydantic import PrivateAttr

from settings.assistant import Assistant
from settings.base import Cloud
from settings.cluster import CreateCluster, ExistingCluster
from settings.company import Company
from settings.encryption import CreateEncryption, ExistingEncryption
from settings.event_queue import CreateEventQueue, ExistingEventQueue, NoEventQueue
from settings.lock_store import CreateLockStore, ExistingLockStore, NoLockStore
from settings.model_storage import CreateModelStorage, ExistingModelStorage, NoModelStorage
from settings.network import CreateNetwork, ExistingNetwork
from settings.secrets_manager import ExistingVault, SecretsManager
from settings.setting import Json, setting
from settings.stack import Layer, PolicyException, Stack
from settings.tracker_store import CreateTrackerStore, ExistingTrackerStore

_OBJECT_STORAGE: Final[Mapping[Cloud, str]] = {
    Cloud.AWS: "s3.{region}.amazonaws.com",
    Cloud.AZURE: "blob.core.windows.net",
    Cloud.GCP: "storage.googleapis.com",
}


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
    def company(self) -> Company:
        """Returns the needs of all pods in the network of a company."""

        def value(key: str | None) -> pulumi.Output[str] | None:
            return None if key is None else self.secret(key)

        return Company(
            registries=self.registries,
            pull_login=value(self.registries.pull_secret),
            proxy=self.proxy,
            proxy_login=value(self.proxy.login if self.proxy is not None else None),
            direct=self._direct,
            ca=self.ca,
        )

    @property
    def _direct(self) -> tuple[str, ...]:
        """Hosts and ranges that pods reach without a proxy: the cluster, the network and the services in it."""
        vault, cluster = self.secrets_manager, self.cluster
        ranges = [*self.network.ranges.values(), *self.cluster_ranges.values()]
        if isinstance(cluster, ExistingCluster):
            ranges += cluster.networks
        hosts = [urlsplit(vault.address).hostname or ""] if isinstance(vault, ExistingVault) else []
        # The program creates private ways to object storage: on Azure in every network, elsewhere in its own.
        private = isinstance(self.network, CreateNetwork) or self.cloud is Cloud.AZURE
        if private and isinstance(self.model_storage, CreateModelStorage):
            hosts.append(_OBJECT_STORAGE[self.cloud].format(region=self.region))
        return tuple(dict.fromkeys([*hosts, *ranges]))

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
