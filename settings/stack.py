"""The stack: settings outside all layers. And `Layer`, the base of all kinds of layers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar

import pulumi
from pydantic import AfterValidator, Field, SecretStr

from settings.base import Cloud, Pem, SecretKey, Text
from settings.company import Proxy, Registries, registries_in
from settings.problems import Problem, fault
from settings.setting import Effect, Model, Profile, setting

SecretText = Annotated[SecretStr, Field(min_length=1)]


class Provider(Model):
    """The account to work in. Each cloud has its own keys."""

    @property
    def account(self) -> str | None:
        """The AWS account, Azure subscription or Google Cloud project; None if only the environment names it."""
        return None


def _generation(credentials: str) -> Any:
    return setting(credentials, Effect.RESTARTS_PODS, default=1, minimum=(1, "the first generation"))


class Rotation(Model):
    """The generation of each layer's credentials. Raise a number by one to rotate them."""

    tracker_store: int = _generation(
        "PostgreSQL: the administrator's password, and each assistant's login with its password."
    )
    lock_store: int = _generation("Redis: each assistant's password; on Azure, which of the two access keys is used.")
    event_queue: int = _generation("Kafka: the SCRAM user, the connection strings or the API keys.")
    model_storage: int = _generation("Models, on Azure with `auth: key`: which of the account's two keys is used.")
    assistants: int = _generation("Each assistant's API token and JWT secret. Give the new ones to its clients.")


