"""`rasa:assistants`: Rasa releases, each with its own namespace, database, topics, model prefix and identity."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from settings.base import HOST_NAME, AssistantName, Cidr, Image, Port, SecretKey, matching
from settings.chart import problems_of_values
from settings.destinations import HTTPS, Destination, Service, Unknown, destinations
from settings.jwt import Jwt
from settings.problems import Problem
from settings.rasa_files import (
    Content,
    RasaFile,
    Read,
    credentials_in_clear,
    known_minors,
    problems_of_texts,
    read_by,
    unknown_names,
)
from settings.setting import Effect, Model, setting
from settings.stack import Stack

SERVICE_ACCOUNT: Final = "rasa"
ANALYTICS_SERVICE_ACCOUNT: Final = "rasa-pro-services"

# The versions whose own code the contract tests ask: the oldest, the default and the newest.
TESTED_VERSIONS: Final = ("3.14.0", "3.17.12", "3.21.0")

# The program sets these in every Rasa pod.
RESERVED_ENVIRONMENT: Final = frozenset(
    {
        "AUTH_TOKEN", "AWS_DEFAULT_REGION", "AWS_ELASTICACHE_CLUSTER_NAME", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_NAME",
        "AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_CONTAINER", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID",
        "BUCKET_NAME", "DB_PASSWORD", "DB_USERNAME",
        "ELASTICACHE_REDIS_AWS_IAM_ENABLED", "IAM_CLOUD_PROVIDER", "JWT_METHOD", "JWT_PRIVATE_KEY", "JWT_SECRET",
        "KAFKA_MSK_AWS_IAM_ENABLED", "KAFKA_PASSWORD", "KAFKA_USERNAME", "LOG_LEVEL", "RASA_DUCKLING_HTTP_URL",
        "RASA_ENVIRONMENT",
        "RASA_PRO_LICENSE", "RASA_TELEMETRY_DEBUG", "RASA_TELEMETRY_ENABLED", "RDS_SQL_DB_AWS_IAM_ENABLED",
        "REDIS_PASSWORD", "SQL_TRACKER_STORE_SSL_MODE",
        "SQL_TRACKER_STORE_SSL_ROOT_CERTIFICATE", "VAULT_CACERT", "VAULT_TOKEN",
    }
)  # fmt: skip

# The program sets these unless the assistant does. Rasa's own default of 50 + 100 connections for each process would
# use up a small server.
POOL: Final = {"SQL_POOL_SIZE": "10", "SQL_MAX_OVERFLOW": "10"}
# The settings to use in place of a variable.
INSTEAD: Final[Mapping[str, str]] = {
    "LOG_LEVEL": "values.rasa.settings.logging.logLevel",
    "RASA_DUCKLING_HTTP_URL": "duckling.url",
}
# Rasa reads these with `int` and does not start with any other text.
NUMBERS: Final = ("SANIC_WORKERS", *POOL)

# Kubernetes, PostgreSQL or Vault reserve these names: the name becomes a namespace, a database and a role.
RESERVED_NAMES: Final = frozenset(
    {"default", "postgres", "public", "none", "rdsadmin", "template0", "template1", "vault"}
)

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
    str,
    matching(r"\d+(\.\d+)?(m|Ki|Mi|Gi)?", "is not a Kubernetes quantity", "write it like 500m or 4Gi"),
    # However 0.5 was written, it is the same quantity.
    BeforeValidator(lambda value: str(value) if isinstance(value, float) else value),
]
_ONE: Final = (1, "one replica")


class Egress(Model):
    """A place that pods may connect to: an address range, or a namespace of the cluster."""

    cidr: Cidr | None = setting("Address range.", Effect.IN_PLACE, default=None)
    namespace: ObjectName | None = setting("Namespace in the cluster.", Effect.IN_PLACE, default=None)
    ports: Annotated[tuple[Port, ...], Field(min_length=1)] = setting("TCP ports.", Effect.IN_PLACE)

    def problems(self, at: str) -> Iterator[Problem]:
        """Yields an error unless the place is exactly one of the two; `at` is its key."""
        if (self.cidr is None) == (self.namespace is None):
            expected, fix = "names not exactly one place", "set either cidr or namespace"
            yield Problem(key=at, got="the rule", expected=expected, fix=fix)


class Resources(Model):
    """The resources that a pod of Rasa requests."""

    cpu: Quantity = setting("CPU request.", Effect.RESTARTS_PODS, dev="500m", prod="2")
    memory: Quantity = setting("Memory request.", Effect.RESTARTS_PODS, dev="2Gi", prod="4Gi")
    memory_limit: Quantity = setting("Memory limit.", Effect.RESTARTS_PODS, dev="4Gi", prod="8Gi")


class ActionResources(Resources):
    """The resources that a pod of the action server requests."""

    cpu: Quantity = setting(dev="100m", prod="100m")
    memory: Quantity = setting(dev="256Mi", prod="256Mi")
    memory_limit: Quantity = setting(dev="1Gi", prod="1Gi")


class ActionServer(Model):
    """The server that runs custom actions: an image, released with Rasa, or the address of your own server."""

    image: Image | None = setting(
        "Image with your actions, with a tag, a digest or both.", Effect.RESTARTS_PODS, default=None
    )
    url: str | None = setting(
        "Address of a server that runs already, in place of an image.",
        Effect.RESTARTS_PODS,
        default=None,
        pattern=(r"https?://[^\s/]+\S*", "is not an http(s) URL", "http://actions.bots:5055/webhook"),
    )
    replicas: int = setting("Number of pods.", Effect.IN_PLACE, dev=1, prod=2, minimum=_ONE)
    resources: ActionResources = setting("Resources of each pod.")
    env: dict[EnvironmentName, str] = setting(
        "Environment variables of the pods, in clear.", Effect.RESTARTS_PODS, default=dict
    )
    secret_env: dict[EnvironmentName, SecretKey] = setting(
        "Environment variables of the pods whose value is a key of `rasa:secrets`.", Effect.RESTARTS_PODS, default=dict
    )
    egress: tuple[Egress, ...] = setting(
        "Places that the pods may connect to, besides public addresses on port 443.", Effect.IN_PLACE, default=()
    )

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """The servers that its variables name."""
        return tuple(destinations(dict(self.env), {}, "env"))

    def problems(self, stack: Stack, at: str) -> Iterator[Problem]:
        """Yields errors of this server; `at` is its key."""
        if (self.image is None) == (self.url is None):
            expected, fix = "is not exactly one of an image and an address", "set either image or url"
            yield Problem(key=at, got="the action server", expected=expected, fix=fix)
        yield from _problems_of_variables(stack, self.env, self.secret_env, frozenset(), at)
        for index, rule in enumerate(self.egress):
            yield from rule.problems(f"{at}.egress[{index}]")


class DucklingResources(Resources):
    """The resources that a pod of Duckling requests."""

    cpu: Quantity = setting(dev="100m", prod="250m")
    memory: Quantity = setting(dev="256Mi", prod="256Mi")
    memory_limit: Quantity = setting(dev="1Gi", prod="1Gi")


class Duckling(Model):
    """The server that finds dates, amounts and so on in messages: released with Rasa, or one that runs already."""

    image: Image | None = setting("Image of Duckling; by default Rasa's own.", Effect.RESTARTS_PODS, default=None)
    url: str | None = setting(
        "Address of a server that runs already, in place of a release.",
        Effect.RESTARTS_PODS,
        default=None,
        pattern=(r"https?://[^\s/@]+", "is not an http(s) URL without a path", "http://duckling.tools.svc:8000"),
    )
    replicas: int = setting("Number of pods.", Effect.IN_PLACE, dev=1, prod=2, minimum=_ONE)
    resources: DucklingResources = setting("Resources of each pod.")

    def problems(self, at: str) -> Iterator[Problem]:
        """Yields errors of this server; `at` is its key."""
        if self.image is not None and self.url is not None:
            expected, fix = "has an image and an address", "remove one of the two"
            yield Problem(key=at, got="Duckling", expected=expected, fix=fix)


class SmokeTest(Model):
    """The test before a release. It always tries the stack's services."""

    llm: bool = setting(
        "Asks each model of the endpoints for one token and each MCP server for its tools, too.",
        Effect.IN_PLACE,
        dev=False,
        prod=True,
    )


