"""`Settings`: the whole stack file as one frozen value, and `parse`, which makes it or tells every problem."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Final

import pulumi
from pydantic import AfterValidator, Field, SecretStr, ValidationError

from settings.assistant import Assistant
from settings.base import IN_PLACE, REGION, REPLACES, Cloud, Json, Model, Profile, SecretKey, Text, matching
from settings.defaults import with_defaults
from settings.layers import (
    CreateCluster,
    CreateNetwork,
    CreateTrackerStore,
    EventQueue,
    KubernetesSecrets,
    LockStore,
    ModelStorage,
)
from settings.problems import Problem, SettingsError, problems_of, without_consequences
from settings.rules import broken_rules

RoleArn = Annotated[
    str,
    AfterValidator(
        matching(
            r"arn:aws[a-z-]*:iam::\d{12}:role/.+",
            "is not the ARN of a role",
            "write it like arn:aws:iam::111122223333:role/deployer",
        )
    ),
]
Region = Annotated[
    str,
    AfterValidator(matching(REGION, "is not the name of a region", "write it like eu-central-1")),
]
SecretText = Annotated[SecretStr, Field(min_length=1)]


class Provider(Model):
    """Where the cloud's own environment does not say it."""

    role_arn: RoleArn | None = Field(
        default=None, description="Role that the AWS provider assumes.", json_schema_extra=IN_PLACE
    )


class Settings(Model):
    """A valid stack file, every default filled in."""

    cloud: Cloud = Field(description="The cloud to build on.", json_schema_extra=REPLACES)
    profile: Profile = Field(
        description="`dev`, or `prod`: redundant, own keys, protected, strict.", json_schema_extra=REPLACES
    )
    region: Region = Field(description="Region of the cloud.", json_schema_extra=REPLACES)
    provider: Provider = Field(
        default=Provider(), description="Account to work in, where the environment does not say."
    )
    tags: dict[Text, str] = Field(
        default_factory=dict, description="Tags for every resource that can have them.", json_schema_extra=IN_PLACE
    )
    allow_destroy: bool = Field(
        default=False,
        description="`true` lifts the protections at the next `up`, so that `destroy` can follow.",
        json_schema_extra=IN_PLACE,
    )
    secrets: dict[SecretKey, SecretText] = Field(
        default_factory=dict,
        description="Secret values by name, encrypted in the stack file; every other setting names a key of it. "
        "`license` must be there.",
        json_schema_extra={"effect": "restarts the pods that use it"},
    )
    network: CreateNetwork = Field(description="The network.")
    cluster: CreateCluster = Field(description="The Kubernetes cluster.")
    tracker_store: CreateTrackerStore = Field(description="PostgreSQL for conversations.")
    lock_store: LockStore = Field(description="Redis for locks and timers.")
    event_queue: EventQueue = Field(description="Kafka for events.")
    model_storage: ModelStorage = Field(description="Object storage for models.")
    secrets_manager: KubernetesSecrets = Field(description="Where Rasa's credentials come from.")
    assistants: tuple[Assistant, ...] = Field(
        default=(), description="The assistants on the platform: one at least, and usually one."
    )

    @property
    def protect(self) -> bool:
        """Whether data is protected from deletion: in prod, unless `allowDestroy` lifts it."""
        return self.profile is Profile.PROD and not self.allow_destroy

    def secret(self, key: str) -> pulumi.Output[str]:
        """The value of a key of `rasa:secrets`, as a secret output."""
        return pulumi.Output.secret(self.secrets[key].get_secret_value())


# Stands in for what is missing or faulty, only so that the rules can look at the rest.
_STAND_INS: Final = {"profile": Profile.DEV.value, "region": "eu-central-1"}


def parse(raw: Mapping[str, Json]) -> tuple[Settings, list[Problem]]:
    """Settings from the keys of a stack file (without their `rasa:`), and the problems that are only warnings.

    Raises `SettingsError` with all problems at once.
    """
    try:
        settings = _validated(raw)
    except ValidationError as error:
        problems = problems_of(error, Settings)
        raise SettingsError([*problems, *without_consequences(_problems_of_the_rest(raw, error), problems)]) from None
    errors, warnings = broken_rules(settings)
    if errors:
        raise SettingsError(errors)
    return settings, warnings


def _validated(raw: Mapping[str, Json]) -> Settings:
    cloud = Cloud(raw["cloud"]) if raw.get("cloud") in list(Cloud) else Cloud.AWS
    profile = Profile(raw["profile"]) if raw.get("profile") in list(Profile) else Profile.DEV
    return Settings.model_validate_json(json.dumps(with_defaults(raw, cloud, profile)))


def _problems_of_the_rest(raw: Mapping[str, Json], error: ValidationError) -> list[Problem]:
    """What the rules find once the faulty values are dropped, so that defaults take their places."""
    faulty = {_path(dict(raw), detail["loc"]) for detail in error.errors()}
    kept = _without(dict(raw), faulty)
    rest: dict[str, Json] = {**_STAND_INS, **(kept if isinstance(kept, dict) else {})}
    try:
        return broken_rules(_validated(rest))[0]
    except ValidationError as further:
        # A list that lost its only item, say: drop that as well, as long as there is something to drop.
        return _problems_of_the_rest(rest, further) if rest != raw else []


def _path(value: Json, location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The keys and indices that a pydantic location has in the data: tags of unions and missing keys are not there."""
    path: list[int | str] = []
    for part in location:
        match value, part:
            case dict(), str() if part in value:
                value = value[part]
            case list(), int():
                value = value[part]
            case _:
                continue
        path.append(part)
    return tuple(path)


def _without(value: Json, faulty: set[tuple[int | str, ...]], at: tuple[int | str, ...] = ()) -> Json:
    """The value without what stands at the faulty paths."""
    match value:
        case dict():
            return {key: _without(item, faulty, (*at, key)) for key, item in value.items() if (*at, key) not in faulty}
        case list():
            return [
                _without(item, faulty, (*at, index)) for index, item in enumerate(value) if (*at, index) not in faulty
            ]
        case _:
            return value