def _date(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise fault("is not a date", "write it like '2027-01-31', in quotes")


class PolicyException(Model):
    """An exception from a rule of the policy pack: for which resource, why, and until when.

    The pack checks both the rule and the last day: only the pack has the rules, and only an operation has a date.
    """

    rule: Text = setting("A rule of the pack; [policies.md](policies.md) lists them.", Effect.NOTHING)
    resource: Text | None = setting(
        "The only resource with the exception, by its name in Pulumi; without it, all.", Effect.NOTHING, default=None
    )
    reason: Text | None = setting("Why. The exception needs a reason.", Effect.NOTHING, default=None)
    until: Annotated[str, AfterValidator(_date)] | None = setting(
        "The last day of the exception, as text.", Effect.NOTHING, default=None
    )

    def weaknesses(self, at: str) -> Iterator[Problem]:
        """Yields the missing parts of the exception, without which the pack ignores it."""
        expected = f"is set, so the exception from {self.rule} does not count"
        if self.reason is None:
            yield self.wrong("reason", expected, "write why the rule need not hold", at=at)
        if self.until is None:
            fix = "write the last day of the exception, like '2027-01-31'"
            yield self.wrong("until", expected, fix, at=at)


class Stack(Model):
    """The part of a stack file that the rules of every layer can read. Rules over several layers are in `rules`."""

    # The most tags that every resource accepts, the patterns of a key and a value, and the message for others.
    TAGS: ClassVar[tuple[int, str, str, str]]

    cloud: Cloud = setting("The cloud to build on.", Effect.REFUSED)
    profile: Profile = setting("`dev`, or `prod`: redundant, own keys, protected, strict.", Effect.REFUSED)
    region: Text = setting("Region of the cloud.", Effect.REFUSED)
    provider: Provider = setting("Account to work in, if the environment does not name it.", default=Provider())
    tags: dict[Text, str] = setting("Tags for every resource that can have them.", Effect.IN_PLACE, default=dict)
    allow_destroy: bool = setting(
        "`true` removes the protections at the next `up`, so that `destroy` can follow.",
        Effect.IN_PLACE,
        note="dev has no protections",
        default=False,
    )
    secrets: dict[SecretKey, SecretText] = setting(
        "Secret values by name, encrypted in the stack file; every other setting names a key of it. "
        "`license` must be there.",
        Effect.RESTARTS_PODS,
        default=dict,
    )
    registries: Registries = setting("Mirrors of charts and images.", default=Registries())
    proxy: Proxy | None = setting("The proxy to other servers; none by default.", default=None)
    ca: Pem | None = setting(
        "Certificates, PEM, of your own authorities: the pods trust them like the public ones, for language models, "
        "actions and every other server.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    rotation: Rotation = setting("Rotates credentials; see [rotation.md](rotation.md).", default=Rotation())

    @property
    def is_prod(self) -> bool:
        """Returns whether the strict rules of `prod` apply."""
        return self.profile is Profile.PROD

    @property
    def protect(self) -> bool:
        """Returns whether data is protected from deletion: in prod, unless `allowDestroy` removes the protection."""
        return self.is_prod and not self.allow_destroy

    def secret(self, key: str) -> pulumi.Output[str]:
        """Returns the value of a key of `rasa:secrets`, as a secret output."""
        return pulumi.Output.secret(self.secrets[key].get_secret_value())

    def unknown_secret(self, key: str, secret: str | None) -> Iterator[Problem]:
        """Yields the problem of a setting, by its key, that names no key of `rasa:secrets`."""
        if secret is None or secret in self.secrets:
            return
        near = get_close_matches(secret, self.secrets, n=1)
        yield Problem(
            key=key,
            got="the name",  # it may be the secret itself, at the wrong place
            expected=f"is not a key of rasa:secrets (known: {', '.join(sorted(self.secrets)) or 'none'})",
            fix=f"did you mean {near[0]}?" if near else set_secret("<name>"),
            others=("secrets", f"secrets.{secret}"),
        )

    def problems_of_stack(self) -> Iterator[Problem]:
        """Yields the problems outside the layers."""
        if "license" not in self.secrets:
            expected = "is set, but Rasa Pro does not start without a licence"
            yield Problem(key="secrets.license", got="nothing", expected=expected, fix=set_secret("license"))
        yield from self._problems_of_registries()
        if self.proxy is not None:
            yield from self.proxy.problems()
            yield from self.unknown_secret("proxy.login", self.proxy.login)
            if self.proxy.login in self.secrets and ":" not in self.secrets[self.proxy.login].get_secret_value():
                key, expected = f"secrets.{self.proxy.login}", "is not user:password, what rasa:proxy.login needs"
                yield Problem(key=key, got="the value", expected=expected, fix=set_secret(self.proxy.login))
        most, key_pattern, value_pattern, expected = self.TAGS
        if len(self.tags) > most:
            expected_count = f"is above {most}, what every kind of resource takes"
            yield self.wrong("tags", expected_count, f"set {most} or less", got=str(len(self.tags)))
        for key, value in self.tags.items():
            if not (re.fullmatch(key_pattern, key) and re.fullmatch(value_pattern, value)):
                fix = "change the key or the value"
                yield Problem(key=f"tags.{key}", got=repr(value), expected=expected, fix=fix)

    def _problems_of_registries(self) -> Iterator[Problem]:
        name = self.registries.pull_secret
        yield from self.unknown_secret("registries.pullSecret", name)
        if name in self.secrets and not registries_in(self.secrets[name].get_secret_value()):
            expected = "is not the JSON of a Docker configuration with logins"
            fix = f"{set_secret(name)} < config.json; it is like {{auths: {{registry.example.com: {{auth: ...}}}}}}"
            yield Problem(key=f"secrets.{name}", got="the value", expected=expected, fix=fix)


def set_secret(key: str) -> str:
    """Returns the command that sets a key of `rasa:secrets`, as a fix."""
    return f"run: pulumi config set --secret --path 'rasa:secrets.{key}'"


class Layer(Model):
    """One kind of a layer, with what other layers need from it."""

    # Whether it is created inside the network, and whether the program creates its credentials and can replace them.
    in_network: ClassVar[bool] = False
    can_rotate: ClassVar[bool] = False

    @property
    def without_identity(self) -> str:
        """Returns how to change it if pods use it with a cloud identity, as a fix; else an empty text."""
        return ""

    def problems(self, stack: Stack) -> Iterator[Problem]:
        """Yields errors that this layer and its stack alone show."""
        yield from ()

    def weaknesses(self) -> Iterator[Problem]:
        """Yields problems that are errors in prod and warnings in dev."""
        yield from ()
