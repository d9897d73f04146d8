"""An assistant: one Rasa release with a namespace, database, topics, model prefix and identity of its own."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from settings.base import (
    HOST_NAME,
    IN_PLACE,
    REPLACES,
    RESTARTS_PODS,
    Image,
    Model,
    SecretKey,
    Text,
    at_least,
    matching,
)

SERVICE_ACCOUNT: Final = "rasa"
ANALYTICS_SERVICE_ACCOUNT: Final = "rasa-pro-services"

AssistantName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z][a-z0-9]{0,19}",
            "is not a name of an assistant (a-z and 0-9, letter first, at most 20)",
            "choose one like rasa or support2",
        )
    ),
]
ModelKey = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?!.*\.\.)[a-zA-Z0-9_][a-zA-Z0-9_./\-]*\.tar\.gz",
            "is not the key of a model (relative, ends with .tar.gz)",
            "write it like 20261123-model.tar.gz",
        )
    ),
]
EnvironmentName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Z_][A-Z0-9_]*", "is not the name of an environment variable", "write it in capitals: OPENAI_API_KEY"
        )
    ),
]
HttpUrl = Annotated[
    str,
    AfterValidator(matching(r"https?://[^\s/]+\S*", "is not an http(s) URL", "write it like https://nlg.example.com")),
]
ObjectName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z0-9]([a-z0-9.\-]{0,251}[a-z0-9])?", "is not the name of a Kubernetes object", "write it like rasa-tls"
        )
    ),
]
Replicas = Annotated[int, AfterValidator(at_least(1, "one replica"))]
Quantity = Annotated[
    str,
    AfterValidator(matching(r"\d+(\.\d+)?(m|Ki|Mi|Gi)?", "is not a Kubernetes quantity", "write it like 500m or 4Gi")),
]


class ActionServer(Model):
    """The server that runs custom actions, released beside Rasa."""

    image: Image = Field(description="Image with your actions.", json_schema_extra=RESTARTS_PODS)
    replicas: Replicas = Field(default=1, description="Number of pods.", json_schema_extra=IN_PLACE)


class NlgServer(Model):
    """A server of yours that writes the responses."""

    url: HttpUrl = Field(description="Its address.", json_schema_extra=RESTARTS_PODS)


class Ingress(Model):
    """How users reach the assistant. Controller, DNS and certificate are yours."""

    host: Annotated[
        str, AfterValidator(matching(HOST_NAME, "is not a host name", "write it like rasa.example.com"))
    ] = Field(description="Host name.", json_schema_extra=IN_PLACE)
    class_name: ObjectName = Field(description="Ingress class of your controller.", json_schema_extra=IN_PLACE)
    tls_secret: ObjectName | None = Field(
        default=None,
        description="Secret with the certificate, in the assistant's namespace; prod needs it.",
        json_schema_extra=IN_PLACE,
    )


class Resources(Model):
    """What a Rasa pod asks for."""

    cpu: Quantity = Field(description="CPU request.", json_schema_extra=RESTARTS_PODS)
    memory: Quantity = Field(description="Memory request.", json_schema_extra=RESTARTS_PODS)
    memory_limit: Quantity = Field(description="Memory limit.", json_schema_extra=RESTARTS_PODS)


class Assistant(Model):
    """One assistant on the platform."""

    name: AssistantName = Field(
        default="rasa",
        description="Names the namespace, database, role, topics and prefixes.",
        json_schema_extra=REPLACES,
    )
    rasa_version: Text = Field(
        description="Rasa Pro version, major.minor, in quotes; must fit the pinned chart.",
        json_schema_extra=RESTARTS_PODS,
    )
    image: Image | None = Field(
        default=None,
        description="Image of Rasa Pro; by default Rasa's own for `rasaVersion`.",
        json_schema_extra=RESTARTS_PODS,
    )
    replicas: Replicas = Field(
        description="Number of Rasa pods; from 2 on a lock store is needed.", json_schema_extra=IN_PLACE
    )
    max_replicas: Replicas | None = Field(
        default=None,
        description="Turns on autoscaling by CPU between `replicas` and this.",
        json_schema_extra=IN_PLACE,
    )
    resources: Resources = Field(description="What a Rasa pod asks for.")
    model: ModelKey | None = Field(
        default=None,
        description="Object key of the model below the assistant's prefix; without it all but the release is made.",
        json_schema_extra=RESTARTS_PODS,
    )
    channels: dict[str, dict[str, Any] | None] = Field(
        default_factory=lambda: {"rest": {}},
        description="Content of credentials.yml: channels by name, by default only `rest`. Credentials stand there as "
        "`${NAME}`, with NAME in `secretEnv`.",
        json_schema_extra=RESTARTS_PODS,
    )
    model_groups: tuple[dict[str, Any], ...] = Field(
        default=(),
        description="Model groups of endpoints.yml (LLM deployments), each with an id and models.",
        json_schema_extra=RESTARTS_PODS,
    )
    secret_env: dict[EnvironmentName, SecretKey] = Field(
        default_factory=dict,
        description="Environment variables of the Rasa pods whose value is a key of `rasa:secrets`.",
        json_schema_extra=RESTARTS_PODS,
    )
    action_server: ActionServer | None = Field(default=None, description="Custom actions; none by default.")
    nlg: NlgServer | None = Field(default=None, description="External response server; none by default.")
    analytics: bool = Field(
        default=False,
        description="Rasa Pro Services, with a database of its own.",
        json_schema_extra={"effect": "in place; `false` leaves its database behind"},
    )
    ingress: Ingress | None = Field(default=None, description="Ingress; none by default.")

    @property
    def namespace(self) -> str:
        """Kubernetes namespace."""
        return self.name

    @property
    def database(self) -> str:
        """PostgreSQL database and its owner role, which has the same name."""
        return self.name

    @property
    def analytics_database(self) -> str:
        """PostgreSQL database of analytics and its owner role, which has the same name."""
        return f"{self.name}_analytics"

    @property
    def events_topic(self) -> str:
        """Kafka topic that Rasa writes and analytics reads."""
        return f"{self.name}-core-events"

    @property
    def dead_letter_topic(self) -> str:
        """Kafka topic for events that analytics cannot process."""
        return f"{self.name}-analytics-dlq"

    @property
    def consumer_group(self) -> str:
        """Kafka consumer group of analytics."""
        return f"{self.name}-analytics"

    @property
    def key_prefix(self) -> str:
        """Prefix of all keys in Redis; alphanumeric, else Rasa ignores it."""
        return self.name

    @property
    def model_prefix(self) -> str:
        """Prefix of all models in object storage."""
        return f"{self.name}/"
