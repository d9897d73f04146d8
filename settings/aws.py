# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""The settings of a stack on AWS: which kinds each layer has there."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from settings.base import REGIONS, Cloud
from settings.cluster import CreateEks, ExistingAwsCluster, RoleArn
from settings.encryption import CreateEncryption, ExistingKmsKey
from settings.event_queue import CreateMsk, ExistingEventQueue, NoEventQueue
from settings.lock_store import CreateElastiCache, ExistingLockStore, NoLockStore
from settings.model import Settings
from settings.model_storage import CreateModelStorage, ExistingBucket, NoModelStorage
from settings.network import CreateVpc, ExistingVpc
from settings.setting import BY_KIND, Effect, setting
from settings.stack import Provider
from settings.tracker_store import CreateRds, ExistingTrackerStore


class AwsProvider(Provider):
    """The account to work in, if the environment does not name it."""

    role_arn: RoleArn | None = setting(
        "Role that the AWS provider assumes.", Effect.IN_PLACE, note="refused if it is in another account", default=None
    )
    permissions_boundary: str | None = setting(
        "Managed policy that limits every role that the program creates.",
        Effect.IN_PLACE,
        note="the deployer's policy does not allow its removal",
        default=None,
        pattern=(
            r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+",
            "is not the ARN of a policy",
            "arn:aws:iam::111122223333:policy/boundary",
        ),
    )
    # IAM takes more characters, but these need no quotes anywhere. 512 is IAM's limit.
    iam_path: str | None = setting(
        "Path of every role that the program creates.",
        Effect.REPLACES,
        note="the roles and the cluster",
        default=None,
        pattern=(
            r"(?=.{1,512}$)/([\w.-]+/)+",
            "is not a path of IAM, which begins and ends with a slash",
            "/platform/rasa/",
        ),
    )

    @property
    def account(self) -> str | None:
        """Number of the account that the role is in."""
        return self.role_arn.split(":")[4] if self.role_arn else None


class AwsSettings(Settings):
    """A valid stack file for AWS, every default filled in."""

    # AWS allows 50 tags on a resource; the program and Kubernetes add theirs.
    TAGS: ClassVar[tuple[int, str, str, str]] = (
        40,
        r"(?!aws:)[\w .:/=+@\-]{1,128}",
        r"[\w .:/=+@\-]{0,256}",
        "is not a tag that AWS accepts (letters, digits, spaces and _.:/=+-@; "
        "key up to 128, value up to 256, no key that starts with aws:)",
    )

    cloud: Literal[Cloud.AWS] = setting()
    region: str = setting(pattern=(REGIONS[Cloud.AWS], "is not the name of an AWS region", "eu-central-1"))
    provider: AwsProvider = setting(default=AwsProvider())
    network: Annotated[CreateVpc | ExistingVpc, BY_KIND] = setting()
    encryption: Annotated[CreateEncryption | ExistingKmsKey, BY_KIND] = setting()
    cluster: Annotated[CreateEks | ExistingAwsCluster, BY_KIND] = setting()
    tracker_store: Annotated[CreateRds | ExistingTrackerStore, BY_KIND] = setting()
    lock_store: Annotated[CreateElastiCache | ExistingLockStore | NoLockStore, BY_KIND] = setting()
    event_queue: Annotated[CreateMsk | ExistingEventQueue | NoEventQueue, BY_KIND] = setting()
    model_storage: Annotated[CreateModelStorage | ExistingBucket | NoModelStorage, BY_KIND] = setting()
