"""vault_init.py against a real Vault: what it makes, what it keeps, what it tells."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.vault.secrecy import assert_nothing_told, found_secrets
from tests.vault.servers import Seal
from tests.vault.wire import Request
from tests.vault.world import SET_UP, TOKEN_PERIOD_SECONDS, Finished, Tools, World, kept_keys, new_world, root_token

pytestmark = pytest.mark.vault


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_first_and_second_run(cloud: str, tools: Tools, seal: Seal, tmp_path: Path) -> None:
    with new_world(tools, tmp_path, seal, cloud) as world:
        world.node.start()
        first = world.init()
        assert first.status == 0, first.output
        assert first.output.splitlines()[-1] == SET_UP
        # A probe, then the keys. Nothing but them.
        _, kept = map(str, world.store.values())
        assert json.loads(kept).keys() == {"recovery_keys_base64", "threshold"}
        assert len(kept_keys(world)) == 5
        assert not world.api.secrets

        asked = len(world.journal.entries)
        second = world.init()
        assert second.status == 0
        assert second.output.splitlines() == [SET_UP]
        assert world.journal.changes(since=asked) == [
            "kubernetes POST /apis/authentication.k8s.io/v1/tokenreviews",
            "vault POST /v1/auth/kubernetes/login",
            "vault POST /v1/auth/token/revoke-self",
        ]
        assert len(world.store.values()) == 2
        assert not [request.line for request, _ in world.journal.entries if request.server == "internet"]
        assert_nothing_told(world)


def test_what_is_set_up(world: World) -> None:
    assert world.init().status == 0
    (first_root,) = found_secrets(world)["root token"]
    assert world.node.ask("GET", "auth/token/lookup-self", token=first_root).status_code == 403
    # The recovery keys work.
    root = root_token(world.node, kept_keys(world))

    def told(path: str) -> dict[str, object]:
        return world.node.ask("GET", path, token=root).json()["data"]

    assert told("sys/mounts/secret")["options"] == {"version": "2"}
    assert told("sys/audit").keys() == {"file/", "stdout/"}
    assert told("sys/auth").keys() == {"kubernetes/", "token/"}
    role = told("auth/token/roles/assistant")
    assert (role["orphan"], role["token_period"]) == (True, TOKEN_PERIOD_SECONDS)
    assert (world.directory / "audit.log").read_text()
    # Nobody is left who may do more: of all tokens only the one that asks is there.
    accessors = world.node.ask("LIST", "auth/token/accessors", token=root).json()["data"]["keys"]
    assert len(accessors) == 1
    names = world.node.ask("LIST", "sys/policies/acl", token=root).json()["data"]["keys"]
    assert sorted(names) == ["assistant", "default", "root", "vault-config", "vault-init", "vault-recovery"]


def test_an_answer_that_was_lost(world: World) -> None:
    """Cut off between Vault's answer and the stash: nothing can bring the keys back, and that is said."""
    world.cut_off_after(lambda request: request.path == "/v1/sys/init")
    assert world.init().status == -9
    world.let_run()
    ended = world.init()
    assert ended.status == 1
    assert "recovery keys and root token are lost. Vault is still empty: empty Vault's volumes" in ended.output
    # The way back.
    world.node.stop()
    world.node.empty()
    world.node.start()
    again = world.init()
    assert again.status == 0, again.output
    assert root_token(world.node, kept_keys(world))


def test_a_vault_of_somebody_else(world: World) -> None:
    request = {"recovery_shares": 1, "recovery_threshold": 1}
    assert world.node.ask("PUT", "sys/init", request).status_code == 200
    ended = world.init()
    assert ended.status == 1
    assert "Vault is initialised, but not configured" in ended.output
    assert not world.store.values()[1:]


