"""vault_assistant.py against a real Vault: what is kept, what is replaced, and what no token of it may do."""

from __future__ import annotations

import base64
import time

import pytest

from tests.vault.secrecy import assert_nothing_told
from tests.vault.world import TOKEN_PERIOD_SECONDS, World, kept_keys, root_token

pytestmark = pytest.mark.vault


def made(world: World, name: str, password: str = "first password") -> str:
    """The token of an assistant that was just made."""
    world.add_assistant(name)
    done = world.assistant(name, password)
    assert done.status == 0, done.output
    return world.rasa_token(name)


def replaced(world: World, name: str) -> str:
    """The new token of an assistant whose old one is no good."""
    old = world.rasa_token(name)
    done = world.assistant(name, "first password")
    assert done.status == 0, done.output
    assert "a new token is written" in done.output
    new = world.rasa_token(name)
    assert new != old
    assert reads(world, new, name)
    return done.output


def reads(world: World, token: str, name: str) -> bool:
    return world.node.ask("GET", f"secret/data/{name}/tracker-store", token=token).status_code == 200


def version(world: World, name: str) -> int:
    told = world.node.ask("GET", f"secret/data/{name}/tracker-store", token=world.rasa_token(name)).json()
    return told["data"]["metadata"]["version"]


def test_first_and_second_run(platform: World) -> None:
    token = made(platform, "alpha")
    told = platform.node.ask("GET", "auth/token/lookup-self", token=token).json()["data"]
    assert (told["orphan"], told["creation_ttl"], told["renewable"]) == (True, TOKEN_PERIOD_SECONDS, True)
    assert (told["policies"], told["explicit_max_ttl"]) == (["assistant", "default"], 0)
    assert told["num_uses"] == 0
    again = platform.assistant("alpha", "first password")
    assert again.output.splitlines() == [
        "alpha/tracker-store: the credentials are kept",
        "Secret alpha/rasa-vault: the token is kept",
        "the token in Secret alpha/rasa-vault can read alpha/tracker-store",
    ]
    assert (platform.rasa_token("alpha"), version(platform, "alpha")) == (token, 1)
    assert_nothing_told(platform)


def test_a_token_lives_as_long_as_it_is_renewed(world: World) -> None:
    """Also beyond what Vault allows other tokens, since its role has a period."""
    assert world.init().status == 0
    root = root_token(world.node, kept_keys(world))
    for path, body in (
        ("auth/token/roles/assistant", {"token_period": "2s"}),
        ("sys/auth/token/tune", {"max_lease_ttl": "3s"}),
    ):
        assert world.node.ask("POST", path, body, root).ok
    token = made(world, "rasa")
    for _ in range(5):
        time.sleep(1)
        assert world.node.ask("POST", "auth/token/renew-self", token=token).json()["auth"]["lease_duration"] == 2
    time.sleep(3)
    assert not reads(world, token, "rasa")


def test_assistants_are_apart(platform: World) -> None:
    own, other = made(platform, "bravo"), made(platform, "charlie")
    assert reads(platform, own, "bravo")
    assert not reads(platform, own, "charlie")
    assert not reads(platform, other, "bravo")

    def status(method: str, path: str, body: object = None) -> int:
        return platform.node.ask(method, path, body, own).status_code

    assert status("POST", "secret/data/bravo/tracker-store", {"data": {}}) == 403
    assert status("LIST", "secret/metadata/") == 403
    assert status("DELETE", "secret/metadata/bravo/tracker-store") == 403
    assert status("POST", "auth/token/create/assistant", {"entity_alias": "charlie"}) == 403
    assert status("POST", "auth/token/create", {}) == 403


def test_who_makes_assistants_has_no_further_right(platform: World) -> None:
    jwt = platform.api.token("vault", "vault-config", audience="vault")
    login = platform.node.ask("POST", "auth/kubernetes/login", {"role": "vault-config", "jwt": jwt}).json()["auth"]

    def status(method: str, path: str, body: object = None) -> int:
        return platform.node.ask(method, path, body, login["client_token"]).status_code

    assert status("POST", "secret/data/delta/tracker-store", {"data": {"db_username": "delta"}}) == 200
    assert status("POST", "secret/data/delta/other", {"data": {}}) == 403
    assert status("POST", "secret/data/delta/deeper/tracker-store", {"data": {}}) == 403
    assert status("DELETE", "secret/metadata/delta/tracker-store") == 403
    assert status("PUT", "sys/policies/acl/assistant", {"policy": ""}) == 403
    assert status("POST", "auth/token/roles/assistant", {"allowed_policies": "root"}) == 403
    assert status("POST", "auth/kubernetes/role/vault-config", {"token_policies": "root"}) == 403
    assert status("POST", "auth/token/create", {}) == 403
    assert status("POST", "auth/token/create/assistant", {"policies": ["vault-config"]}) == 400
    assert status("POST", "auth/token/create-orphan", {}) == 403
    # Its role is for its own service account, and for tokens that are meant for Vault.
    for account, audience in (("rasa", "vault"), ("vault-config", "https://kubernetes.default.svc")):
        wrong = {"role": "vault-config", "jwt": platform.api.token("vault", account, audience=audience)}
        assert platform.node.ask("POST", "auth/kubernetes/login", wrong).status_code == 403


