"""`rasa:secretsManager`: HashiCorp Vault in the cluster, your own Vault, or none, on every cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal
from urllib.parse import urlsplit

from settings.base import ADDRESS, HOST_NAME, PORT, AssistantName, Networks, Pem, SecretKey, Text, matching
from settings.problems import Problem
from settings.setting import BY_KIND, Effect, Model, kind_of, setting
from settings.stack import Layer, Stack

# The namespace of Vault in the cluster, and the accounts of Vault and its Jobs: a cloud gives these identities.
VAULT_NAMESPACE: Final = "vault"
VAULT_ACCOUNT: Final = "vault"
INIT_ACCOUNT: Final = "vault-init"

Path = Annotated[
    str,
    matching(
        r"[\w.-]+(/[\w.-]+)*",
        "is not a path inside Vault",
        "write it without a slash at either end, like rasa/tracker-store",
    ),
]


class _SecretsManager(Layer):
    """The store of the tracker store's credentials."""

    KEY: ClassVar[str] = "secretsManager"


class CreateVault(_SecretsManager):
    """Vault in the cluster, unsealed by a key of the cloud; each assistant reads its own credentials only."""

    kind: Literal["vault"] = kind_of("vault", Effect.REFUSED)
    init: Literal["job", "runbook"] = setting(
        "Who initialises it: a `job` in the cluster, which keeps the recovery keys in the cloud's own secret store, or "
        "you, by the `runbook` in [vault.md](vault.md), with shares that only their holders can read.",
        Effect.REFUSED,
        note="from `job` to `runbook`",
        default="job",
    )
    initialized: bool = setting(
        "With `init: runbook`: `true` means that the runbook was carried out, so that Rasa can be released.",
        Effect.IN_PLACE,
        default=False,
    )
    version: str = setting(
        "Version of Vault, the tag of its image; see [vault.md](vault.md).",
        Effect.IN_PLACE,
        note="pod by pod, as you restart them; see [vault.md](vault.md)",
        dev="2.0.4",
        prod="2.0.4",
        pattern=(r"\d+\.\d+\.\d+", "is not a Vault version", "2.0.4"),
    )
    nodes: int = setting(
        "Nodes, an odd number: 3 survive the loss of one.", Effect.IN_PLACE, dev=1, prod=3, minimum=(1, "one node")
    )
    storage_gb: int = setting(
        "Disk of each node in GiB.",
        Effect.REFUSED,
        note="by Kubernetes; see [vault.md](vault.md)",
        dev=5,
        prod=20,
        minimum=(1, "one GiB"),
    )
    storage_class: Text | None = setting(
        "Storage class of its disks. By default the program creates an encrypted one in a created cluster, and uses "
        "the default class of an existing one.",
        Effect.REFUSED,
        note="by Kubernetes; see [vault.md](vault.md)",
        default=None,
    )

    def problems(self, stack: Stack) -> Iterator[Problem]:
        if self.nodes % 2 == 0:
            expected = "is even: half of the nodes are no majority, so one of them adds nothing"
            yield self.wrong("nodes", expected, f"set {self.nodes + 1}")
        if stack.is_prod and self.nodes < 3:
            yield self.wrong("nodes", "is below 3, the fewest in prod", "set 3 or more")
        if self.initialized and self.init == "job":
            expected = "is what only the runbook needs; the job finds out by itself"
            others = ("secretsManager.init",)
            yield self.wrong("initialized", expected, "remove it, or set init to runbook", others=others)


class VaultLogin(Model):
    """The credentials that one assistant reads in Vault, and its token."""

    path: Path = setting(
        "Path of its credentials below `mount`; the keys there are `db_username` and `db_password`.",
        Effect.RESTARTS_PODS,
    )
    token: SecretKey = setting(
        "Key of `rasa:secrets` that holds a periodic token which may read that path and renew itself.",
        Effect.RESTARTS_PODS,
    )
    password: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds the same password as `db_password`: if the tracker store is created, its "
        "role gets this one.",
        Effect.RESTARTS_PODS,
        default=None,
    )


class ExistingVault(_SecretsManager):
    """Your own Vault; nothing in it is changed."""

    kind: Literal["existing"] = kind_of("existing", Effect.RESTARTS_PODS)
    address: str = setting(
        "Its address.",
        Effect.RESTARTS_PODS,
        pattern=(
            rf"https://({HOST_NAME}|{ADDRESS})(:{PORT})?",
            "is not the address of a Vault that speaks TLS",
            "https://vault.example.com:8200",
        ),
    )
    ca: Pem | None = setting(
        "The authority of its certificate, PEM; by default well-known public ones.", Effect.RESTARTS_PODS, default=None
    )
    mount: Path = setting("Mount of its key-value engine, version 2.", Effect.RESTARTS_PODS, default="secret")
    networks: Networks = setting("Its address ranges.", Effect.IN_PLACE)
    logins: dict[AssistantName, VaultLogin] = setting(
        "What each assistant reads, by the assistant's name.", default=dict
    )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return urlsplit(self.address).port or 443


class KubernetesSecrets(_SecretsManager):
    """No secrets manager: credentials reach Rasa through Kubernetes Secrets."""

    kind: Literal["kubernetes"] = kind_of("kubernetes", Effect.RESTARTS_PODS)


SecretsManager = Annotated[CreateVault | ExistingVault | KubernetesSecrets, BY_KIND]