def test_who_checks_can_only_look(world: World) -> None:
    assert world.init().status == 0
    world.add_assistant("rasa")
    assert world.assistant("rasa", "a password").status == 0
    jwt = world.api.token("vault", "vault-init", audience="vault")
    login = world.node.ask("POST", "auth/kubernetes/login", {"role": "vault-init", "jwt": jwt}).json()["auth"]

    def status(method: str, path: str, body: object = None) -> int:
        return world.node.ask(method, path, body, login["client_token"]).status_code

    assert status("GET", "sys/audit") == 200
    assert status("GET", "secret/data/rasa/tracker-store") == 403
    assert status("LIST", "secret/metadata/") == 403
    assert status("DELETE", "sys/audit/stdout") == 403
    assert status("PUT", "sys/audit/more", {"type": "file", "options": {"file_path": "discard"}}) == 403
    assert status("PUT", "sys/policies/acl/vault-init", {"policy": ""}) == 403
    assert status("POST", "auth/token/create", {}) == 403
    assert status("POST", "auth/token/create/assistant", {"entity_alias": "rasa"}) == 403
    other = {"role": "vault-config", "jwt": jwt}
    assert world.node.ask("POST", "auth/kubernetes/login", other).status_code == 403


def test_who_recovers_may_only_hand_keys_in(world: World) -> None:
    assert world.init().status == 0
    jwt = world.api.token("vault", "vault-recovery", audience="vault")
    login = world.node.ask("POST", "auth/kubernetes/login", {"role": "vault-recovery", "jwt": jwt}).json()["auth"]
    token = login["client_token"]

    def may(path: str) -> set[str]:
        asked = world.node.ask("POST", "sys/capabilities-self", {"paths": [path]}, token).json()
        return set(asked["data"][path])

    assert {"read", "update", "delete"} < may("sys/generate-root/attempt")
    assert "update" in may("sys/generate-root/update")
    for path in ("secret/data/rasa/tracker-store", "sys/policies/acl/vault-recovery", "auth/token/create"):
        assert may(path) == {"deny"}
    assert login["lease_duration"] == 1200


def test_secrets_that_are_told_are_found(world: World) -> None:
    assert world.init().status == 0
    for kind, secrets in found_secrets(world).items():
        for secret in secrets:
            world.outputs.append(f"the {kind} is {secret}")
            with pytest.raises(AssertionError, match="an output tells a "):
                assert_nothing_told(world)
            world.outputs.pop()
    assert_nothing_told(world)


def test_a_difference_is_told(world: World) -> None:
    assert world.init().status == 0
    root = root_token(world.node, kept_keys(world))
    wide = {"policy": 'path "secret/*" { capabilities = ["read"] }'}
    assert world.node.ask("PUT", "sys/policies/acl/assistant", wide, root).status_code == 204
    assert world.node.ask("DELETE", "sys/audit/stdout", token=root).status_code == 204
    ended = world.init(token_period_seconds=3600)
    assert ended.status == 1
    assert "sys/audit/stdout is missing" in ended.output
    assert "sys/policies/acl/assistant: policy is" in ended.output
    assert f"auth/token/roles/assistant: token_period is {TOKEN_PERIOD_SECONDS} and should be 3600" in ended.output


def test_two_runs_at_once(world: World) -> None:
    """A pod on a node that was given up may still run when the next one starts."""
    with ThreadPoolExecutor() as beside:
        second: list[Future[Finished]] = []

        def hold_the_answer_back(request: Request) -> None:
            if request.path == "/v1/sys/init":
                asked = len(world.journal.entries)
                second.append(beside.submit(world.init, pod="second"))
                wait_until(
                    lambda: any("secrets/vault-init" in line for line in world.journal.lines()[asked:]), "it asks"
                )

        world.journal.after = hold_the_answer_back
        first = world.init()
        assert first.status == 0, first.output
        # It either came to the same end, or found the root token dead under its hands, and is tried again.
        assert "lost" not in second[0].result().output
    assert world.init().status == 0
    assert root_token(world.node, kept_keys(world))
    assert not world.api.secrets