def test_a_changed_password(platform: World) -> None:
    token = made(platform, "echo")
    changed = platform.assistant("echo", "second password")
    assert "echo/tracker-store: the credentials are written, version 2" in changed.output
    assert "the token is kept" in changed.output
    assert (platform.rasa_token("echo"), version(platform, "echo")) == (token, 2)


def test_a_token_that_expired(platform: World) -> None:
    made(platform, "foxtrot")
    root = root_token(platform.node, kept_keys(platform))
    short = {"entity_alias": "foxtrot", "explicit_max_ttl": "1s"}
    answer = platform.node.ask("POST", "auth/token/create/assistant", short, root).json()
    put(platform, "foxtrot", answer["auth"]["client_token"])
    time.sleep(2)
    assert "revoked" not in replaced(platform, "foxtrot")


def put(world: World, name: str, token: str) -> None:
    """Write into the assistant's Secret, as somebody with kubectl."""
    world.api.secrets[(name, "rasa-vault")]["token"] = base64.b64encode(token.encode()).decode()


@pytest.mark.parametrize("text", ["no token of Vault at all", "hvs.none", "a-line\n", "\N{SNOWMAN}"])
def test_a_token_that_is_none(platform: World, text: str) -> None:
    name = f"golf{len(text)}"
    made(platform, name)
    put(platform, name, text)
    assert text.strip() not in replaced(platform, name)


def test_a_token_of_another_assistant(platform: World) -> None:
    made(platform, "hotel")
    wrong = made(platform, "india")
    put(platform, "hotel", wrong)
    assert "the old token is revoked" in replaced(platform, "hotel")
    assert platform.node.ask("GET", "auth/token/lookup-self", token=wrong).status_code == 403


def test_a_token_with_more_rights_than_needed(platform: World) -> None:
    made(platform, "juliett")
    root = root_token(platform.node, kept_keys(platform))
    wide = {"policies": ["vault-config", "default"], "period": "1h", "no_parent": True}
    wrong = platform.node.ask("POST", "auth/token/create", wide, root).json()["auth"]["client_token"]
    for token in (wrong, root):
        put(platform, "juliett", token)
        assert "the old token is revoked" in replaced(platform, "juliett")
        assert platform.node.ask("GET", "auth/token/lookup-self", token=token).status_code == 403


def test_a_secret_that_was_emptied(platform: World) -> None:
    """The way back after a lost token."""
    made(platform, "kilo")
    platform.api.secrets[("kilo", "rasa-vault")] = {}
    done = platform.assistant("kilo", "first password")
    assert done.status == 0
    assert reads(platform, platform.rasa_token("kilo"), "kilo")


def test_a_secret_that_is_not_there(platform: World) -> None:
    platform.add_assistant("lima")
    del platform.api.secrets[("lima", "rasa-vault")]
    ended = platform.assistant("lima", "first password")
    assert ended.status == 1
    assert ended.output.splitlines()[-1].startswith("PATCH ")
    assert "/namespaces/lima/secrets/rasa-vault: 404 NotFound" in ended.output


def test_an_outage_is_no_reason_to_throw_a_token_away(platform: World) -> None:
    token = made(platform, "mike")
    platform.outages.add("/v1/auth/token/renew-self")
    try:
        ended = platform.assistant("mike", "first password")
    finally:
        platform.outages.clear()
    assert ended.status == 1
    assert "/v1/auth/token/renew-self: 502" in ended.output
    assert platform.rasa_token("mike") == token
    assert reads(platform, token, "mike")


def test_a_vault_that_does_not_answer(platform: World) -> None:
    platform.add_assistant("papa")
    platform.node.stop()
    try:
        ended = platform.assistant("papa", "first password", deadline_seconds=3)
    finally:
        platform.node.start()
    assert ended.status == 1
    assert "/v1/auth/kubernetes/login: 502" in ended.output
