"""The scripts are cut off at every step, each time at one that was not reached before, and in the end all is well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.vault.secrecy import assert_nothing_told, found_secrets
from tests.vault.wire import Request
from tests.vault.world import Finished, World, kept_keys, root_token

pytestmark = pytest.mark.vault
# Here Vault's answer would be lost, which test_init.py is about.
INIT = "vault PUT /v1/sys/init"


def cut_off_at_each_step(world: World, script: Callable[[], Finished]) -> tuple[list[str], Finished]:
    """After which requests the script was cut off, and the run that came to an end.

    Each time it is at one that changes something and that no earlier run had come to. What a run does twice, or again
    once Vault is initialised, is another step.
    """
    reached: set[tuple[str, int, bool]] = set()
    steps: list[str] = []
    start = 0

    def is_new(request: Request) -> bool:
        if request.method == "GET" or request.line == INIT:
            return False
        of_this_run = world.journal.changes(since=start)
        step = (request.line, of_this_run.count(request.line), INIT in world.journal.changes())
        if step in reached:
            return False
        reached.add(step)
        steps.append(request.line)
        return True

    world.cut_off_after(is_new)
    while (finished := script()).status == -9:
        start = len(world.journal.entries)
    world.let_run()
    return steps, finished


def test_init(world: World) -> None:
    steps, finished = cut_off_at_each_step(world, world.init)
    assert finished.status == 0, finished.output
    stash = "/api/v1/namespaces/vault/secrets"
    store = "secretsmanager.eu-central-1.amazonaws.com POST /"
    assert steps[:5] == [
        f"kubernetes POST {stash}",
        f"kubernetes PATCH {stash}/vault-init",
        store,
        # Vault is initialised.
        f"kubernetes PATCH {stash}/vault-init",
        store,
    ]
    assert {
        "vault POST /v1/sys/audit/stdout",
        "vault POST /v1/sys/policies/acl/assistant",
        "vault POST /v1/auth/token/roles/assistant",
        "vault POST /v1/auth/token/revoke-self",
        f"kubernetes DELETE {stash}/vault-init",
        "vault POST /v1/auth/kubernetes/login",
    } < set(steps)
    assert world.journal.changes().count(INIT) == 1
    assert root_token(world.node, kept_keys(world))
    (first_root,) = found_secrets(world)["root token"]
    assert world.node.ask("GET", "auth/token/lookup-self", token=first_root).status_code == 403
    assert not world.api.secrets
    # The very same keys, however often they were stored.
    kept = [value for value in world.store.values() if "recovery_keys_base64" in value]
    assert len(kept) > 1
    assert len(set(kept)) == 1
    assert_nothing_told(world)


def test_assistant(platform: World) -> None:
    platform.add_assistant("cut")
    steps, finished = cut_off_at_each_step(platform, lambda: platform.assistant("cut", "a password"))
    assert finished.status == 0, finished.output
    assert {
        "vault POST /v1/auth/kubernetes/login",
        "vault POST /v1/secret/data/cut/tracker-store",
        "vault POST /v1/auth/token/create/assistant",
        "kubernetes PATCH /api/v1/namespaces/cut/secrets/rasa-vault",
        "vault POST /v1/auth/token/renew-self",
        "vault POST /v1/auth/token/revoke-self",
    } < set(steps)
    token = platform.rasa_token("cut")
    credentials = platform.node.ask("GET", "secret/data/cut/tracker-store", token=token).json()["data"]
    assert credentials["data"] == {"db_username": "cut", "db_password": "a password"}
    assert credentials["metadata"]["version"] == 1
    assert_nothing_told(platform)
