"""The Job that initialises Vault once, stores its recovery keys in the cloud, and revokes the root token.

It creates the Job and its rights in the cluster. The script has the steps. The keys and tokens that it handles never
reach the program, its state or its output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pulumi

from components.connections import RecoveryStore
from components.kubernetes.access import secret_access
from components.kubernetes.pod import CA_DIRECTORY
from components.kubernetes.script_job import API_DIRECTORY, TOKEN, TOKEN_DIRECTORY, ScriptJob, ScriptJobArgs
from components.kubernetes.vault.names import AUDIENCE, CA_FILE, INIT_POD, MOUNT, node_addresses
from components.kubernetes.vault.values import AUDIT_FILE
from settings import PodSecurity, Profile
from settings.secrets_manager import INIT_ACCOUNT, VAULT_NAMESPACE, CreateVault

SCRIPTS: Final = Path(__file__).parents[1] / "scripts"
CONFIG: Final = "vault.json"
# The Secret in which the script keeps Vault's answer until the recovery keys are stored.
_STASH: Final = "vault-init"

_SHARES, _THRESHOLD = 5, 3
# An assistant that is down for longer loses its token.
_TOKEN_PERIOD_SECONDS: Final = 7 * 24 * 3600
_DEADLINE_SECONDS: Final = 600

SERVICE_ACCOUNT_FILES: Final = {"api": API_DIRECTORY, "vault_token": f"{TOKEN_DIRECTORY}/{TOKEN}"}


def modules() -> dict[str, str]:
    """Returns the common modules of the scripts for Vault; a script imports files of its own directory."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("vault_*.py"))}


def initialisation(
    name: str,
    *,
    settings: CreateVault,
    profile: Profile,
    recovery: RecoveryStore | None,
    namespace: pulumi.Input[str],
    pod_security: PodSecurity,
    ca_config_map: pulumi.Input[str],
    pull_secrets: Sequence[Mapping[str, pulumi.Input[str]]],
    image: str,
    after: tuple[pulumi.Resource, ...],
    opts: pulumi.ResourceOptions,
) -> ScriptJob:
    """Creates the Job. It runs again if its inputs change, and then only checks the state of Vault.

    `recovery` is the store of the recovery keys; None if users initialised Vault themselves: then the Job only checks.
    """
    audit = {"stdout": "stdout"}
    if profile is Profile.PROD:
        # Vault stops if it cannot write any audit device, so there are two.
        audit = {"file": AUDIT_FILE, **audit}
    config = {
        "nodes": node_addresses(settings.nodes),
        "deadline_seconds": _DEADLINE_SECONDS,
        "shares": _SHARES,
        "threshold": _THRESHOLD,
        "mount": MOUNT,
        "token_period_seconds": _TOKEN_PERIOD_SECONDS,
        "audit": audit,
        "kubernetes": {"kubernetes_host": "https://kubernetes.default.svc"},
        "recovery": None if recovery is None else dict(recovery.place),
        "service_accounts": SERVICE_ACCOUNT_FILES,
    }
    rights = secret_access(
        f"{name}-stash",
        namespace=namespace,
        secret=_STASH,
        verbs=("get", "patch", "delete"),
        may_create=True,
        account=INIT_ACCOUNT,
        account_namespace=VAULT_NAMESPACE,
        opts=opts,
    )
    return ScriptJob(
        name,
        ScriptJobArgs(
            namespace=namespace,
            pod_security=pod_security,
            pod_name=INIT_POD,
            script=SCRIPTS / "vault_init.py",
            image=image,
            environment={"VAULT_CACERT": f"{CA_DIRECTORY}/{CA_FILE}"},
            secrets={},
            files={
                **modules(),
                **({} if recovery is None else {recovery.script.name: recovery.script.read_text(encoding="utf-8")}),
                CONFIG: pulumi.Output.json_dumps(config),
            },
            config_maps={CA_DIRECTORY: ca_config_map},
            pull_secrets=pull_secrets,
            pod_labels={} if recovery is None else recovery.identity.pod_labels,
            service_account=INIT_ACCOUNT,
            reaches_api=True,
            audience=AUDIENCE,
            after=(*after, *rights, *(() if recovery is None else recovery.identity.ready)),
        ),
        opts=opts,
    )
