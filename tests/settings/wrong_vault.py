"""Wrong settings of Vault, as data: what is changed, and what is said."""

from __future__ import annotations

from typing import Any

Rows = list[tuple[dict[str, Any], str]]

# On AWS in dev; Vault is the same on every cloud.
IN_DEV: Rows = [
    (
        {"secretsManager": {"kind": "hashicorp"}},
        "rasa:secretsManager.kind: 'hashicorp' is not one of vault, existing, kubernetes; choose one of them",
    ),
    (
        {"secretsManager.version": "latest"},
        "rasa:secretsManager.version: 'latest' is not a Vault version; write it like 2.0.4",
    ),
    ({"secretsManager.nodes": 0}, "rasa:secretsManager.nodes: 0 is below 1, one node; set 1 or more"),
    (
        {"secretsManager.nodes": 4},
        "rasa:secretsManager.nodes: 4 is even: half of the nodes are no majority, so one of them adds nothing; set 5",
    ),
    (
        {"secretsManager.initialized": True},
        "rasa:secretsManager.initialized: true is what only the runbook needs; the job finds out by itself; "
        "remove it, or set init to runbook",
    ),
    (
        {"trackerStore.auth": "iam"},
        "rasa:trackerStore.auth: iam leaves no password to keep in Vault, and Rasa takes the credentials from one of "
        "the two only; set auth to password, or secretsManager.kind to kubernetes",
    ),
    (
        {"assistants[0].name": "vault"},
        "rasa:assistants[0].name: 'vault' is a name that Kubernetes, PostgreSQL or Vault keeps for itself; choose "
        "another name",
    ),
]
IN_PROD: Rows = [
    ({"secretsManager.nodes": 1}, "rasa:secretsManager.nodes: 1 is below 3, the fewest in prod; set 3 or more"),
]
EXISTING: Rows = [
    (
        {"secretsManager.address": "http://vault.acme.example.com:8200"},
        "rasa:secretsManager.address: 'http://vault.acme.example.com:8200' is not the address of a Vault that speaks "
        "TLS; write it like https://vault.example.com:8200",
    ),
    (
        {"secretsManager.logins": {}},
        "rasa:secretsManager.logins.rasa: nothing is set, but the assistant rasa reads its database's credentials in "
        "Vault; add {path: ..., token: <key of rasa:secrets>}",
    ),
    (
        {"secretsManager.logins.rasa.path": "/acme/rasa"},
        "rasa:secretsManager.logins.rasa.path: '/acme/rasa' is not a path inside Vault; write it without slashes "
        "around: rasa/tracker-store",
    ),
    (
        {"secretsManager.logins.rasa.token": "x1"},
        "rasa:secretsManager.logins.rasa.token: x1 is not a key of rasa:secrets (known: accountKey, dbPassword, "
        "kafkaPassword, kubeconfig, license, redisPassword, vaultToken); run: pulumi config set --secret --path "
        "'rasa:secrets.x1'",
    ),
    (
        {"cluster.identity": {"kind": "none"}, "modelStorage": {"kind": "none"}, "assistants": [{"name": "rasa"}]}
        | {"secretsManager": {"kind": "vault"}},
        "rasa:secretsManager.kind: vault is unsealed by a key of the cloud, but the cluster gives its pods no identity "
        "to use it with; describe cluster.identity, or set kind to existing or kubernetes",
    ),
    (
        {"trackerStore.logins.rasa": {"database": "a", "username": "b"}, "secretsManager": {"kind": "kubernetes"}},
        "rasa:trackerStore.logins.rasa.password: nothing is set, but it is not in an existing Vault either; name a key "
        "of rasa:secrets that holds it",
    ),
]
# Where only the Vault exists.
ALONE: Rows = [
    (
        {"secretsManager.logins.rasa": {"path": "acme/rasa", "token": "vaultToken"}},
        "rasa:secretsManager.logins.rasa.password: nothing is set, but the role that is made for the assistant has to "
        "get the password that is in Vault; name a key of rasa:secrets that holds the same as db_password",
    ),
]
