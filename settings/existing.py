"""Layers that exist already, as far as they are the same on every cloud.

Nothing existing is changed or deleted. What the program would otherwise find out by creating it has to be told:
addresses, logins, certificates. `networks` are the address ranges in which a service answers; pods may reach these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.assistant import AssistantName
from settings.base import (
    IN_PLACE,
    REPLACES,
    RESTARTS_PODS,
    Cidr,
    Host,
    Model,
    Pem,
    PodSecurity,
    Port,
    SecretKey,
    Text,
    matching,
)

Networks = Annotated[tuple[Cidr, ...], Field(min_length=1)]
Bootstrap = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z0-9.-]+:\d{1,5}(,[a-z0-9.-]+:\d{1,5})*",
            "is not a list of brokers",
            "write it like kafka1.example.com:9093,kafka2.example.com:9093",
        )
    ),
]


class ExistingNetwork(Model):
    """A network of yours."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=REPLACES)

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges, by their key in the stack file."""
        raise NotImplementedError


class NoIdentity(Model):
    """The cluster gives its pods no identity of this cloud."""

    kind: Literal["none"] = Field(
        default="none", description="How pods get an identity of the cloud.", json_schema_extra=RESTARTS_PODS
    )


class ExistingCluster(Model):
    """A Kubernetes cluster of yours, on this cloud or anywhere else."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=REPLACES)
    kubeconfig: SecretKey = Field(
        description="Key of `rasa:secrets` that holds the kubeconfig.", json_schema_extra=IN_PLACE
    )
    context: Text = Field(description="The context of the kubeconfig to use.", json_schema_extra=IN_PLACE)
    networks: Networks = Field(description="Address ranges of its nodes and pods.", json_schema_extra=IN_PLACE)
    pod_security: PodSecurity = Field(
        default=PodSecurity.RESTRICTED,
        description="What it wants of pods: `restricted`, or `openshift` (its SCC chooses their user).",
        json_schema_extra=RESTARTS_PODS,
    )


class ExistingEncryption(Model):
    """A key of yours, for everything that is created."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=REPLACES)
    key: str = Field(description="The key.", json_schema_extra=REPLACES)


class DatabaseLogin(Model):
    """A database, and the role that owns it."""

    database: Text = Field(description="Name of the database.", json_schema_extra=RESTARTS_PODS)
    username: Text = Field(description="Role; needs CREATE on the schema `public`.", json_schema_extra=RESTARTS_PODS)
    password: SecretKey | None = Field(
        default=None,
        description="Key of `rasa:secrets` that holds its password. Only Rasa's own login can do without it, where it "
        "stands in an existing Vault.",
        json_schema_extra=RESTARTS_PODS,
    )


class ExistingTrackerStore(Model):
    """A PostgreSQL server of yours, with a database and a role for each assistant."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=REPLACES)
    host: Host = Field(description="Its host name.", json_schema_extra=RESTARTS_PODS)
    port: Port = Field(default=5432, description="Its port.", json_schema_extra=RESTARTS_PODS)
    ssl_mode: Literal["verify-full", "verify-ca"] = Field(
        default="verify-full",
        description="How clients check its certificate: `verify-ca` where the certificate does not name the host.",
        json_schema_extra=RESTARTS_PODS,
    )
    ca: Pem | None = Field(
        default=None,
        description="The authority of its certificate, PEM; by default well-known public ones.",
        json_schema_extra=RESTARTS_PODS,
    )
    networks: Networks = Field(description="Address ranges in which it answers.", json_schema_extra=IN_PLACE)
    logins: dict[AssistantName, DatabaseLogin] = Field(
        default_factory=dict,
        description="The database of each assistant, by the assistant's name.",
    )
    analytics_logins: dict[AssistantName, DatabaseLogin] = Field(
        default_factory=dict,
        description="The database of analytics, by the assistant's name, where it is on.",
    )


class ExistingLockStore(Model):
    """A Redis of yours, cluster mode off."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=REPLACES)
    host: Host = Field(description="Its host name.", json_schema_extra=RESTARTS_PODS)
    port: Port = Field(default=6379, description="Its port.", json_schema_extra=RESTARTS_PODS)
    username: Text = Field(default="default", description="User to sign in as.", json_schema_extra=RESTARTS_PODS)
    password: SecretKey = Field(
        description="Key of `rasa:secrets` that holds the password.", json_schema_extra=RESTARTS_PODS
    )
    tls: bool = Field(
        default=True,
        description="`false` is a warning in dev and refused in prod.",
        json_schema_extra=RESTARTS_PODS,
    )
    ca: Pem | None = Field(
        default=None,
        description="The authority of its certificate, PEM; by default well-known public ones.",
        json_schema_extra=RESTARTS_PODS,
    )
    networks: Networks = Field(description="Address ranges in which it answers.", json_schema_extra=IN_PLACE)


class ExistingEventQueue(Model):
    """A Kafka of yours that speaks TLS, with the topics of each assistant."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=REPLACES)
    bootstrap: Bootstrap = Field(
        description="Brokers as host:port, separated by commas.", json_schema_extra=RESTARTS_PODS
    )
    mechanism: Literal["PLAIN", "SCRAM-SHA-512", "SCRAM-SHA-256"] = Field(
        description="How to sign in.", json_schema_extra=RESTARTS_PODS
    )
    username: Text = Field(description="User to sign in as.", json_schema_extra=RESTARTS_PODS)
    password: SecretKey = Field(
        description="Key of `rasa:secrets` that holds the password.", json_schema_extra=RESTARTS_PODS
    )
    ca: Pem | None = Field(
        default=None,
        description="The authority of the brokers' certificates, PEM; by default well-known public ones.",
        json_schema_extra=RESTARTS_PODS,
    )
    networks: Networks = Field(
        description="Address ranges in which all brokers answer; `0.0.0.0/0` for brokers on the internet.",
        json_schema_extra=IN_PLACE,
    )

    @property
    def ports(self) -> tuple[int, ...]:
        """The brokers' ports, each once."""
        ports = (int(broker.rsplit(":", 1)[1]) for broker in self.bootstrap.split(","))
        return tuple(dict.fromkeys(ports))


class ExistingModelStorage(Model):
    """Object storage of yours; each assistant's models stand below `<assistant>/`."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=REPLACES)
