"""`rasa:assistants`: Rasa releases, each with its own namespace, database, topics, model prefix and identity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, cast

from settings.base import HOST_NAME, AssistantName, Image, SecretKey, Text, matching
from settings.problems import Problem
from settings.setting import Effect, Json, Model, setting
from settings.stack import Stack

SERVICE_ACCOUNT: Final = "rasa"
ANALYTICS_SERVICE_ACCOUNT: Final = "rasa-pro-services"

# Rasa Pro versions whose configuration the pinned chart mounts and this program writes (docs/compatibility.md).
COMPATIBLE_VERSIONS: Final = ("3.14", "3.15", "3.16", "3.17")

# The program sets these in every Rasa pod.
RESERVED_ENVIRONMENT: Final = frozenset(
    {
        "AUTH_TOKEN", "AWS_DEFAULT_REGION", "AWS_ELASTICACHE_CLUSTER_NAME", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_NAME",
        "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_CONTAINER", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID",
        "BUCKET_NAME", "DB_PASSWORD", "DB_USERNAME",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED", "IAM_CLOUD_PROVIDER", "JWT_METHOD", "JWT_SECRET",
        "KAFKA_MSK_AWS_IAM_ENABLED", "KAFKA_PASSWORD", "KAFKA_USERNAME", "LOG_LEVEL", "RASA_ENVIRONMENT",
        "RASA_PRO_LICENSE", "RASA_TELEMETRY_DEBUG", "RASA_TELEMETRY_ENABLED", "RDS_SQL_DB_AWS_IAM_ENABLED",
        "REDIS_PASSWORD", "SQL_MAX_OVERFLOW", "SQL_POOL_SIZE", "SQL_TRACKER_STORE_SSL_MODE",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE", "VAULT_CACERT", "VAULT_TOKEN",
    }
)  # fmt: skip

# Kubernetes, PostgreSQL or Vault reserve these names: the name becomes a namespace, a database and a role.
RESERVED_NAMES: Final = frozenset(
    {"default", "postgres", "public", "none", "rdsadmin", "template0", "template1", "vault"}
)

_CREDENTIAL: Final = re.compile(r"(?i)(^|[_-])(token|secret|password|api_?key|jwt_key)$")
_UNITS: Final = {"": 1.0, "m": 0.001, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30}

EnvironmentName = Annotated[
    str,
    matching(r"[A-Z_][A-Z0-9_]*", "is not the name of an environment variable", "write it in capitals: OPENAI_API_KEY"),
]
ObjectName = Annotated[
    str,
    matching(
        r"[a-z0-9]([a-z0-9.\-]{0,251}[a-z0-9])?", "is not the name of a Kubernetes object", "write it like rasa-tls"
    ),
]
Quantity = Annotated[
    str, matching(r"\d+(\.\d+)?(m|Ki|Mi|Gi)?", "is not a Kubernetes quantity", "write it like 500m or 4Gi")
]
_ONE: Final = (1, "one replica")


class ActionServer(Model):
    """The server that runs custom actions, released with Rasa."""

    image: Image = setting("Image with your actions.", Effect.RESTARTS_PODS)
    replicas: int = setting("Number of pods.", Effect.IN_PLACE, default=1, minimum=_ONE)


class NlgServer(Model):
    """Your own server that generates the responses."""

    url: str = setting(
        "Its address.",
        Effect.RESTARTS_PODS,
        pattern=(r"https?://[^\s/]+\S*", "is not an http(s) URL", "https://nlg.example.com"),
    )


class Ingress(Model):
    """The way of users to the assistant. Controller, DNS and certificate are yours."""

    host: str = setting("Host name.", Effect.IN_PLACE, pattern=(HOST_NAME, "is not a host name", "rasa.example.com"))
    class_name: ObjectName = setting("Ingress class of your controller.", Effect.IN_PLACE)
    tls_secret: ObjectName | None = setting(
        "Secret with the certificate, in the assistant's namespace; prod needs it.", Effect.IN_PLACE, default=None
    )


class Resources(Model):
    """The resources that a Rasa pod requests."""

    cpu: Quantity = setting("CPU request.", Effect.RESTARTS_PODS, dev="500m", prod="2")
    memory: Quantity = setting("Memory request.", Effect.RESTARTS_PODS, dev="2Gi", prod="4Gi")
    memory_limit: Quantity = setting("Memory limit.", Effect.RESTARTS_PODS, dev="4Gi", prod="8Gi")


class Assistant(Model):
    """One assistant on the platform."""

    name: AssistantName = setting(
        "Names the namespace, database, role, topics and prefixes.", Effect.REPLACES, default="rasa"
    )
    rasa_version: Text = setting(
        "Rasa Pro version, major.minor, in quotes; must fit the pinned chart.",
        Effect.RESTARTS_PODS,
        dev="3.17",
        prod="3.17",
    )
    image: Image | None = setting(
        "Image of Rasa Pro; by default Rasa's own for `rasaVersion`.", Effect.RESTARTS_PODS, default=None
    )
    replicas: int = setting(
        "Number of Rasa pods; from 2 on a lock store is needed.", Effect.IN_PLACE, dev=1, prod=2, minimum=_ONE
    )
    max_replicas: int | None = setting(
        "Turns on autoscaling by CPU between `replicas` and this.", Effect.IN_PLACE, default=None, minimum=_ONE
    )
    resources: Resources = setting("Resources of each Rasa pod.")
    model: str | None = setting(
        "Object key of the model below the assistant's prefix; without it everything except the release is created.",
        Effect.RESTARTS_PODS,
        default=None,
        pattern=(
            r"(?!.*\.\.)[a-zA-Z0-9_][a-zA-Z0-9_./\-]*\.tar\.gz",
            "is not the key of a model (relative, ends with .tar.gz)",
            "20261123-model.tar.gz",
        ),
    )
    channels: dict[str, dict[str, Any] | None] = setting(
        "Content of credentials.yml: channels by name, by default only `rest`. Write credentials as `${NAME}`, with "
        "NAME in `secretEnv`.",
        Effect.RESTARTS_PODS,
        default=lambda: {"rest": dict[str, Any]()},
    )
    model_groups: tuple[dict[str, Any], ...] = setting(
        "Model groups of endpoints.yml (LLM deployments), each with an id and models.", Effect.RESTARTS_PODS, default=()
    )
    secret_env: dict[EnvironmentName, SecretKey] = setting(
        "Environment variables of the Rasa pods whose value is a key of `rasa:secrets`.",
        Effect.RESTARTS_PODS,
        default=dict,
    )
    action_server: ActionServer | None = setting("Custom actions; none by default.", Effect.RESTARTS_PODS, default=None)
    nlg: NlgServer | None = setting("External response server; none by default.", Effect.RESTARTS_PODS, default=None)
    analytics: bool = setting(
        "Rasa Pro Services, with its own database.",
        Effect.IN_PLACE,
        lowered=Effect.REPLACES,
        note="`false` leaves its database behind; AWS, Azure: it deletes its topic of dead letters",
        default=False,
    )
    ingress: Ingress | None = setting("Ingress; none by default.", Effect.IN_PLACE, default=None)

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
        """Prefix of all keys in Redis; alphanumeric, because Rasa ignores any other."""
        return self.name

    @property
    def model_prefix(self) -> str:
        """Prefix of all models in object storage."""
        return f"{self.name}/"

    def problems(self, stack: Stack, at: str) -> Iterator[Problem]:
        """Yields errors that this assistant and its stack alone show; `at` is its key."""
        if self.name in RESERVED_NAMES:
            expected = "is a name that Kubernetes, PostgreSQL or Vault reserves"
            yield self.wrong("name", expected, "choose another name", at=at)
        if self.rasa_version not in COMPATIBLE_VERSIONS:
            expected = f"does not fit the pinned chart (fits: {', '.join(COMPATIBLE_VERSIONS)})"
            fix = "choose one of them; docs/compatibility.md gives the reason"
            yield self.wrong("rasa_version", expected, fix, at=at, got=self.rasa_version)
        if stack.is_prod and self.replicas < 2:
            yield self.wrong("replicas", "is below 2, the fewest in prod", "set 2 or more", at=at)
        if self.max_replicas is not None and self.max_replicas <= self.replicas:
            expected, fix = (
                f"is not above replicas ({self.replicas})",
                "raise maxReplicas, or leave it out for no autoscaling",
            )
            yield self.wrong("max_replicas", expected, fix, at=at, others=(f"{at}.replicas",))
        if stack.is_prod and self.ingress is not None and self.ingress.tls_secret is None:
            expected = "is set, so users would reach the assistant without TLS"
            fix, others = "name a Secret of the namespace that holds the certificate", (f"{at}.ingress",)
            yield self.ingress.wrong("tls_secret", expected, fix, at=f"{at}.ingress", others=others)
        if _number(self.resources.memory_limit) < _number(self.resources.memory):
            expected = f"is below memory ({self.resources.memory}), so that no pod could start"
            fix, others = "raise memoryLimit or lower memory", (f"{at}.resources.memory",)
            yield self.resources.wrong("memory_limit", expected, fix, at=f"{at}.resources", others=others)
        for position, group in enumerate(self.model_groups):
            if not isinstance(group.get("id"), str) or not isinstance(group.get("models"), list):
                yield Problem(
                    key=f"{at}.modelGroups[{position}]",
                    got="the group",
                    expected="lacks an id or models",
                    fix="write {id: ..., models: [{provider: ..., model: ...}]}",
                )
        yield from self._problems_of_secrets(stack, at)

    def weaknesses(self, at: str) -> Iterator[Problem]:
        """Yields problems that are errors in prod and warnings in dev."""
        for model, key in ((self, at), (self.action_server, f"{at}.actionServer")):
            if model is not None and model.image is not None and model.image.endswith(":latest"):
                expected = "names the newest version, so that the running version cannot be found out or restored"
                yield model.wrong("image", expected, "write a version or a digest", at=key)

    def _problems_of_secrets(self, stack: Stack, at: str) -> Iterator[Problem]:
        for variable, secret in self.secret_env.items():
            key = f"{at}.secretEnv.{variable}"
            yield from stack.unknown_secret(key, secret)
            if variable in RESERVED_ENVIRONMENT:
                expected = "is set by the program itself"
                yield Problem(key=key, got=variable, expected=expected, fix="choose another name")
        known = RESERVED_ENVIRONMENT | self.secret_env.keys()
        free_form = cast(Json, {"channels": self.channels, "modelGroups": list(self.model_groups)})
        for path, name, text in _texts(at, free_form):
            variables = re.findall(r"\$\{([^}]*)\}", text)
            for variable in variables:
                if variable not in known:
                    yield Problem(
                        key=path,
                        got=f"${{{variable}}}",
                        expected="is not set in the pods",
                        fix=f"add {variable} to {at}.secretEnv",
                        others=(f"{at}.secretEnv", f"{at}.secretEnv.{variable}"),
                    )
            if not variables and text and _CREDENTIAL.search(name):
                yield Problem(
                    key=path,
                    got="the value",
                    expected="is in clear in the stack file",
                    fix="replace the secret, put it under rasa:secrets, name it in secretEnv and write ${NAME} here",
                )


def _number(quantity: str) -> float:
    """Returns a Kubernetes quantity as a number, in bytes or cores."""
    digits = quantity.rstrip("mKiMG")
    return float(digits) * _UNITS[quantity.removeprefix(digits)]


def _texts(path: str, value: Json, name: str = "") -> Iterator[tuple[str, str, str]]:
    """Yields every text inside free-form settings, with its path and its key."""
    match value:
        case dict():
            for key, item in value.items():
                yield from _texts(f"{path}.{key}", item, key)
        case list():
            for index, item in enumerate(value):
                yield from _texts(f"{path}[{index}]", item, name)
        case str():
            yield path, name, value
        case _:
            pass
