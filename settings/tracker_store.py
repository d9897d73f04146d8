# Settings are frozen, which pyright cannot know: what is never written may be narrowed.
# pyright: reportIncompatibleVariableOverride=false
"""`rasa:trackerStore`: PostgreSQL for conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import ClassVar, Final, Literal

from settings.base import AssistantName, Auth, Host, Networks, Pem, Port, SecretKey, Text
from settings.problems import Problem
from settings.setting import Depends, Effect, Json, Model, kind_of, setting
from settings.stack import Layer, Stack

# The regions of AWS whose database certificates the program can verify: those of `components/trust/rds/`.
RDS_REGIONS: Final = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ca-central-1",
        "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
        "eu-west-3", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1",
        "us-west-2",
    }
)  # fmt: skip
POSTGRES_VERSIONS: Final = ("15", "16", "17", "18")
AZURE_DISKS_GB: Final = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
SHARED_CORE: Final = ("db-f1-micro", "db-g1-small")
MEMORY_STEP_MB: Final = 256
LEAST_MEMORY_MB: Final = 3840
MEMORY_PER_CPU_MB: Final = (922, 6656)


class TrackerStore(Layer):
    """PostgreSQL for conversations."""

    KEY: ClassVar[str] = "trackerStore"


class CreateTrackerStore(TrackerStore):
    """A managed PostgreSQL server; each assistant gets a database and a role on it."""

    in_network: ClassVar[bool] = True
    can_rotate: ClassVar[bool] = True

    kind: Literal["create"] = kind_of("create")
    size: str = setting("Machine type.", Effect.FAILS_OVER)
    version: str = setting(
        "PostgreSQL major version, in quotes.",
        Effect.REFUSED,
        note="see [replace.md](replace.md)",
        dev="17",
        prod="17",
        pattern=(r"\d{2}", "is not a PostgreSQL major version", "'17'"),
    )
    storage_gb: int = setting("Disk in GiB.", Effect.IN_PLACE, lowered=Effect.REFUSED)
    backup_days: int = setting(
        "Days that backups and the log for point-in-time restore are kept; 0 turns both off.",
        Effect.IN_PLACE,
        lowered=Effect.REFUSED_IN_PROD,
        minimum=(0, "the fewest days there are"),
    )

    def weaknesses(self) -> Iterator[Problem]:
        if self.backup_days < 1:
            yield self.wrong("backup_days", "turns the backups of all conversations off", "set 1 or more")


class _Growing(CreateTrackerStore):
    """A server whose disk grows automatically."""

    max_storage_gb: int = setting("The disk grows automatically up to this, in GiB.", Effect.IN_PLACE)

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if self.max_storage_gb < self.storage_gb:
            expected, others = f"is below storageGb ({self.storage_gb})", ("trackerStore.storageGb",)
            yield self.wrong("max_storage_gb", expected, "raise maxStorageGb", others=others)


def _iam_without_vault(stack_file: Mapping[str, Json]) -> Json:
    """Returns `iam` without Vault: Rasa either reads a password in Vault or signs in by IAM."""
    secrets_manager = stack_file.get("secretsManager")
    without = isinstance(secrets_manager, dict) and secrets_manager.get("kind") == "kubernetes"
    return "iam" if without else "password"


class CreateRds(_Growing):
    """Amazon RDS for PostgreSQL; each assistant gets a database and a role on it."""

    auth: Auth = setting(
        "How Rasa signs in: `password`, or `iam` (tokens from the pod's identity), which leaves Vault nothing to hold. "
        "Prod with `secretsManager.kind: kubernetes` has `iam` by default.",
        Effect.RESTARTS_PODS,
        dev="password",
        prod=Depends(text="password", on=_iam_without_vault),
    )
    size: str = setting(
        dev="db.t4g.micro",
        prod="db.m7g.large",
        pattern=(r"db\.[a-z0-9]+\.[a-z0-9]+", "is not an AWS instance type here", "db.m7g.large"),
    )
    storage_gb: int = setting(dev=20, prod=100, minimum=(20, "the RDS minimum"))
    max_storage_gb: int = setting(dev=50, prod=500, maximum=(65536, "the RDS maximum"))
    backup_days: int = setting(dev=1, prod=14, maximum=(35, "the RDS maximum"))

    @property
    def without_identity(self) -> str:
        return f"set {self.KEY}.auth to password" if self.auth is Auth.IAM else ""

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        if stack.region not in RDS_REGIONS:
            near = get_close_matches(stack.region, RDS_REGIONS, n=1)
            expected = "is not a region whose database certificates the program can verify"
            fix = f"choose another, such as {near[0] if near else 'eu-central-1'}; docs/compatibility.md lists them"
            yield stack.wrong("region", expected, fix)


class CreateFlexibleServer(CreateTrackerStore):
    """Azure Database for PostgreSQL, flexible server; each assistant gets a database and a role on it."""

    size: str = setting(
        dev="Standard_B1ms",
        prod="Standard_D2ds_v5",
        pattern=(
            r"Standard_(B\d+ms|[DE]\d+[a-z]*_v\d+)",
            "is not the size of a virtual machine of Azure for PostgreSQL",
            "Standard_D2ds_v5",
        ),
    )
    version: str = setting(among=(POSTGRES_VERSIONS, "Azure Database for PostgreSQL"))
    storage_gb: int = setting(dev=32, prod=128)
    backup_days: int = setting(
        dev=7, prod=14, minimum=(7, "the fewest that Azure keeps"), maximum=(35, "the most that Azure keeps")
    )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if self.storage_gb not in AZURE_DISKS_GB:
            fitting = next((size for size in AZURE_DISKS_GB if size > self.storage_gb), AZURE_DISKS_GB[-1])
            expected = f"is not a size of Azure's disks ({', '.join(map(str, AZURE_DISKS_GB))})"
            yield self.wrong("storage_gb", expected, f"set {fitting}")
        if stack.is_prod and self.size.startswith("Standard_B"):
            expected = "is burstable, which has no standby in another zone"
            yield self.wrong("size", expected, "choose a size like Standard_D2ds_v5")


class CreateCloudSql(_Growing):
    """Cloud SQL for PostgreSQL; each assistant gets a database and a role on it."""

    size: str = setting(dev="db-g1-small", prod="db-custom-2-8192")
    version: str = setting(among=(POSTGRES_VERSIONS, "Cloud SQL"))
    storage_gb: int = setting(dev=10, prod=50, minimum=(10, "the Cloud SQL minimum"))
    max_storage_gb: int = setting(dev=50, prod=500, maximum=(65536, "the Cloud SQL maximum"))
    backup_days: int = setting(dev=7, prod=14, maximum=(365, "the Cloud SQL maximum"))

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from super().problems(stack)
        expected = self._no_machine()
        if expected is None and stack.is_prod and self.size in SHARED_CORE:
            expected = "shares its core, and Google guarantees no availability of such a machine"
        if expected is not None:
            yield self.wrong("size", expected, "choose a size like db-custom-2-8192")

    def _no_machine(self) -> str | None:
        """Returns the problem of a size that Cloud SQL's edition Enterprise does not have."""
        if self.size.startswith("db-perf-optimized-"):
            return "is a size of Enterprise Plus, but the instance is created in the edition Enterprise"
        if self.size in SHARED_CORE:
            return None
        custom = re.fullmatch(r"db-custom-(\d+)-(\d+)", self.size)
        if custom is None:
            return "is not a machine type of Cloud SQL"
        cpus, memory = int(custom[1]), int(custom[2])
        least, most = (cpus * each for each in MEMORY_PER_CPU_MB)
        right_cpus = cpus == 1 or (cpus > 0 and cpus % 2 == 0)
        if right_cpus and memory % MEMORY_STEP_MB == 0 and max(least, LEAST_MEMORY_MB) <= memory <= most:
            return None
        return (
            "is not a machine that Cloud SQL offers (1 or an even number of CPUs; for each 0.9 to 6.5 GiB, "
            f"together {LEAST_MEMORY_MB} MiB at least, in steps of {MEMORY_STEP_MB})"
        )


