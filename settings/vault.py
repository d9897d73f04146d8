"""HashiCorp Vault, in the cluster or one of yours: where the tracker store's credentials stand. The same everywhere."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

from settings.assistant import AssistantName
from settings.base import (
    HOST_NAME,
    IN_PLACE,
    RESTARTS_PODS,
    Cidr,
    Model,
    Pem,
    SecretKey,
    Text,
    at_least,
    matching,
)

# Where Vault stands in the cluster, and as whom it and the Jobs around it run: a cloud gives these identities.
VAULT_NAMESPACE: Final = "vault"
VAULT_ACCOUNT: Final = "vault"
INIT_ACCOUNT: Final = "vault-init"

_FIXED: Final[JsonDict] = {"effect": "refused by Kubernetes; see [vault.md](vault.md)"}

NodeCount = Annotated[int, AfterValidator(at_least(1, "one node"))]
Gigabytes = Annotated[int, AfterValidator(at_least(1, "one GiB"))]
Path = Annotated[
    str,
    AfterValidator(
        matching(
            r"[\w.-]+(/[\w.-]+)*", "is not a path inside Vault", "write it without slashes around: rasa/tracker-store"
        )
    ),
]


class CreateVault(Model):
    """Vault in the cluster, unsealed by a key of the cloud; each assistant reads its own credentials only."""

    kind: Literal["vault"] = Field(
        default="vault", description="`vault`, `existing`, or `kubernetes` (no Vault).", json_schema_extra=RESTARTS_PODS
    )
    init: Literal["job", "runbook"] = Field(
        default="job",
        description="Who initialises it: a `job` in the cluster, which keeps the recovery keys in the cloud's own "
        "secret store, or you, by the `runbook` in [vault.md](vault.md), with shares that only their holders can read.",
        json_schema_extra={"effect": "none once Vault is initialised"},
    )
    initialized: bool = Field(
        default=False,
        description="With `init: runbook`: `true` says that the runbook was carried out, so that Rasa can be released.",
        json_schema_extra=IN_PLACE,
    )
    version: Annotated[
        str, AfterValidator(matching(r"\d+\.\d+\.\d+", "is not a Vault version", "write it like 2.0.4"))
    ] = Field(
        description="Version of Vault, the tag of its image; see [vault.md](vault.md).",
        json_schema_extra={"effect": "takes effect pod by pod, as you restart them; see [vault.md](vault.md)"},
    )
    nodes: NodeCount = Field(
        description="Nodes, an odd number: 3 outlive the loss of one.", json_schema_extra={"effect": "in place"}
    )
    storage_gb: Gigabytes = Field(description="Disk of each node in GiB.", json_schema_extra=_FIXED)
    storage_class: Text | None = Field(
        default=None,
        description="Storage class of its disks; by default an encrypted one is made in a created cluster, and the "
        "cluster's own default is used in an existing one.",
        json_schema_extra=_FIXED,
    )


class VaultLogin(Model):
    """What one assistant reads in Vault, and as whom."""

    path: Path = Field(
        description="Path of its credentials below `mount`; the keys there are `db_username` and `db_password`.",
        json_schema_extra=RESTARTS_PODS,
    )
    token: SecretKey = Field(
        description="Key of `rasa:secrets` that holds a periodic token which may read that path and renew itself.",
        json_schema_extra=RESTARTS_PODS,
    )
    password: SecretKey | None = Field(
        default=None,
        description="Key of `rasa:secrets` that holds the same password as `db_password`: where the tracker store is "
        "created, its role gets this one.",
        json_schema_extra=RESTARTS_PODS,
    )


class ExistingVault(Model):
    """A Vault of yours; nothing in it is changed."""

    kind: Literal["existing"] = Field(description="How to get it.", json_schema_extra=RESTARTS_PODS)
    address: Annotated[
        str,
        AfterValidator(
            matching(
                rf"https://({HOST_NAME}|\d{{1,3}}(\.\d{{1,3}}){{3}})(:\d{{1,5}})?",
                "is not the address of a Vault that speaks TLS",
                "write it like https://vault.example.com:8200",
            )
        ),
    ] = Field(description="Its address.", json_schema_extra=RESTARTS_PODS)
    ca: Pem | None = Field(
        default=None,
        description="The authority of its certificate, PEM; by default well-known public ones.",
        json_schema_extra=RESTARTS_PODS,
    )
    mount: Path = Field(
        default="secret",
        description="Where its key-value engine, version 2, is mounted.",
        json_schema_extra=RESTARTS_PODS,
    )
    networks: Annotated[tuple[Cidr, ...], Field(min_length=1)] = Field(
        description="Address ranges in which it answers.", json_schema_extra=IN_PLACE
    )
    logins: dict[AssistantName, VaultLogin] = Field(
        default_factory=dict, description="What each assistant reads, by the assistant's name."
    )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return urlsplit(self.address).port or 443


class KubernetesSecrets(Model):
    """No secrets manager of its own: credentials reach Rasa by Kubernetes Secrets."""

    kind: Literal["kubernetes"] = Field(
        default="kubernetes", description="How Rasa gets its credentials.", json_schema_extra=RESTARTS_PODS
    )


SecretsManager = Annotated[CreateVault | ExistingVault | KubernetesSecrets, Field(discriminator="kind")]
