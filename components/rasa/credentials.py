"""An assistant's databases, and how their credentials reach Rasa: by Secret, or through Vault.

Makes what is missing of both; the servers are shared, and made by the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pulumi

from components.artifacts import image_of
from components.connections import (
    AssistantDatabases,
    CredentialsInVault,
    DatabaseConnection,
    ExistingDatabases,
    PasswordAuth,
    VaultConnection,
)
from components.kubernetes.database import AssistantDatabase, AssistantDatabaseSpec, DatabaseServer
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.vault.assistant import (
    AssistantVault,
    AssistantVaultSpec,
    ExistingAssistantVault,
    ExistingAssistantVaultSpec,
)
from components.kubernetes.vault.server import VaultServer
from settings import Assistant
from settings.secrets_manager import ExistingVault


@dataclass(frozen=True, kw_only=True)
class CredentialsSpec:
    """`secrets` are the values of `rasa:secrets` by key. `generation` is that of the logins at the tracker store."""

    generation: int
    assistant: Assistant
    namespace: RestrictedNamespace
    tracker_store: DatabaseServer | ExistingDatabases
    vault: VaultServer | ExistingVault | None
    secrets: Mapping[str, pulumi.Output[str]] = field(repr=False)


def databases_of(
    name: str, spec: CredentialsSpec, parent: pulumi.Resource
) -> tuple[AssistantDatabases, VaultConnection | None]:
    """The databases as Rasa and analytics see them, and where Rasa finds its credentials when these tell nothing."""
    databases = _databases(name, spec, parent)
    vault = _vault(name, spec, databases.rasa, parent)
    if vault is None:
        return databases, None
    # Rasa cannot read before they are written.
    ready = (*databases.rasa.ready, *vault.ready)
    return replace(databases, rasa=replace(databases.rasa, auth=CredentialsInVault(), ready=ready)), vault


def _databases(name: str, spec: CredentialsSpec, parent: pulumi.Resource) -> AssistantDatabases:
    match spec.tracker_store:
        case ExistingDatabases(by_assistant=databases):
            return databases[spec.assistant.name]
        case DatabaseServer() as server:
            made = AssistantDatabaseSpec(
                server=server,
                generation=spec.generation,
                assistant=spec.assistant,
                image=image_of(spec.assistant),
                password=_password_in_vault(spec),
            )
            return AssistantDatabase(f"{name}-database", made, opts=pulumi.ResourceOptions(parent=parent)).databases


def _password_in_vault(spec: CredentialsSpec) -> pulumi.Output[str] | None:
    """The password that stands in the user's Vault already."""
    match spec.vault:
        case ExistingVault(logins=logins):
            key = logins[spec.assistant.name].password
            return None if key is None else spec.secrets[key]
        case _:
            return None


def _vault(
    name: str, spec: CredentialsSpec, database: DatabaseConnection, parent: pulumi.Resource
) -> VaultConnection | None:
    opts = pulumi.ResourceOptions(parent=parent)
    match spec.vault:
        case None:
            return None
        case ExistingVault() as vault:
            token = spec.secrets[vault.logins[spec.assistant.name].token]
            existing = ExistingAssistantVaultSpec(
                vault=vault, assistant=spec.assistant, namespace=spec.namespace, token=token
            )
            return ExistingAssistantVault(f"{name}-vault", existing, opts=opts).connection
        case VaultServer() as server:
            if not isinstance(database.auth, PasswordAuth):
                raise ValueError("only a password can be kept in Vault")
            made = AssistantVaultSpec(
                server=server,
                assistant=spec.assistant,
                namespace=spec.namespace,
                credentials=database.auth,
                after=database.ready,
            )
            return AssistantVault(f"{name}-vault", made, opts=opts).connection
