# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""`rasa:modelStorage`: object storage for models."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Final, Literal

from settings.base import KeyArn, SecretKey
from settings.problems import Problem
from settings.setting import Effect, kind_of, setting
from settings.stack import Layer, Stack


class ModelAuth(StrEnum):
    """The way of a model from object storage into the pod.

    `identity`: Rasa reads it as the pod's cloud identity. `key`: Rasa reads it with the storage account's key.
    `initDownload`: an init container downloads it as the pod's identity, and Rasa finds it on disk.
    """

    IDENTITY = "identity"
    KEY = "key"
    INIT_DOWNLOAD = "initDownload"


ContainerAuth = Literal[ModelAuth.KEY, ModelAuth.INIT_DOWNLOAD]
AUTH_TEXT: Final = (
    "How a model gets to Rasa: `key` (with the account's key), or `initDownload` (an init container downloads it as "
    "the pod's identity, without a key)."
)


class ModelStorage(Layer):
    """Object storage for models."""

    KEY: ClassVar[str] = "modelStorage"

    @property
    def without_identity(self) -> str:
        return "set modelStorage.kind to none"


class CreateModelStorage(ModelStorage):
    """A private, versioned bucket for models; each assistant reads its own prefix only."""

    kind: Literal["create"] = kind_of("create")
    old_version_days: int = setting(
        "Days for which a replaced or deleted model can be restored.",
        Effect.IN_PLACE,
        lowered=Effect.REFUSED_IN_PROD,
        dev=7,
        prod=90,
        minimum=(1, "one day"),
    )


class CreateBlobStorage(CreateModelStorage):
    """A storage account with a private, versioned container for models; each assistant reads its own prefix."""

    in_network: ClassVar[bool] = True  # the account has a private endpoint

    auth: ContainerAuth = setting(AUTH_TEXT, Effect.RESTARTS_PODS, dev="key", prod="initDownload")

    @property
    def without_identity(self) -> str:
        return "set modelStorage.auth to key" if self.auth is ModelAuth.INIT_DOWNLOAD else ""

    @property
    def can_rotate(self) -> bool:
        return self.auth is ModelAuth.KEY


class ExistingModelStorage(ModelStorage):
    """Your own object storage; the models of each assistant are below `<assistant>/`."""

    kind: Literal["existing"] = kind_of("existing")


class ExistingBucket(ExistingModelStorage):
    """Your own S3 bucket; the models of each assistant are below `<assistant>/`."""

    bucket: str = setting(
        "Name of the bucket.",
        Effect.RESTARTS_PODS,
        pattern=(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "is not the name of a bucket", "acme-models"),
    )
    kms_key: KeyArn | None = setting(
        "ARN of the KMS key that encrypts the bucket, if the key is your own.", Effect.IN_PLACE, default=None
    )


class ExistingContainer(ExistingModelStorage):
    """Your own container in Blob Storage; the models of each assistant are below `<assistant>/`."""

    account: str = setting(
        "Name of the storage account.",
        Effect.RESTARTS_PODS,
        pattern=(r"[a-z0-9]{3,24}", "is not the name of a storage account", "acmemodels"),
    )
    container: str = setting(
        "Name of the container.",
        Effect.RESTARTS_PODS,
        pattern=(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "is not the name of a container", "models"),
    )
    auth: ContainerAuth = setting(AUTH_TEXT, Effect.RESTARTS_PODS)
    account_key: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds the account's key; `auth: key` needs it.", Effect.RESTARTS_PODS, default=None
    )

    @property
    def without_identity(self) -> str:
        return "set modelStorage.auth to key" if self.auth is ModelAuth.INIT_DOWNLOAD else ""

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if self.auth is ModelAuth.KEY and self.account_key is None:
            fix = "name the key of rasa:secrets that holds the account's key, or set auth to initDownload"
            yield self.wrong("account_key", "is set, but rasa:modelStorage.auth is key", fix)
        yield from stack.unknown_secret("modelStorage.accountKey", self.account_key)


class ExistingGcsBucket(ExistingModelStorage):
    """Your own Cloud Storage bucket; the models of each assistant are below `<assistant>/`."""

    bucket: str = setting(
        "Name of the bucket.",
        Effect.RESTARTS_PODS,
        pattern=(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", "is not the name of a bucket", "acme-models"),
    )


class NoModelStorage(ModelStorage):
    """The model is in the image."""

    kind: Literal["none"] = kind_of("none", Effect.RESTARTS_PODS)

    @property
    def without_identity(self) -> str:
        return ""
