# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""`rasa:eventQueue`: Kafka for events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

from settings.assistant import Assistant
from settings.base import PORT, AssistantName, Auth, Networks, Pem, SecretKey, Text, matching
from settings.problems import NAMESPACE, Problem
from settings.setting import Effect, Model, kind_of, setting
from settings.stack import Layer, Stack, set_secret

# By the tier of Event Hubs.
UNITS: Final[Mapping[str, tuple[int, ...]]] = {"Standard": tuple(range(1, 41)), "Premium": (1, 2, 4, 6, 8, 10, 12, 16)}
MOST_PARTITIONS: Final = {"Standard": 32, "Premium": 100}
MOST_HOURS: Final = {"Standard": 168, "Premium": 2160}

Bootstrap = Annotated[
    str,
    matching(
        rf"[a-z0-9.-]+:{PORT}(,[a-z0-9.-]+:{PORT})*",
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
        maximum=(15, "the most that MSK's API accepts"),  # __integerMin1Max15 of UpdateBrokerCount
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


# The names that Kafka itself accepts (`org.apache.kafka.common.internals.Topic`).
TopicName = Annotated[
    str,
    matching(
        r"(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}",
        "is not the name of a topic (letters, digits, dots, underscores and hyphens; at most 249)",
        "write it like acme.rasa.events",
    ),
]
# Keys in PEM form, without a password: Rasa cannot give one to its Kafka client.
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----")
_KEY: Final = re.compile(r"-----BEGIN (RSA |EC )?PRIVATE KEY-----(?!\s*Proc-Type)")


class Topics(Model):
    """Your own names of one assistant's topics."""

    events: TopicName | None = setting(
        "Topic for events; by default `<assistant>-core-events`.", Effect.RESTARTS_PODS, default=None
    )
    dead_letters: TopicName | None = setting(
        "Topic for events that analytics cannot process; by default `<assistant>-analytics-dlq`.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    consumer_group: TopicName | None = setting(
        "Consumer group of analytics; by default `<assistant>-analytics`.", Effect.RESTARTS_PODS, default=None
    )


class ExistingEventQueue(EventQueue):
    """Your own Kafka with TLS, and with the topics of each assistant."""

    kind: Literal["existing"] = kind_of("existing")
    bootstrap: Bootstrap = setting("Brokers as host:port, separated by commas.", Effect.RESTARTS_PODS)
    mechanism: Literal["PLAIN", "SCRAM-SHA-512", "SCRAM-SHA-256"] | None = setting(
        "How to sign in with a user.", Effect.RESTARTS_PODS, default=None
    )
    username: Text | None = setting("User to sign in as.", Effect.RESTARTS_PODS, default=None)
    password: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds the password.", Effect.RESTARTS_PODS, default=None
    )
    client_certificate: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds a client certificate (PEM, with its chain) to sign in with, in place of a "
        "user.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    client_key: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds its private key (PEM, without a password).",
        Effect.RESTARTS_PODS,
        default=None,
    )
    topics: dict[AssistantName, Topics] = setting(
        "Your own names of topics, by the assistant's name. Write those for anonymised events into `endpoints`, "
        "section `event_broker`.",
        default=dict,
    )
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

    def topics_of(self, assistant: Assistant) -> tuple[str, str, str]:
        """Returns the topics for events and for dead letters, and the consumer group of analytics."""
        own = self.topics.get(assistant.name, Topics())
        return (
            own.events or assistant.events_topic,
            own.dead_letters or assistant.dead_letter_topic,
            own.consumer_group or assistant.consumer_group,
        )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        user, certificate = ("mechanism", "username", "password"), ("client_certificate", "client_key")
        is_certificate = any(getattr(self, field) is not None for field in certificate)
        wanted, others = (certificate, user) if is_certificate else (user, certificate)
        for field in wanted:
            if getattr(self, field) is None:
                alternative = "username and password are" if is_certificate else "clientCertificate and clientKey are"
                expected = f"is set, but it is required, unless {alternative} set"
                key = str(type(self).model_fields[field].alias)
                yield self.wrong(field, expected, f"add {NAMESPACE}:{self.KEY}.{key}")
        for field in others:
            if getattr(self, field) is not None:
                expected, fix = "is set, but a client certificate is set too", "remove it, or remove the certificate"
                yield self.wrong(field, expected, fix, got="the value")
        yield from stack.unknown_secret("eventQueue.password", self.password)
        yield from self._not_pem(stack, "eventQueue.clientCertificate", self.client_certificate, _CERTIFICATE)
        yield from self._not_pem(stack, "eventQueue.clientKey", self.client_key, _KEY)

    def _not_pem(self, stack: Stack, key: str, secret: str | None, form: re.Pattern[str]) -> Iterator[Problem]:
        yield from stack.unknown_secret(key, secret)
        if secret in stack.secrets and not form.search(stack.secrets[secret].get_secret_value()):
            what = "a certificate" if form is _CERTIFICATE else "a private key without a password"
            expected, fix = f"is not {what} in PEM form", f"{set_secret(secret)} < client.pem"
            yield Problem(key=f"secrets.{secret}", got="the value", expected=expected, fix=fix, others=(key,))


class NoEventQueue(EventQueue):
    """No event stream."""

    kind: Literal["none"] = kind_of("none", Effect.RESTARTS_PODS)
