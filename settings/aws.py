# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""Settings of a stack on AWS: what its layers have beside what every cloud has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.base import (
    FAILS_OVER,
    IN_PLACE,
    ONLY_GROWS,
    REGIONS,
    REPLACES,
    RESTARTS_PODS,
    ROLLS,
    Auth,
    Cidr,
    Cloud,
    Issuer,
    Model,
    Text,
    at_least,
    matching,
)
from settings.existing import (
    ExistingCluster,
    ExistingEncryption,
    ExistingEventQueue,
    ExistingLockStore,
    ExistingModelStorage,
    ExistingNetwork,
    ExistingTrackerStore,
    NoIdentity,
)
from settings.layers import (
    CreateCluster,
    CreateEncryption,
    CreateEventQueue,
    CreateLockStore,
    CreateModelStorage,
    CreateNetwork,
    CreateTrackerStore,
    Days,
    NoEventQueue,
    NoLockStore,
    NoModelStorage,
)
from settings.model import Provider, Settings

_ACCOUNT = r"arn:aws[a-z-]*:iam::\d{12}"

Region = Annotated[
    str,
    AfterValidator(matching(REGIONS[Cloud.AWS], "is not the name of an AWS region", "write it like eu-central-1")),
]
RoleArn = Annotated[
    str,
    AfterValidator(
        matching(
            rf"{_ACCOUNT}:role/.+",
            "is not the ARN of a role",
            "write it like arn:aws:iam::111122223333:role/deployer",
        )
    ),
]
Admin = Annotated[
    str,
    AfterValidator(
        matching(
            rf"{_ACCOUNT}:(role|user)/.+",
            "is not the ARN of a role or user",
            "write it like arn:aws:iam::111122223333:role/operators",
        )
    ),
]
IssuerArn = Annotated[
    str,
    AfterValidator(
        matching(
            rf"{_ACCOUNT}:oidc-provider/.+",
            "is not the ARN of an OIDC provider of IAM",
            "write it like arn:aws:iam::111122223333:oidc-provider/oidc.example.com",
        )
    ),
]
KeyArn = Annotated[
    str,
    AfterValidator(
        matching(
            r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-z0-9-]+",
            "is not the ARN of a KMS key",
            "write it like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        )
    ),
]


def _id(prefix: str, what: str) -> AfterValidator:
    fix = f"write it like {prefix}-0123456789abcdef0"
    return AfterValidator(matching(rf"{prefix}-[0-9a-f]{{8,17}}", f"is not the id of a {what}", fix))


SubnetId = Annotated[str, _id("subnet", "subnet")]
Subnets = Annotated[dict[SubnetId, Cidr], Field(min_length=1)]


class AwsProvider(Provider):
    """Where the cloud's own environment does not say it."""

    role_arn: RoleArn | None = Field(
        default=None, description="Role that the AWS provider assumes.", json_schema_extra=IN_PLACE
    )

    @property
    def account(self) -> str | None:
        """Number of the account that the role is in."""
        return self.role_arn.split(":")[4] if self.role_arn else None


class ExistingVpc(ExistingNetwork):
    """A VPC of yours. Its subnets need the way out, the endpoints and the tags that EKS and its nodes expect."""

    vpc_id: Annotated[str, _id("vpc", "VPC")] = Field(description="The VPC.", json_schema_extra=REPLACES)
    private_subnets: Subnets = Field(
        description="Subnets of the nodes, id to address range; one for each zone.", json_schema_extra=REPLACES
    )
    data_subnets: Subnets = Field(
        description="Subnets of the data services, id to address range; one for each zone.", json_schema_extra=REPLACES
    )

    @property
    def ranges(self) -> Mapping[str, str]:
        """Its address ranges, by their key in the stack file."""
        return {
            **{f"network.privateSubnets.{subnet}": cidr for subnet, cidr in self.private_subnets.items()},
            **{f"network.dataSubnets.{subnet}": cidr for subnet, cidr in self.data_subnets.items()},
        }


class CreateEks(CreateCluster):
    """Amazon EKS with a managed group of nodes."""

    admins: tuple[Admin, ...] = Field(
        default=(),
        description="Further principals with cluster-admin, beside the one who runs the first `up` (ARNs).",
        json_schema_extra=IN_PLACE,
    )


class PodIdentity(Model):
    """EKS Pod Identity, whose agent runs on the cluster."""

    kind: Literal["podIdentity"] = Field(
        default="podIdentity", description="How pods get an identity of the cloud.", json_schema_extra=RESTARTS_PODS
    )
    cluster_name: Text = Field(description="Name of the EKS cluster.", json_schema_extra=RESTARTS_PODS)


class Irsa(Model):
    """Roles for service accounts, by an OIDC provider of IAM that trusts the cluster."""

    kind: Literal["irsa"] = Field(
        default="irsa", description="How pods get an identity of the cloud.", json_schema_extra=RESTARTS_PODS
    )
    issuer: Issuer = Field(description="The cluster's OIDC issuer.", json_schema_extra=RESTARTS_PODS)
    provider_arn: IssuerArn = Field(description="The OIDC provider of IAM.", json_schema_extra=RESTARTS_PODS)


