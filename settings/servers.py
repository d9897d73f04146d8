"""The servers next to Rasa, such as the action server, and what all pods have: resources, and places for egress."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from settings.base import Cidr, Image, Port, SecretKey, matching
from settings.destinations import Destination, destinations
from settings.problems import Problem
from settings.setting import Effect, Model, setting
from settings.stack import Stack
from settings.variables import EnvironmentName, problems_of_variables

ONE: Final = (1, "one replica")
_UNITS: Final = {"": 1.0, "m": 0.001, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30}

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
    replicas: int = setting("Number of pods.", Effect.IN_PLACE, dev=1, prod=2, minimum=ONE)
    resources: ActionResources = setting("Resources of each pod.")
    env: dict[EnvironmentName, str] = setting(
        "Environment variables of the pods, in plain text.", Effect.RESTARTS_PODS, default=dict
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
        yield from problems_of_variables(stack, self.env, self.secret_env, frozenset(), at)
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
    replicas: int = setting("Number of pods.", Effect.IN_PLACE, dev=1, prod=2, minimum=ONE)
    resources: DucklingResources = setting("Resources of each pod.")

    def problems(self, at: str) -> Iterator[Problem]:
        """Yields errors of this server; `at` is its key."""
        if self.image is not None and self.url is not None:
            expected, fix = "has an image and an address", "remove one of the two"
            yield Problem(key=at, got="Duckling", expected=expected, fix=fix)


def ports_of(places: Iterable[Egress]) -> frozenset[int]:
    """Returns the ports that the places open."""
    return frozenset(port for place in places for port in place.ports)


def amount(quantity: str) -> float:
    """Returns a Kubernetes quantity as a number, in bytes or cores."""
    digits = quantity.rstrip("mKiMG")
    return float(digits) * _UNITS[quantity.removeprefix(digits)]
