"""`rasa:assistants`: Rasa releases, each with its own namespace, database, topics, model prefix and identity."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from settings.base import HOST_NAME, AssistantName, Image, SecretKey
from settings.chart import problems_of_values
from settings.destinations import Destination, destinations, unreachable
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
from settings.servers import ONE, ActionServer, Duckling, Egress, ObjectName, Resources, amount, ports_of
from settings.setting import Effect, Model, setting
from settings.stack import Stack
from settings.variables import RESERVED_ENVIRONMENT, EnvironmentName, problems_of_numbers, problems_of_variables

SERVICE_ACCOUNT: Final = "rasa"
ANALYTICS_SERVICE_ACCOUNT: Final = "rasa-pro-services"

# The versions whose own code the contract tests ask: the oldest, the default and the newest.
TESTED_VERSIONS: Final = ("3.14.0", "3.17.12", "3.21.0")

# Kubernetes, PostgreSQL or Vault reserve these names: the name becomes a namespace, a database and a role.
RESERVED_NAMES: Final = frozenset(
    {"default", "postgres", "public", "none", "rdsadmin", "template0", "template1", "vault"}
)


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
        dev=TESTED_VERSIONS[1],
        prod=TESTED_VERSIONS[1],
    )
    image: Image | None = setting(
        "Image of Rasa Pro with a tag, a digest or both; by default Rasa's own for `rasaVersion`.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    replicas: int = setting(
        "Number of Rasa pods; from 2 on a lock store is needed.", Effect.IN_PLACE, dev=1, prod=2, minimum=ONE
    )
    max_replicas: int | None = setting(
        "Turns on autoscaling by CPU between `replicas` and this.", Effect.IN_PLACE, default=None, minimum=ONE
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
        "Environment variables of the Rasa pods, in plain text.", Effect.RESTARTS_PODS, default=dict
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
        if amount(self.resources.memory_limit) < amount(self.resources.memory):
            expected = f"is below memory ({self.resources.memory}), so that no pod could start"
            fix, others = "raise memoryLimit or lower memory", (f"{at}.resources.memory",)
            yield self.resources.wrong("memory_limit", expected, fix, at=f"{at}.resources", others=others)
        yield from self._problems_of_parts(stack, at)

    def unreachable(self, replaced: Collection[str], at: str) -> Iterator[tuple[Problem, bool]]:
        """Yields the servers for which the program can open nothing, and whether that is certain."""
        yield from unreachable(self.destinations(replaced), ports_of(self.egress), self.namespace, at)
        if (server := self.action_server) is not None and server.image is not None:
            opened = ports_of(server.egress)
            yield from unreachable(server.destinations, opened, self.namespace, f"{at}.actionServer")

    def weaknesses(self, at: str) -> Iterator[Problem]:
        """Yields problems that are errors in prod and warnings in dev."""
        servers = ((self.action_server, f"{at}.actionServer"), (self.duckling, f"{at}.duckling"))
        for model, key in ((self, at), *servers):
            if model is not None and model.image is not None and model.image.endswith(":latest"):
                expected = "names the newest version, so that the running version cannot be found out or restored"
                yield model.wrong("image", expected, "write a version or a digest", at=key)

    def _problems_of_parts(self, stack: Stack, at: str) -> Iterator[Problem]:
        yield from problems_of_variables(stack, self.env, self.secret_env, RESERVED_ENVIRONMENT, at)
        yield from problems_of_numbers(self.env, self.secret_env, at)
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


def numbers(version: str) -> tuple[int, ...]:
    """Returns (3, 17, 0) for "3.17.0"."""
    return tuple(int(part) for part in version.split("."))
