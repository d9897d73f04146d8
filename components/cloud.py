"""The contract between the platform and a cloud: the layers that a cloud creates, and what it returns.

A cloud only creates. `components.platform` decides if a layer is created, exists already or is left out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

import pulumi

from components.connections import (
    NO_IDENTITY,
    ClusterConnection,
    DownloadedModel,
    ExistingDatabases,
    KafkaConnection,
    ModelStorageConnection,
    PostgresConnection,
    RedisConnection,
    ServiceAccount,
    VaultSeal,
    WorkloadIdentity,
)
from settings import Assistant, Settings
from settings.encryption import CreateEncryption, ExistingEncryption
from settings.network import CreateNetwork, ExistingNetwork

Connection = TypeVar("Connection", covariant=True)
# The rights of a pod, and the pods' way to an identity, both as types of one cloud.
Right = TypeVar("Right")
RightOf = TypeVar("RightOf", covariant=True)
Pods = TypeVar("Pods")
Layer = TypeVar("Layer")
# The stack file, the network and the key for data, in the form of one cloud.
SettingsOf = TypeVar("SettingsOf", bound=Settings)
Network = TypeVar("Network")
Key = TypeVar("Key")


@dataclass(frozen=True)
class NoIdentityNeeded:
    """The pods sign in with a password, or do not use the service."""


@dataclass(frozen=True)
class GrantedElsewhere:
    """The pods sign in with their identity. The owner of the service grants the rights."""


@dataclass(frozen=True)
class Rights(Generic[RightOf]):
    """The pods sign in with their identity, to which the program gives these rights."""

    rights: tuple[RightOf, ...]


Access: TypeAlias = NoIdentityNeeded | GrantedElsewhere | Rights[RightOf]


def _no_identity_needed(_: Assistant) -> NoIdentityNeeded:
    return NoIdentityNeeded()


@dataclass(frozen=True, kw_only=True)
class Service(Generic[Connection, RightOf]):
    """One service of Rasa's architecture. `rasa` and `analytics` return the access of an assistant's pods to it."""

    address: pulumi.Output[str]
    connection: Connection
    rasa: Callable[[Assistant], Access[RightOf]] = _no_identity_needed
    analytics: Callable[[Assistant], Access[RightOf]] = _no_identity_needed


TrackerStore: TypeAlias = Service[PostgresConnection | ExistingDatabases, RightOf]
# By the assistant's name.
LockStore: TypeAlias = Service[Mapping[str, RedisConnection], RightOf]
EventQueue: TypeAlias = Service[Mapping[str, KafkaConnection], RightOf]
ModelStorage: TypeAlias = Service[Mapping[str, ModelStorageConnection | DownloadedModel], RightOf]


@dataclass(frozen=True, kw_only=True)
class Cluster(Generic[Pods]):
    """The Kubernetes cluster. `address` is for people. `pods` is what the cloud needs to identify its pods."""

    connection: ClusterConnection
    address: pulumi.Output[str]
    pods: Pods


class Cloud(ABC, Generic[SettingsOf, Network, Key, Pods, Right]):
    """One cloud, for one platform, whose component is `parent`. `name` begins the name of every component.

    A subclass creates the layers of its cloud, and describes what only its cloud has. It does not decide which of the
    two: this class does for network and key, and `components.platform` for all others. Each function is called at most
    once, and only if the stack file needs it. So if everything exists already, nothing is created.
    """

    def __init__(self, name: str, settings: SettingsOf, parent: pulumi.Resource) -> None:
        self.name, self.settings, self.parent = name, settings, parent
        self.child = pulumi.ResourceOptions(parent=parent)

    @cached_property
    def network(self) -> Network:
        """The network, created or existing."""
        match self.settings.network:
            case CreateNetwork():
                return self.create_network()
            case ExistingNetwork():
                return self.existing_network()

    @cached_property
    def key(self) -> Key:
        """The key for data, created or existing."""
        match self.settings.encryption:
            case CreateEncryption():
                return self.create_key()
            case ExistingEncryption():
                return self.existing_key()

    @property
    def storage_key(self) -> Key | None:
        """The key that encrypts data; None for the services' own keys.

        In dev a created key encrypts only what the cloud does not encrypt with its own: some clouds keep a key, or its
        name, for months after its deletion.
        """
        is_own = isinstance(self.settings.encryption, ExistingEncryption)
        return self.key if self.settings.is_prod or is_own else None

    @abstractmethod
    def create_network(self) -> Network:
        """Creates the network."""

    @abstractmethod
    def existing_network(self) -> Network:
        """Describes an existing network."""

    @property
    @abstractmethod
    def network_id(self) -> pulumi.Output[str]:
        """Id of the network."""

    @abstractmethod
    def create_key(self) -> Key:
        """Creates the key for data."""

    @abstractmethod
    def existing_key(self) -> Key:
        """Describes an existing key for data."""

    @abstractmethod
    def cluster(self) -> Cluster[Pods]:
        """Creates the cluster."""

    @abstractmethod
    def existing_pods(self) -> Pods:
        """Describes the pods of an existing cluster."""

    @abstractmethod
    def tracker_store(self, pods: Pods) -> TrackerStore[Right]:
        """Creates PostgreSQL, which the pods can reach."""

    @abstractmethod
    def lock_store(self, pods: Pods) -> LockStore[Right]:
        """Creates Redis, which the pods can reach."""

    @abstractmethod
    def event_queue(self, pods: Pods) -> EventQueue[Right]:
        """Creates Kafka, which the pods can reach."""

    @abstractmethod
    def model_storage(self) -> ModelStorage[Right]:
        """Creates object storage."""

    @abstractmethod
    def existing_model_storage(self) -> ModelStorage[Right]:
        """Describes existing object storage."""

    @abstractmethod
    def vault_seal(self, pods: Pods) -> VaultSeal:
        """Creates the resources of the cloud that Vault in the cluster needs."""

    def identity_for(self, pods: Pods, account: ServiceAccount, accesses: Iterable[Access[Right]]) -> WorkloadIdentity:
        """Creates the identity of a service account that uses several services, if one of them needs it."""
        match together(accesses):
            case NoIdentityNeeded():
                return NO_IDENTITY
            case GrantedElsewhere():
                return self.identity(pods, account, ())
            case Rights(rights=rights):
                return self.identity(pods, account, rights)

    @abstractmethod
    def identity(self, pods: Pods, account: ServiceAccount, rights: tuple[Right, ...]) -> WorkloadIdentity:
        """Creates the identity of a service account. Creates nothing if the cluster gives its pods no identities."""


AnyCloud: TypeAlias = Cloud[Any, Any, Any, Pods, Right]


def together(accesses: Iterable[Access[Right]]) -> Access[Right]:
    """Returns the access of a service account that uses several services: all rights, on one identity."""
    needed = [access for access in accesses if not isinstance(access, NoIdentityNeeded)]
    if not needed:
        return NoIdentityNeeded()
    rights = tuple(right for access in needed if isinstance(access, Rights) for right in access.rights)
    return Rights(rights) if rights else GrantedElsewhere()


def narrowed(layer: object, kind: type[Layer]) -> Layer:
    """Returns the settings of a layer, which are of this kind: otherwise nobody asks the cloud for it."""
    if not isinstance(layer, kind):
        raise TypeError(f"the layer is {type(layer).__name__}, not {kind.__name__}")
    return layer
