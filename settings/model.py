"""`Settings`: the whole stack file as one frozen value, and `parse`, which makes it or tells every problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import pulumi
from pydantic import AfterValidator, Field, SecretStr, ValidationError

from settings.assistant import Assistant
from settings.base import Cloud, Model, Profile, SecretKey, matching
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
from settings.problems import Problem, SettingsError, problems_of
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
    AfterValidator(matching(r"[a-z]{2}(-[a-z]+)+-\d", "is not the name of a region", "write it like eu-central-1")),
]
Tag = Annotated[str, Field(min_length=1, max_length=128)]


class Provider(Model):
    """Where the cloud's own environment does not say it."""

    role_arn: RoleArn | None = Field(default=None, description="Role that the AWS provider assumes.")


class Settings(Model):
    """A valid stack file, every default filled in."""

    cloud: Cloud = Field(description="The cloud to build on.")
    profile: Profile = Field(description="dev, or prod: redundant, own keys, protected, strict.")
    region: Region = Field(description="Region of the cloud.")
    provider: Provider = Field(
        default=Provider(), description="Account to work in, where the environment does not say."
    )
    tags: dict[Tag, str] = Field(default_factory=dict, description="Tags for every resource that can have them.")
    allow_destroy: bool = Field(
        default=False, description="true lifts the protections at the next `up`, so that `destroy` can follow."
    )
    secrets: dict[SecretKey, SecretStr] = Field(
        description="Secret values by name, encrypted in the stack file; every other setting names a key of it."
    )
    network: CreateNetwork = Field(description="The network.")
    cluster: CreateCluster = Field(description="The Kubernetes cluster.")
    tracker_store: CreateTrackerStore = Field(description="PostgreSQL for conversations.")
    lock_store: LockStore = Field(description="Redis for locks and timers.")
    event_queue: EventQueue = Field(description="Kafka for events.")
    model_storage: ModelStorage = Field(description="Object storage for models.")
    secrets_manager: KubernetesSecrets = Field(description="Where Rasa's credentials come from.")
    assistants: tuple[Assistant, ...] = Field(min_length=1, description="The assistants on the platform, usually one.")

    @property
    def protect(self) -> bool:
        """Whether data is protected from deletion: in prod, unless `allowDestroy` lifts it."""
        return self.profile is Profile.PROD and not self.allow_destroy

    def secret(self, key: str) -> pulumi.Output[str]:
        """The value of a key of `rasa:secrets`, as a secret output."""
        return pulumi.Output.secret(self.secrets[key].get_secret_value())


def parse(raw: Mapping[str, Any]) -> tuple[Settings, list[Problem]]:
    """Settings from the keys of a stack file (without their `rasa:`), and the problems that are only warnings.

    Raises `SettingsError` with all problems at once.
    """
    known_cloud = raw["cloud"] if raw.get("cloud") in set(Cloud) else Cloud.AWS
    known_profile = raw["profile"] if raw.get("profile") in set(Profile) else Profile.DEV
    full = with_defaults(raw, Cloud(known_cloud), Profile(known_profile))
    try:
        settings = Settings.model_validate(full)
    except ValidationError as error:
        raise SettingsError(problems_of(error, Settings)) from None
    errors, warnings = broken_rules(settings)
    if errors:
        raise SettingsError(errors)
    return settings, warnings
