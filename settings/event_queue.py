# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""`rasa:eventQueue`: Kafka for events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

from settings.base import Auth, Networks, Pem, SecretKey, Text, matching
from settings.problems import Problem
from settings.setting import Effect, kind_of, setting
from settings.stack import Layer, Stack

# By the tier of Event Hubs.
UNITS: Final[Mapping[str, tuple[int, ...]]] = {"Standard": tuple(range(1, 41)), "Premium": (1, 2, 4, 6, 8, 10, 12, 16)}
MOST_PARTITIONS: Final = {"Standard": 32, "Premium": 100}
MOST_HOURS: Final = {"Standard": 168, "Premium": 2160}

Bootstrap = Annotated[
    str,
    matching(
        r"[a-z0-9.-]+:\d{1,5}(,[a-z0-9.-]+:\d{1,5})*",
        "is not a list of brokers",
        "write it like kafka1.example.com:9093,kafka2.example.com:9093",
    ),
]


class EventQueue(Layer):
    """Kafka for events."""

    KEY: ClassVar[str] = "eventQueue"


class CreateEventQueue(EventQueue):
    """A managed Kafka with topics for each assistant."""

    in_network: ClassVar[bool] = True
    can_rotate: ClassVar[bool] = True

    size: str = setting("Size of the service.", Effect.REPLACES)
    partitions: int = setting(
        "Partitions of each topic.",
        Effect.IN_PLACE,
        lowered=Effect.REFUSED,
        dev=6,
        prod=6,
        minimum=(1, "one partition"),
    )
    retention_hours: int = setting(
        "Hours that events are kept.",
        Effect.IN_PLACE,
        lowered=Effect.REFUSED_IN_PROD,
        dev=72,
        prod=168,
        minimum=(1, "one hour"),
        maximum=(87600, "10 years"),
    )


class CreateMsk(CreateEventQueue):
    """Amazon MSK, provisioned; topics for each assistant."""

    kind: Literal["msk"] = kind_of("msk")
    auth: Auth = setting(
        "How Rasa signs in: `password` (SCRAM-SHA-512), or `iam`.", Effect.RESTARTS_PODS, dev="password", prod="iam"
    )
    size: str = setting(
        "Broker type.",
        Effect.ROLLS,
        dev="kafka.t3.small",
        prod="kafka.m7g.large",
        pattern=(r"(kafka|express)\.[a-z0-9]+\.[a-z0-9]+", "is not an AWS instance type here", "kafka.m7g.large"),
    )
    version: str = setting(
        "Kafka version in the form of MSK.",
        Effect.ROLLS,
        lowered=Effect.REFUSED,
        note="between ZooKeeper and KRaft: refused",
        dev="3.9.x",
        prod="3.9.x",
        pattern=(r"\d\.\d+\.(\d+|x)(\.kraft)?", "is not a Kafka version in the form of MSK", "3.9.x"),
    )
    brokers: int = setting(
        "Number of brokers, a multiple of the number of zones.",
        Effect.IN_PLACE,
        lowered=Effect.REFUSED,
        dev=3,
        prod=3,
        maximum=(15, "the MSK limit for a new cluster"),
    )
    storage_gb: int = setting(
        "Disk per broker in GiB.",
        Effect.IN_PLACE,
        lowered=Effect.REFUSED,
        dev=10,
        prod=100,
        minimum=(1, "the MSK minimum"),
        maximum=(16384, "the MSK maximum"),
    )

    @property
    def without_identity(self) -> str:
        return f"set {self.KEY}.auth to password" if self.auth is Auth.IAM else ""

    @property
    def can_rotate(self) -> bool:
        return self.auth is Auth.PASSWORD

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if self.size.startswith("express."):
            expected = "is an Express broker, whose storage and configuration this program does not set"
            yield self.wrong("size", expected, "choose a standard broker like kafka.m7g.large")
        if stack.is_prod and self.brokers < 3:
            yield self.wrong("brokers", "is below 3, the fewest in prod", "set 3 or more")


