"""What Vault needs of the other layers, and they of it."""

from __future__ import annotations

from collections.abc import Iterator

from settings.aws import AwsSettings, CreateRds, ExistingAwsCluster
from settings.azure import AzureSettings, ExistingAzureCluster
from settings.base import Auth, Profile
from settings.existing import ExistingTrackerStore, NoIdentity
from settings.gcp import ExistingGcpCluster, GcpSettings
from settings.limits import below, missing_logins, unknown_secret
from settings.problems import Problem
from settings.vault import CreateVault, ExistingVault, KubernetesSecrets


def vault_rules(settings: AwsSettings | AzureSettings | GcpSettings) -> Iterator[Problem]:
    """Problems of the secrets manager, with itself and with other layers."""
    match settings.secrets_manager:
        case CreateVault() as vault:
            yield from _created(settings, vault)
            yield from _no_iam(settings)
        case ExistingVault() as vault:
            yield from _existing(settings, vault)
            yield from _no_iam(settings)
        case KubernetesSecrets():
            pass


def _created(settings: AwsSettings | AzureSettings | GcpSettings, vault: CreateVault) -> Iterator[Problem]:
    if vault.nodes % 2 == 0:
        yield Problem(
            key="secretsManager.nodes",
            got=str(vault.nodes),
            expected="is even: half of the nodes are no majority, so one of them adds nothing",
            fix=f"set {vault.nodes + 1}",
        )
    if settings.profile is Profile.PROD:
        yield from below("secretsManager.nodes", vault.nodes, 3, "the fewest in prod")
    if vault.initialized and vault.init == "job":
        yield Problem(
            key="secretsManager.initialized",
            got="true",
            expected="is what only the runbook needs; the job finds out by itself",
            fix="remove it, or set init to runbook",
            others=("secretsManager.init",),
        )
    match settings.cluster:
        case (
            ExistingAwsCluster(identity=NoIdentity())
            | ExistingAzureCluster(identity=NoIdentity())
            | ExistingGcpCluster(identity=NoIdentity())
        ):
            yield Problem(
                key="secretsManager.kind",
                got="vault",
                expected="is unsealed by a key of the cloud, but the cluster gives its pods no identity to use it with",
                fix="describe cluster.identity, or set kind to existing or kubernetes",
                others=("cluster", "cluster.identity"),
            )
        case _:
            pass


def _existing(settings: AwsSettings | AzureSettings | GcpSettings, vault: ExistingVault) -> Iterator[Problem]:
    yield from missing_logins(
        "secretsManager.logins",
        vault.logins,
        wanted=[assistant.name for assistant in settings.assistants],
        known=[assistant.name for assistant in settings.assistants],
        expected="is set, but the assistant {name} reads its database's credentials in Vault",
        fix="add {path: ..., token: <key of rasa:secrets>}",
    )
    is_created = not isinstance(settings.tracker_store, ExistingTrackerStore)
    for name, login in vault.logins.items():
        key = f"secretsManager.logins.{name}"
        yield from unknown_secret(f"{key}.token", login.token, settings.secrets)
        if login.password is not None:
            yield from unknown_secret(f"{key}.password", login.password, settings.secrets)
        elif is_created:
            yield Problem(
                key=f"{key}.password",
                got="nothing",
                expected="is set, but the role that is made for the assistant has to get the password that is in Vault",
                fix="name a key of rasa:secrets that holds the same as db_password",
                others=("trackerStore",),
            )


def _no_iam(settings: AwsSettings | AzureSettings | GcpSettings) -> Iterator[Problem]:
    if isinstance(settings.tracker_store, CreateRds) and settings.tracker_store.auth is Auth.IAM:
        yield Problem(
            key="trackerStore.auth",
            got="iam",
            expected="leaves no password to keep in Vault, and Rasa takes the credentials from one of the two only",
            fix="set auth to password, or secretsManager.kind to kubernetes",
            others=("secretsManager", "secretsManager.kind"),
        )
