# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""`rasa:lockStore`: Redis for locks and timers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from settings.base import Auth, Host, Networks, Pem, Port, SecretKey, Text
from settings.problems import Problem
from settings.setting import Effect, kind_of, setting
from settings.stack import Layer, Stack

AZURE_SIZES: Final = (
    "Balanced_B0", "Balanced_B1", "Balanced_B3", "Balanced_B5", "Balanced_B10", "Balanced_B20",
    "ComputeOptimized_X3", "ComputeOptimized_X5", "ComputeOptimized_X10", "ComputeOptimized_X20",
    "MemoryOptimized_M10", "MemoryOptimized_M20",
)  # fmt: skip
MEMORYSTORE_GB: Final = 300


class LockStore(Layer):
    """Redis for locks and timers."""

    KEY: ClassVar[str] = "lockStore"


class CreateLockStore(LockStore):
    """A managed Redis for locks and timers."""

    in_network: ClassVar[bool] = True
    can_rotate: ClassVar[bool] = True

    kind: Literal["create"] = kind_of("create")
    size: str = setting("Node type.", Effect.FAILS_OVER)
    nodes: int = setting(
        "Nodes; from 2 on the service fails over to another zone automatically.",
        Effect.IN_PLACE,
        dev=1,
        prod=2,
        minimum=(1, "one node"),
    )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if stack.is_prod and self.nodes < 2:
            yield self.wrong("nodes", "is below 2: a single node is lost with its zone", "set 2 or more")


class CreateElastiCache(CreateLockStore):
    """Amazon ElastiCache for Valkey, for locks and timers."""

    auth: Auth = setting(
        "How Rasa signs in: `password`, or `iam` (tokens from the pod's identity).",
        Effect.RESTARTS_PODS,
        dev="password",
        prod="iam",
    )
    size: str = setting(
        dev="cache.t4g.micro",
        prod="cache.m7g.large",
        pattern=(r"cache\.[a-z0-9]+\.[a-z0-9]+", "is not an AWS instance type here", "cache.m7g.large"),
    )
    nodes: int = setting(maximum=(6, "the nodes of one ElastiCache shard"))
    version: str = setting(
        "Engine (Valkey) version, in quotes.",
        Effect.FAILS_OVER,
        lowered=Effect.REFUSED,
        dev="8.2",
        prod="8.2",
        # "Supported engines and versions" in the user guide of ElastiCache, November 2026.
        pattern=(r"7\.2|8\.[0-2]|9\.[01]", "is not a version of Valkey that ElastiCache has", "'8.2'"),
    )
    backup_days: int = setting(
        "Days that snapshots are kept; 0 for none.",
        Effect.IN_PLACE,
        lowered=Effect.REFUSED_IN_PROD,
        dev=0,
        prod=7,
        minimum=(0, "the fewest days there are"),
        maximum=(35, "the ElastiCache limit"),
    )

    @property
    def without_identity(self) -> str:
        return f"set {self.KEY}.auth to password" if self.auth is Auth.IAM else ""

    @property
    def can_rotate(self) -> bool:
        return self.auth is Auth.PASSWORD


class CreateManagedRedis(CreateLockStore):
    """Azure Managed Redis without clustering, for locks and timers."""

    size: str = setting(
        None,
        Effect.FAILS_OVER,
        lowered=Effect.REFUSED,
        dev="Balanced_B0",
        prod="Balanced_B1",
        among=(AZURE_SIZES, "Azure Managed Redis without clustering"),
    )
    nodes: int = setting(
        None,
        Effect.IN_PLACE,
        lowered=Effect.REFUSED,
        maximum=(2, "the nodes of Azure Managed Redis: one, or two in different zones"),
    )


class CreateMemorystore(CreateLockStore):
    """Memorystore for Redis, for locks and timers."""

    # Google generates the only password, and replaces it only if passwords are turned off and on again.
    can_rotate: ClassVar[bool] = False

    size: str = setting(
        "Memory in GiB, in quotes.",
        dev="1",
        prod="5",
        pattern=(r"[1-9]\d{0,2}", "is not a size in GiB, as text", "'5'"),
    )
    nodes: int = setting(None, Effect.REPLACES, maximum=(2, "the nodes of Memorystore: one, or two in different zones"))
    version: str = setting(
        "Redis version, in quotes.",
        Effect.FAILS_OVER,
        lowered=Effect.REFUSED,
        dev="7.2",
        prod="7.2",
        among=(("7.0", "7.2"), "Memorystore for Redis"),
    )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        if int(self.size) > MEMORYSTORE_GB:
            expected = f"is above {MEMORYSTORE_GB}, the Memorystore maximum in GiB"
            yield self.wrong("size", expected, f"set {MEMORYSTORE_GB} or less")


class ExistingLockStore(LockStore):
    """Your own Redis, cluster mode off."""

    kind: Literal["existing"] = kind_of("existing")
    host: Host = setting("Its host name.", Effect.RESTARTS_PODS)
    port: Port = setting("Its port.", Effect.RESTARTS_PODS, default=6379)
    username: Text = setting("User to sign in as.", Effect.RESTARTS_PODS, default="default")
    password: SecretKey = setting("Key of `rasa:secrets` that holds the password.", Effect.RESTARTS_PODS)
    tls: bool = setting("`false` is a warning in dev and refused in prod.", Effect.RESTARTS_PODS, default=True)
    ca: Pem | None = setting(
        "The authority of its certificate, PEM; by default well-known public ones.", Effect.RESTARTS_PODS, default=None
    )
    networks: Networks = setting("Its address ranges.", Effect.IN_PLACE)

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from stack.unknown_secret("lockStore.password", self.password)

    def weaknesses(self) -> Iterator[Problem]:
        if not self.tls:
            expected = "sends the password and every lock in plain text"
            yield self.wrong("tls", expected, "turn TLS on in the service, and remove tls")


class NoLockStore(LockStore):
    """Locks and timers in memory: only for a single replica."""

    kind: Literal["none"] = kind_of("none", Effect.RESTARTS_PODS)
