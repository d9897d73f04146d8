"""The Job that initialises Vault once, stores its recovery keys at the cloud, and gives up the root token.

Owns the Job and its rights in the cluster. What it does step by step is in its script; none of the keys and tokens that
it handles ever reaches the program, its state or its output.
"""

from __future__ import annotations

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
# Where the script keeps Vault's answer until the recovery keys are stored.
_STASH: Final = "vault-init"

_SHARES, _THRESHOLD = 5, 3
# An assistant that is down for longer than this has lost its token.
_TOKEN_PERIOD_SECONDS: Final = 7 * 24 * 3600
_DEADLINE_SECONDS: Final = 600

SERVICE_ACCOUNT_FILES: Final = {"api": API_DIRECTORY, "vault_token": f"{TOKEN_DIRECTORY}/{TOKEN}"}


def modules() -> dict[str, str]:
    """The files that the scripts for Vault share; a script imports what lies beside it."""
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
    image: str,
    after: tuple[pulumi.Resource, ...],
    opts: pulumi.ResourceOptions,
) -> ScriptJob:
    """The Job. It runs again when its inputs change, and then only checks that everything is as it should be.

    `recovery` is where the recovery keys are stored; None if users initialised Vault themselves, which is then only
    checked.
    """
    audit = {"stdout": "stdout"}
    if profile is Profile.PROD:
        # Vault stops when no audit device can be written, so there are two.
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
            pod_labels={} if recovery is None else recovery.identity.pod_labels,
            service_account=INIT_ACCOUNT,
            reaches_api=True,
            audience=AUDIENCE,
            after=(*after, *rights, *(() if recovery is None else recovery.identity.ready)),
        ),
        opts=opts,
    )