class CreateEventHubs(CreateEventQueue):
    """Azure Event Hubs with its Kafka endpoint; an event hub for each topic."""

    kind: Literal["eventHubs"] = kind_of("eventHubs")
    size: Literal["Standard", "Premium"] = setting(
        "Tier: `Standard`, or `Premium` (own key, 90 days of events).", Effect.REFUSED, dev="Standard", prod="Premium"
    )
    units: int = setting(
        "Throughput units (Standard) or processing units.", Effect.IN_PLACE, dev=1, prod=1, minimum=(1, "one unit")
    )
    partitions: int = setting(
        None, Effect.IN_PLACE, lowered=Effect.REFUSED, note="raised with `Standard`: refused", dev=4, prod=4
    )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        units, others = UNITS[self.size], ("eventQueue.size",)
        if self.units not in units:
            fitting = next((number for number in units if number > self.units), units[-1])
            expected = f"is not a number of units that {self.size} has"
            yield self.wrong("units", expected, f"set {fitting}", others=others)
        for field, most in (("partitions", MOST_PARTITIONS), ("retention_hours", MOST_HOURS)):
            if getattr(self, field) > most[self.size]:
                expected = f"is above {most[self.size]}, the most of Event Hubs {self.size}"
                yield self.wrong(field, expected, f"set {most[self.size]} or less", others=others)
        if stack.is_prod and self.size == "Standard":
            yield self.wrong("size", "cannot encrypt with your own key", "set Premium")


class CreateConfluent(CreateEventQueue):
    """Confluent Cloud on Google Cloud; topics for each assistant."""

    kind: Literal["confluent"] = kind_of("confluent")
    size: Literal["basic", "enterprise"] = setting(
        "Type of the cluster: `basic` (public), or `enterprise` (private).", dev="basic", prod="enterprise"
    )
    api_key: SecretKey = setting(
        "Key of `rasa:secrets` that holds the id of a Cloud API key of Confluent.",
        Effect.IN_PLACE,
        default="confluentApiKey",
    )
    api_secret: SecretKey = setting(
        "Key of `rasa:secrets` that holds its secret.", Effect.IN_PLACE, default="confluentApiSecret"
    )

    @property
    def in_network(self) -> bool:
        return self.size != "basic"

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from stack.unknown_secret("eventQueue.apiKey", self.api_key)
        yield from stack.unknown_secret("eventQueue.apiSecret", self.api_secret)
        if stack.is_prod and self.size == "basic":
            yield self.wrong("size", "is reached through the internet and is in one zone", "set enterprise")


class ExistingEventQueue(EventQueue):
    """Your own Kafka with TLS, and with the topics of each assistant."""

    kind: Literal["existing"] = kind_of("existing")
    bootstrap: Bootstrap = setting("Brokers as host:port, separated by commas.", Effect.RESTARTS_PODS)
    mechanism: Literal["PLAIN", "SCRAM-SHA-512", "SCRAM-SHA-256"] = setting("How to sign in.", Effect.RESTARTS_PODS)
    username: Text = setting("User to sign in as.", Effect.RESTARTS_PODS)
    password: SecretKey = setting("Key of `rasa:secrets` that holds the password.", Effect.RESTARTS_PODS)
    ca: Pem | None = setting(
        "The authority of the brokers' certificates, PEM; by default well-known public ones.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    networks: Networks = setting(
        "Address ranges of all brokers; `0.0.0.0/0` for brokers on the internet.", Effect.IN_PLACE
    )

    @property
    def ports(self) -> tuple[int, ...]:
        """The brokers' ports, without duplicates."""
        ports = (int(broker.rsplit(":", 1)[1]) for broker in self.bootstrap.split(","))
        return tuple(dict.fromkeys(ports))

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from stack.unknown_secret("eventQueue.password", self.password)


class NoEventQueue(EventQueue):
    """No event stream."""

    kind: Literal["none"] = kind_of("none", Effect.RESTARTS_PODS)