class DatabaseLogin(Model):
    """A database, and the role that owns it."""

    database: Text = setting("Name of the database.", Effect.RESTARTS_PODS)
    username: Text = setting("Role; needs CREATE on the schema `public`.", Effect.RESTARTS_PODS)
    password: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds its password. Only Rasa's own login can do without it, if the password is "
        "in an existing Vault.",
        Effect.RESTARTS_PODS,
        default=None,
    )


class ExistingTrackerStore(TrackerStore):
    """Your own PostgreSQL server, with a database and a role for each assistant."""

    kind: Literal["existing"] = kind_of("existing")
    host: Host = setting("Its host name.", Effect.RESTARTS_PODS)
    port: Port = setting("Its port.", Effect.RESTARTS_PODS, default=5432)
    ssl_mode: Literal["verify-full", "verify-ca"] = setting(
        "How clients check its certificate: `verify-ca` if the certificate does not name the host.",
        Effect.RESTARTS_PODS,
        default="verify-full",
    )
    ca: Pem | None = setting(
        "The authority of its certificate, PEM; by default well-known public ones.", Effect.RESTARTS_PODS, default=None
    )
    networks: Networks = setting("Its address ranges.", Effect.IN_PLACE)
    logins: dict[AssistantName, DatabaseLogin] = setting(
        "The database of each assistant, by the assistant's name.", default=dict
    )
    analytics_logins: dict[AssistantName, DatabaseLogin] = setting(
        "The database of analytics, by the assistant's name, if analytics is on.", default=dict
    )
