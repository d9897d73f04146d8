"""What is refused because a role has not taken effect yet is tried again, for a while; nothing else is."""

from __future__ import annotations

import asyncio

import pulumi
import pytest

from components.azure import patience
from tests.components.azure.recorded import ACCOUNT, AKS, NAMESPACE, POSTGRES, REDIS, ROLE, Built

REFUSED = "Code='KeyVaultAuthenticationFailure' Message='The operation failed because of authentication issue'"


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of the pauses, which take no time here."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    monkeypatch.setattr(pulumi.log, "info", lambda _message: None)
    return pauses


def tries_again(*errors: str) -> bool:
    """Whether it does after these errors, the newest first."""
    failure = pulumi.ErrorHookArgs("urn", "", "name", "type", failed_operation="create", errors=list(errors))
    loop = asyncio.new_event_loop()  # not `asyncio.run`: it would leave the next program without a loop
    try:
        return loop.run_until_complete(patience.try_again(failure))
    finally:
        loop.close()


@pytest.mark.parametrize("code", ["KeyVaultAccessForbidden", "LinkedAuthorizationFailed", "RoleDefinitionDoesNotExist"])
def test_every_service_says_it_in_its_own_words(code: str, waited: list[float]) -> None:
    assert tries_again(f"Code='{code}' Message='...'")
    assert waited


def test_a_refused_right_is_waited_for(waited: list[float]) -> None:
    assert tries_again(REFUSED)
    assert tries_again(REFUSED, REFUSED)
    assert waited == [patience.SECONDS] * 2


def test_nothing_else_is(waited: list[float]) -> None:
    assert not tries_again("Code='SkuNotAvailable'")
    assert not tries_again("Code='SkuNotAvailable'", REFUSED)
    assert not waited


def test_it_ends(waited: list[float]) -> None:
    assert tries_again(*[REFUSED] * patience.TRIES)
    assert not tries_again(*[REFUSED] * (patience.TRIES + 1))


@pytest.mark.parametrize(
    ("profile", "kinds"),
    [("dev", {AKS}), ("prod", {AKS, "compute:DiskEncryptionSet", POSTGRES, REDIS, NAMESPACE, ACCOUNT})],
    ids=["dev", "prod"],
)
def test_whatever_uses_a_role_at_once_is_patient(profile: str, kinds: set[str], request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(profile)
    roles = {role.urn for role in built.all(ROLE)}
    users = [each for each in built.recording.resources.values() if roles & set(each.dependencies)]
    assert {each.type.removeprefix("azure-native:") for each in users} == kinds
    assert all(each.error_hooks for each in users)


def test_a_role_of_our_own_is_given_with_patience(prod: Built) -> None:
    own = {each.urn for each in prod.all("authorization:RoleDefinition")}
    for given in prod.all(ROLE):
        assert bool(given.error_hooks) == bool(own & set(given.dependencies)), given.name
    assert any(given.error_hooks for given in prod.all(ROLE))