class Ingress(Model):
    """The way of users to the assistant. Controller, DNS and certificate are yours."""

    host: str = setting("Host name.", Effect.IN_PLACE, pattern=(HOST_NAME, "is not a host name", "rasa.example.com"))
    class_name: ObjectName = setting("Ingress class of your controller.", Effect.IN_PLACE)
    tls_secret: ObjectName | None = setting(
        "Secret with the certificate, in the assistant's namespace; prod needs it.", Effect.IN_PLACE, default=None
    )


class Assistant(Model):
    """One assistant on the platform."""

    name: AssistantName = setting(
        "Names the namespace, database, role, topics and prefixes.", Effect.REPLACES, default="rasa"
    )
    rasa_version: str = setting(
        "Rasa Pro version, major.minor.patch. Train the model with the same version.",
        Effect.RESTARTS_PODS,
        dev="3.17.12",
        prod="3.17.12",
    )
    image: Image | None = setting(
        "Image of Rasa Pro with a tag, a digest or both; by default Rasa's own for `rasaVersion`.",
        Effect.RESTARTS_PODS,
        default=None,
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
    endpoints: Content | None = setting(
        "Rasa's `endpoints.yml`: a path from the stack file's directory, or its content. The program writes the "
        "sections of the stack's services over it.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    credentials: Content = setting(
        "Rasa's `credentials.yml`, likewise; by default only the channel `rest`. Write credentials as `${NAME}`, with "
        "NAME in `secretEnv`.",
        Effect.RESTARTS_PODS,
        default=lambda: RasaFile(content={"rest": {}}),
    )
    integrations: Content | None = setting(
        "Rasa's `integrations.yml` of a Mantle project, likewise; for Rasa Pro versions that read it.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    env: dict[EnvironmentName, str] = setting(
        "Environment variables of the Rasa pods, in clear.", Effect.RESTARTS_PODS, default=dict
    )
    secret_env: dict[EnvironmentName, SecretKey] = setting(
        "Environment variables of the Rasa pods whose value is a key of `rasa:secrets`.",
        Effect.RESTARTS_PODS,
        default=dict,
    )
    action_server: ActionServer | None = setting("Custom actions; none by default.", Effect.RESTARTS_PODS, default=None)
    duckling: Duckling | None = setting(
        "Duckling, for models with the component `DucklingEntityExtractor`; none by default.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    egress: tuple[Egress, ...] = setting(
        "Places that the Rasa pods may connect to, besides those that follow from its files.",
        Effect.IN_PLACE,
        default=(),
    )
    values: dict[str, Any] = setting(
        "Values of Rasa's chart, merged last: node selectors, tolerations, volumes and so on. A value that "
        "the program sets itself, or that the chart does not know, is refused.",
        Effect.RESTARTS_PODS,
        default=dict,
    )
    smoke_test: SmokeTest = setting("Test before the release.")
    analytics: bool = setting(
        "Rasa Pro Services, with its own database.",
        Effect.IN_PLACE,
        lowered=Effect.REPLACES,
        note="`false` leaves its database behind; AWS, Azure: it deletes its topic of dead letters",
        default=False,
    )
    jwt: Jwt | None = setting(
        "A public key with which Rasa checks JWTs at its HTTP API; by default the program generates a shared secret.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    ingress: Ingress | None = setting("Ingress; none by default.", Effect.IN_PLACE, default=None)

    @property
    def minor(self) -> str:
        """Returns "3.17" for "3.17.0"."""
        return self.rasa_version.rpartition(".")[0]

    @property
    def files(self) -> Mapping[str, RasaFile]:
        """Rasa's files that are given, by their setting."""
        given = {"endpoints": self.endpoints, "credentials": self.credentials, "integrations": self.integrations}
        return {name: file for name, file in given.items() if file is not None}

    def destinations(self, replaced: Collection[str]) -> tuple[Destination, ...]:
        """Returns the servers that files and variables of the Rasa pods name. `replaced` are the sections that the
        program writes itself.
        """
        kept = {
            name: {section: value for section, value in file.content.items() if section not in replaced}
            for name, file in self.files.items()
        }
        server = {} if self.action_server is None else {"actionServer": {"url": self.action_server.url}}
        duckling = {} if self.duckling is None else {"duckling": {"url": self.duckling.url}}
        parts: dict[str, Any] = {**kept, **server, **duckling, "env": dict(self.env)}
        return tuple(one for name, part in parts.items() for one in destinations(part, self.env, name))

    @property
    def workers(self) -> int:
        """The processes of Rasa in each pod."""
        workers = self.env.get("SANIC_WORKERS", "1")
        return int(workers) if workers.isdecimal() else 1

    @property
    def variables(self) -> frozenset[str]:
        """The variables of the pods that Rasa's files can refer to."""
        return frozenset({"RASA_PRO_LICENSE", "AUTH_TOKEN", "JWT_SECRET", *self.secret_env, *self.env})

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
        yield from self._problems_of_version(at)
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
        if self.jwt is not None:
            yield from self.jwt.problems(f"{at}.jwt")
        if _number(self.resources.memory_limit) < _number(self.resources.memory):
            expected = f"is below memory ({self.resources.memory}), so that no pod could start"
            fix, others = "raise memoryLimit or lower memory", (f"{at}.resources.memory",)
            yield self.resources.wrong("memory_limit", expected, fix, at=f"{at}.resources", others=others)
        yield from self._problems_of_secrets(stack, at)

    def unreachable(self, replaced: Collection[str], at: str) -> Iterator[tuple[Problem, bool]]:
        """Yields the servers for which the program can open nothing, and whether that is certain."""
        yield from _unreachable(self.destinations(replaced), self.egress, self.namespace, at)
        if (server := self.action_server) is not None and server.image is not None:
            yield from _unreachable(server.destinations, server.egress, self.namespace, f"{at}.actionServer")

    def weaknesses(self, at: str) -> Iterator[Problem]:
        """Yields problems that are errors in prod and warnings in dev."""
        servers = ((self.action_server, f"{at}.actionServer"), (self.duckling, f"{at}.duckling"))
        for model, key in ((self, at), *servers):
            if model is not None and model.image is not None and model.image.endswith(":latest"):
                expected = "names the newest version, so that the running version cannot be found out or restored"
                yield model.wrong("image", expected, "write a version or a digest", at=key)

    def _problems_of_secrets(self, stack: Stack, at: str) -> Iterator[Problem]:
        yield from _problems_of_variables(stack, self.env, self.secret_env, RESERVED_ENVIRONMENT, at)
        for variable in NUMBERS:
            if variable in self.secret_env:
                key, expected = f"{at}.secretEnv.{variable}", "is a number, not a secret"
                yield Problem(key=key, got=variable, expected=expected, fix="move it to env")
            if re.fullmatch(r"\d+", self.env.get(variable, "1")) is None:
                expected, fix = "is not a whole number", "write one, in quotes"
                yield Problem(key=f"{at}.env.{variable}", got="the value", expected=expected, fix=fix)
        if self.action_server is not None:
            yield from self.action_server.problems(stack, f"{at}.actionServer")
            if self.endpoints is not None and self.endpoints.content.get("action_endpoint"):
                expected, fix = "is in endpoints too, as action_endpoint", "remove it from one of the two"
                others = (f"{at}.endpoints",)
                yield Problem(key=f"{at}.actionServer", got="the server", expected=expected, fix=fix, others=others)
        if self.duckling is not None:
            yield from self.duckling.problems(f"{at}.duckling")
        for index, rule in enumerate(self.egress):
            yield from rule.problems(f"{at}.egress[{index}]")
        yield from problems_of_values(self.values, f"{at}.values")
        yield from credentials_in_clear(self.values, f"{at}.values")
        for name, file in self.files.items():
            yield from problems_of_texts(dict(file.content), f"{at}.{name}", self.variables)

    def _problems_of_version(self, at: str) -> Iterator[Problem]:
        minors = known_minors()
        if re.fullmatch(r"\d+\.\d+\.\d+", self.rasa_version) is None:
            expected = "is not major.minor.patch, and a model fits one patch"
            fix = f"write {read_by(self.rasa_version).newest if self.rasa_version in minors else TESTED_VERSIONS[1]}"
            yield self.wrong("rasa_version", expected, fix, at=at)
        elif self.minor not in minors:
            expected = f"is not a version that this program knows ({minors[0]} to {minors[-1]})"
            fix = "choose one of them; docs/compatibility.md gives the reason"
            yield self.wrong("rasa_version", expected, fix, at=at)
        else:
            yield from self._problems_of_names(read_by(self.minor), at)

    def _problems_of_names(self, read: Read, at: str) -> Iterator[Problem]:
        """Yields sections and channels that the version does not read."""
        if self.endpoints is not None:
            yield from unknown_names(self.endpoints, read.endpoints, f"{at}.endpoints", "a section")
        yield from unknown_names(self.credentials, read.channels, f"{at}.credentials", "a channel")
        if self.integrations is None:
            return
        if read.integrations:
            yield from unknown_names(self.integrations, read.integrations, f"{at}.integrations", "a section")
        else:
            expected = f"is set, but Rasa Pro {self.rasa_version} does not read integrations.yml"
            fix, others = "use endpoints and credentials", (f"{at}.rasaVersion",)
            yield self.wrong("integrations", expected, fix, at=at, got="a file", others=others)


def _unreachable(
    servers: Iterable[Destination], egress: Iterable[Egress], namespace: str, at: str
) -> Iterator[tuple[Problem, bool]]:
    """Yields the servers that the pods cannot reach by the rules that follow from the files, and whether it is certain.

    A place in `egress` with the same port is taken to be the server. On port 443 a host can also be a public address,
    or one of the cluster's own networks; a variable of a pod can be for others than the pod.
    """
    opened = {port for place in egress for port in place.ports}
    for server in servers:
        places = server.places(namespace)
        unknown = next((place for place in places if isinstance(place, Unknown)), None)
        if unknown is None and server.port is None and not all(isinstance(place, Service) for place in places):
            unknown = Unknown(reason="has no port that can be read here")
        opens_it = server.port in opened or (server.port is None and opened)
        if unknown is None or (opens_it and not unknown.fix):
            continue
        port = server.port or "<port>"
        line = f"write this below {at}.egress, with its address: - {{cidr: <address>/32, ports: [{port}]}}"
        if server.host.count(".") == 1:
            line += f"; if it is a service of the cluster, write {server.host}.svc"
        problem = Problem(
            key=f"{at}.{server.key}",
            got=repr(server.host),
            expected=f"{unknown.reason}, so the network policy does not open port {port} to it",
            fix=unknown.fix or line,
            others=(f"{at}.egress",),
        )
        yield problem, server.port not in (None, HTTPS) and not server.key.startswith("env.")


def _problems_of_variables(
    stack: Stack, env: Mapping[str, str], secret_env: Mapping[str, str], reserved: frozenset[str], at: str
) -> Iterator[Problem]:
    """Yields variables that are set twice, credentials in clear, and names of secrets that do not exist."""
    for variable, secret in secret_env.items():
        key = f"{at}.secretEnv.{variable}"
        yield from stack.unknown_secret(key, secret)
        if variable in reserved:
            yield _reserved(key, variable)
        if variable in env:
            expected, fix = "is in env too", "remove it from one of the two"
            yield Problem(key=key, got=variable, expected=expected, fix=fix, others=(f"{at}.env.{variable}",))
    for variable, value in env.items():
        if variable in reserved:
            yield _reserved(f"{at}.env.{variable}", variable)
            continue
        yield from problems_of_texts({variable: value}, f"{at}.env", frozenset(secret_env) | env.keys())


def _reserved(key: str, variable: str) -> Problem:
    fix = f"use {INSTEAD[variable]}" if variable in INSTEAD else "choose another name"
    return Problem(key=key, got=variable, expected="is set by the program itself", fix=fix)


def _number(quantity: str) -> float:
    """Returns a Kubernetes quantity as a number, in bytes or cores."""
    digits = quantity.rstrip("mKiMG")
    return float(digits) * _UNITS[quantity.removeprefix(digits)]
