"""Rasa's tracker store with its credentials from Vault: they come from there, and it says so when they cannot come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from settings import Cloud
from tests.e2e import breaks
from tests.e2e.conftest import Worlds, on
from tests.e2e.pods import ENDPOINTS
from tests.e2e.test_smoke_test import REACH_FIX, TRACKER, VAULT, lines, tried
from tests.e2e.test_stores import ANSWER, TEXT, result, stores
from tests.e2e.world import IN_VAULT, World
from tests.processes import Finished

pytestmark = pytest.mark.e2e

# Rasa says so, in its log only, and goes on.
LOST = "Failed to retrieve tracker after all retries"
Break = Callable[[World], AbstractContextManager[World]]


def read(world: World, name: str) -> Finished:
    """Rasa's process, which opens its tracker store."""
    pod, given = stores(world, name, "read", "nobody")
    return world.run(pod, name, *given)


@on(IN_VAULT)
def test_a_conversation_is_saved_with_the_password_that_stands_in_vault(worlds: Worlds, cloud: Cloud) -> None:
    world, sender = worlds(cloud), f"vault-{time.time()}"
    vault, database = world.credentials, world.rasa.files[ENDPOINTS]["tracker_store"]
    told = (str(database), *world.rasa.environment.values())
    assert [text for text in told if vault.password in text] == []

    def set_password(password: str) -> None:
        world.postgres.sql(f"ALTER ROLE {vault.user} PASSWORD '{password}'")

    try:
        set_password("another password")
        refused = read(world, "password-of-before").output
        assert f'password authentication failed for user "{vault.user}"' in refused
        assert LOST in refused
        assert vault.write("another password").status == 0
        assert result(world, "save-by-vault", "save", sender, TEXT)
    finally:
        set_password(vault.password)
        assert vault.write(vault.password).status == 0
    assert result(world, "read-by-vault", "read", sender) == [TEXT, ANSWER]


def told(change: Callable[[World], dict[str, Any]]) -> Break:
    """A break that is only in what the pods are told."""

    @contextmanager
    def broken(world: World) -> Iterator[World]:
        yield replace(world, relocation=world.relocation.also(**change(world)))

    return broken


def down(world: World) -> dict[str, Any]:
    """Nothing listens at Vault's address."""
    return {"texts": {world.credentials.told["address"]: f"https://{breaks.nobody(world)}"}}


def without_right(world: World) -> dict[str, Any]:
    """A token that lives and may read no credentials."""
    request = {"policies": ["default"], "period": "1h", "no_parent": True}
    made = world.credentials.as_root("POST", "auth/token/create", request)
    return {"texts": world.credentials.token(made["auth"]["client_token"])}


@contextmanager
def nothing_there(world: World) -> Iterator[World]:
    """Nobody has written credentials, or somebody has deleted them."""
    vault = world.credentials
    vault.as_root("DELETE", f"{vault.told['mount']}/metadata/{vault.told['path']}")
    yield world
    assert vault.write(vault.password).status == 0


@contextmanager
def without_password(world: World) -> Iterator[World]:
    """Somebody has written other keys than those that Rasa is told of."""
    vault = world.credentials
    credentials = {"db_username": vault.user, "password": vault.password}
    vault.as_root("POST", f"{vault.told['mount']}/data/{vault.told['path']}", {"data": credentials})
    yield world
    assert vault.write(vault.password).status == 0


def foreign(world: World) -> dict[str, Any]:
    """The server's certificate is checked against an authority that has not signed it."""
    return {"authorities": {"vault-ca.pem": world.foreign.pem}}


@pytest.mark.parametrize("cloud", [pytest.param(IN_VAULT, marks=pytest.mark.xdist_group(f"e2e {IN_VAULT}"))])
@pytest.mark.parametrize(
    ("broken", "sign", "sentence"),
    [
        pytest.param(told(down), "Connection refused", [REACH_FIX], id="down"),
        pytest.param(told(foreign), "certificate verify failed", ["trust the authority"], id="authority"),
        pytest.param(
            told(lambda world: {"texts": world.credentials.token("hvs.none")}),
            "permission denied",
            ["the token is no longer valid", "docs/vault.md"],
            id="token",
        ),
        pytest.param(
            told(without_right), "permission denied", ["or cannot read secret/rasa/tracker-store"], id="right"
        ),
        pytest.param(nothing_there, "InvalidPath", ["there is no secret at secret/rasa/tracker-store"], id="missing"),
    ],
)
def test_without_credentials_nothing_starts_and_the_smoke_test_says_why(
    worlds: Worlds, cloud: Cloud, broken: Break, sign: str, sentence: Sequence[str]
) -> None:
    with broken(worlds(cloud)) as world:
        said = told_by_smoke_test(world)
        rasa = read(world, "vault-broken-rasa")
    assert [words for words in sentence if words not in said] == [], said
    # Rasa does not fall back to a store in memory.
    assert rasa.status != 0
    assert sign in rasa.output, rasa.output[-3000:]


@on(IN_VAULT)
def test_rasa_starts_without_its_password_but_the_smoke_test_does_not_let_it(worlds: Worlds, cloud: Cloud) -> None:
    with without_password(worlds(cloud)) as world:
        said = told_by_smoke_test(world)
        rasa = read(world, "password-missing").output
    assert "secret/rasa/tracker-store has no db_password" in said
    assert "password authentication failed" in rasa
    assert LOST in rasa


def told_by_smoke_test(world: World) -> str:
    """What the smoke test says of Vault; it says that the tracker store is out of reach too, and tries the others."""
    status, found = lines(world, world.smoke_test, "vault-broken")
    failed = [line for line in found if line.startswith("FAILED: ")]
    assert (status, len(found)) == (1, len(tried(world)))
    of_vault, of_database = failed
    assert of_vault.startswith(f"FAILED: {VAULT}")
    assert of_database.startswith(f"FAILED: {TRACKER}")
    return of_vault
