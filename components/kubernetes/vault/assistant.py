"""An assistant's part of Vault: its database's credentials, and a token that reads these and nothing else.

It creates the Job that writes the credentials and delivers the token, the Job's rights, and the Secrets around it. For
an existing Vault it creates only the Secret with the token.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.connections import InNamespace, InNetworks, PasswordAuth, VaultConnection
from components.kubernetes.access import secret_access
from components.kubernetes.namespace import RestrictedNamespace
from components.kubernetes.pod import CA_DIRECTORY, SecretKey
from components.kubernetes.script_job import ScriptJob, ScriptJobArgs
from components.kubernetes.vault import names
from components.kubernetes.vault.initialisation import CONFIG, SCRIPTS, SERVICE_ACCOUNT_FILES, modules
from components.kubernetes.vault.server import VaultServer
from components.trust import public_roots
from settings import Assistant
from settings.secrets_manager import VAULT_NAMESPACE, ExistingVault

_DEADLINE_SECONDS: Final = 300
_EVERY_DAY: Final = "17 3 * * *"


class AssistantVault(pulumi.ComponentResource):
    """The assistant's part of the Vault in the cluster. Ends in `connection`.

    `credentials` are the assistant's login at the database, which accepts them as soon as `after` exists.
    """

    def __init__(
        self,
        name: str,
        *,
        server: VaultServer,
        assistant: Assistant,
        namespace: RestrictedNamespace,
        credentials: PasswordAuth,
        after: tuple[pulumi.Resource, ...],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:kubernetes:AssistantVault", name, None, opts)
        path = f"{assistant.name}/tracker-store"
        child = pulumi.ResourceOptions(parent=self)
        username = pulumi.Output.from_input(credentials.username)
        token = _token_secret(f"{name}-token", namespace.name, None, parent=self)
        secret = kubernetes.core.v1.Secret(
            f"{name}-credentials",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(namespace=server.namespace),
            string_data={"username": credentials.username, "password": credentials.password},
            # The Job delivers them to Vault at any time of its schedule.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        rights = secret_access(
            f"{name}-delivery",
            namespace=namespace.name,
            secret=names.TOKEN_SECRET,
            verbs=("get", "patch"),
            account=names.CONFIG_ACCOUNT,
            account_namespace=VAULT_NAMESPACE,
            opts=child,
        )
        jobs: tuple[pulumi.Resource, ...] = ()
        if server.usable:
            config = {
                "address": names.ADDRESS,
                "deadline_seconds": _DEADLINE_SECONDS,
                "mount": names.MOUNT,
                "path": path,
                "assistant": assistant.name,
                "secret": {"namespace": namespace.name, "name": names.TOKEN_SECRET, "key": names.TOKEN_KEY},
                "service_accounts": SERVICE_ACCOUNT_FILES,
            }
            job = ScriptJob(
                f"{name}-config",
                ScriptJobArgs(
                    namespace=server.namespace,
                    pod_security=server.pod_security,
                    pod_name=names.CONFIG_POD,
                    script=SCRIPTS / "vault_assistant.py",
                    image=server.image,
                    environment={
                        "VAULT_CACERT": f"{CA_DIRECTORY}/{names.CA_FILE}",
                        "DB_USERNAME": SecretKey(secret=secret.metadata.name, key="username"),
                        "DB_PASSWORD": SecretKey(secret=secret.metadata.name, key="password"),
                    },
                    secrets={"username": username, "password": credentials.password},
                    files={**modules(), CONFIG: pulumi.Output.json_dumps(config)},
                    config_maps={CA_DIRECTORY: server.ca_config_map},
                    pull_secrets=server.pull_secrets,
                    service_account=names.CONFIG_ACCOUNT,
                    reaches_api=True,
                    audience=names.AUDIENCE,
                    # Rasa renews its token seconds before it ends, and loses it if Vault does not answer just then.
                    schedule=_EVERY_DAY,
                    after=(*server.ready, token, *rights),
                ),
                opts=child,
            )
            jobs = (job.job,)
        self.connection = VaultConnection(
            url=names.ADDRESS,
            port=names.PORT,
            place=InNamespace(namespace=VAULT_NAMESPACE),
            mount=names.MOUNT,
            path=path,
            token_secret=names.TOKEN_SECRET,
            ca_pem=server.ca_pem,
            token=None,
            credentials=credentials,
            usable=server.usable,
            ready=jobs,
        )
        self.register_outputs({"path": path})


class ExistingAssistantVault(pulumi.ComponentResource):
    """The assistant's part of an existing Vault. Ends in `connection`.

    `token` is the one that the user created for the assistant.
    """

    def __init__(
        self,
        name: str,
        *,
        vault: ExistingVault,
        assistant: Assistant,
        namespace: RestrictedNamespace,
        token: pulumi.Output[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:kubernetes:ExistingAssistantVault", name, None, opts)
        path = vault.logins[assistant.name].path
        secret = _token_secret(f"{name}-token", namespace.name, token, parent=self)
        self.connection = VaultConnection(
            url=vault.address,
            port=vault.port,
            place=InNetworks(networks=vault.networks),
            mount=vault.mount,
            path=path,
            token_secret=names.TOKEN_SECRET,
            ca_pem=vault.ca or public_roots(),
            token=token,
            credentials=None,
            usable=True,
            ready=(secret,),
        )
        self.register_outputs({"path": path})


def _token_secret(
    name: str, namespace: pulumi.Input[str], token: pulumi.Output[str] | None, *, parent: pulumi.Resource
) -> kubernetes.core.v1.Secret:
    """Creates the Secret with the user's token; without a token it is created empty, and a Job fills it."""
    return kubernetes.core.v1.Secret(
        name,
        metadata=kubernetes.meta.v1.ObjectMetaArgs(name=names.TOKEN_SECRET, namespace=namespace),
        string_data=None if token is None else {names.TOKEN_KEY: token},
        opts=pulumi.ResourceOptions(
            parent=parent,
            # A Job writes into it. The program must not read or delete that.
            ignore_changes=["data"] if token is None else [],
        ),
    )