class ExistingAwsCluster(ExistingCluster):
    """A Kubernetes cluster of yours: EKS, OpenShift or any other."""

    identity: Annotated[PodIdentity | Irsa | NoIdentity, Field(discriminator="kind")] = Field(
        default=NoIdentity(), description="How pods get an identity of AWS."
    )
    security_group_id: Annotated[str, _id("sg", "security group")] | None = Field(
        default=None,
        description="Security group of its pods: only they reach the data services; by default all of `networks`.",
        json_schema_extra=IN_PLACE,
    )


class ExistingKmsKey(ExistingEncryption):
    """A KMS key of yours, symmetric, for everything that is created. Its policy must let CloudWatch Logs use it."""

    key: KeyArn = Field(description="ARN of the key.", json_schema_extra=REPLACES)


class CreateRds(CreateTrackerStore):
    """Amazon RDS for PostgreSQL; each assistant gets a database and a role on it."""

    auth: Auth = Field(
        description="How Rasa signs in: `password`, or `iam` (tokens from the pod's identity), which leaves Vault "
        "nothing to hold. Prod with `secretsManager.kind: kubernetes` has `iam` by default.",
        json_schema_extra=RESTARTS_PODS,
    )
    max_storage_gb: int = Field(description="The disk grows by itself up to this, in GiB.", json_schema_extra=IN_PLACE)


class CreateElastiCache(CreateLockStore):
    """Amazon ElastiCache for Valkey, for locks and timers."""

    auth: Auth = Field(
        description="How Rasa signs in: `password`, or `iam` (tokens from the pod's identity).",
        json_schema_extra=RESTARTS_PODS,
    )
    version: Annotated[str, AfterValidator(matching(r"\d\.\d", "is not an engine version", "write it like '8.2'"))] = (
        Field(description="Engine (Valkey) version, in quotes.", json_schema_extra=FAILS_OVER)
    )
    backup_days: Days = Field(description="Days that snapshots are kept; 0 for none.", json_schema_extra=IN_PLACE)


class CreateMsk(CreateEventQueue):
    """Amazon MSK, provisioned; topics for each assistant."""

    kind: Literal["msk"] = Field(default="msk", description="`msk`, `existing`, or `none`.", json_schema_extra=REPLACES)
    auth: Auth = Field(
        description="How Rasa signs in: `password` (SCRAM-SHA-512), or `iam`.", json_schema_extra=RESTARTS_PODS
    )
    size: str = Field(description="Broker type.", json_schema_extra=ROLLS)
    version: Annotated[
        str,
        AfterValidator(
            matching(r"\d\.\d+\.(\d+|x)(\.kraft)?", "is not a Kafka version as MSK spells it", "write it like 3.9.x")
        ),
    ] = Field(description="Kafka version as MSK spells it.", json_schema_extra=ROLLS)
    brokers: int = Field(
        description="Number of brokers, a multiple of the number of zones.", json_schema_extra=ONLY_GROWS
    )
    storage_gb: Annotated[int, AfterValidator(at_least(1, "the MSK minimum"))] = Field(
        description="Disk per broker in GiB.", json_schema_extra=ONLY_GROWS
    )


class ExistingBucket(ExistingModelStorage):
    """An S3 bucket of yours; each assistant's models stand below `<assistant>/`."""

    bucket: Annotated[
        str,
        AfterValidator(
            matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "is not the name of a bucket", "write it like acme-models")
        ),
    ] = Field(description="Name of the bucket.", json_schema_extra=RESTARTS_PODS)
    kms_key: KeyArn | None = Field(
        default=None,
        description="ARN of the KMS key that the bucket is encrypted with, if it is one of yours.",
        json_schema_extra=IN_PLACE,
    )


class AwsSettings(Settings):
    """A valid stack file for AWS, every default filled in."""

    cloud: Literal[Cloud.AWS] = Field(description="The cloud to build on.", json_schema_extra=REPLACES)
    region: Region = Field(description="Region of the cloud.", json_schema_extra=REPLACES)
    provider: AwsProvider = AwsProvider()
    network: Annotated[CreateNetwork | ExistingVpc, Field(discriminator="kind")]
    encryption: Annotated[CreateEncryption | ExistingKmsKey, Field(discriminator="kind")]
    cluster: Annotated[CreateEks | ExistingAwsCluster, Field(discriminator="kind")]
    tracker_store: Annotated[CreateRds | ExistingTrackerStore, Field(discriminator="kind")]
    lock_store: Annotated[CreateElastiCache | ExistingLockStore | NoLockStore, Field(discriminator="kind")]
    event_queue: Annotated[CreateMsk | ExistingEventQueue | NoEventQueue, Field(discriminator="kind")]
    model_storage: Annotated[CreateModelStorage | ExistingBucket | NoModelStorage, Field(discriminator="kind")]
