"""An assistant's databases, and how their credentials reach Rasa: in a Secret, or through Vault.

It creates what is missing of both. The program creates the shared servers elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pulumi

from components.connections import (
    AssistantDatabases,
    CredentialsInVault,
    ExistingDatabases,
    PasswordAuth,
    VaultConnection,
)
from components.kubernetes.database import AssistantDatabase, DatabaseServer
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.vault.assistant import AssistantVault, ExistingAssistantVault
from components.kubernetes.vault.server import VaultServer
from settings import Assistant
from settings.secrets_manager import ExistingVault


def databases_of(
    name: str,
    *,
    assistant: Assistant,
    namespace: RestrictedNamespace,
    tracker_store: DatabaseServer | ExistingDatabases,
    generation: int,
    vault: VaultServer | ExistingVault | None,
    secrets: Mapping[str, pulumi.Output[str]],
    image: str,
    opts: pulumi.ResourceOptions,
) -> tuple[AssistantDatabases, VaultConnection | None]:
    """Returns the databases for Rasa and analytics, and the Vault with Rasa's credentials, if there is one.

    `secrets` are the values of `rasa:secrets` by key. `generation` is that of the logins at the tracker
    store. `image` is Rasa Pro's.
    """
    match tracker_store:
        case ExistingDatabases(by_assistant=known):
            databases = known[assistant.name]
        case DatabaseServer() as server:
            databases = AssistantDatabase(
                f"{name}-database",
                server=server,
                generation=generation,
                assistant=assistant,
                image=image,
                password=_password_in_vault(assistant, vault, secrets),
                opts=opts,
            ).databases
    match vault:
        case None:
            return databases, None
        case ExistingVault() as existing:
            connection = ExistingAssistantVault(
                f"{name}-vault",
                vault=existing,
                assistant=assistant,
                namespace=namespace,
                token=secrets[existing.logins[assistant.name].token],
                opts=opts,
            ).connection
        case VaultServer() as server:
            if not isinstance(databases.rasa.auth, PasswordAuth):
                raise ValueError("only a password can be kept in Vault")
            connection = AssistantVault(
                f"{name}-vault",
                server=server,
                assistant=assistant,
                namespace=namespace,
                credentials=databases.rasa.auth,
                after=databases.rasa.ready,
                opts=opts,
            ).connection
    # Rasa cannot read the credentials before they are written.
    ready = (*databases.rasa.ready, *connection.ready)
    return replace(databases, rasa=replace(databases.rasa, auth=CredentialsInVault(), ready=ready)), connection


def _password_in_vault(
    assistant: Assistant, vault: VaultServer | ExistingVault | None, secrets: Mapping[str, pulumi.Output[str]]
) -> pulumi.Output[str] | None:
    """Returns the password that the user's own Vault already holds."""
    key = vault.logins[assistant.name].password if isinstance(vault, ExistingVault) else None
    return None if key is None else secrets[key]
