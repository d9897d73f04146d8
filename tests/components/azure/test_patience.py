"""What is refused because a role has not taken effect yet is tried again, for a while; nothing else is."""

from __future__ import annotations

import asyncio

import pulumi
import pytest

from components.azure import patience
from policy import kinds as k
from tests.components.built import Built

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


def test_a_refused_right_is_waited_for_until_it_takes_too_long(waited: list[float]) -> None:
    for tries in (1, 2, patience.TRIES):
        assert tries_again(*[REFUSED] * tries)
    assert waited == [patience.SECONDS] * 3
    assert not tries_again(*[REFUSED] * (patience.TRIES + 1))


def test_nothing_else_is(waited: list[float]) -> None:
    assert not tries_again("Code='SkuNotAvailable'")
    assert not tries_again("Code='SkuNotAvailable'", REFUSED)
    assert not waited


USES_A_ROLE = {
    k.AKS,
    k.AZURE_POSTGRES,
    k.AZURE_REDIS,
    k.EVENT_HUBS,
    k.BLOB_ACCOUNT,
    "azure-native:compute:DiskEncryptionSet",
}


@pytest.mark.parametrize(("profile", "kinds"), [("dev", {k.AKS}), ("prod", USES_A_ROLE)], ids=["dev", "prod"])
def test_whatever_uses_a_role_at_once_is_patient(built: Built, kinds: set[str]) -> None:
    roles = {role.urn for role in built.all(k.ROLE_ASSIGNMENT)}
    users = [each for each in built.recording.resources.values() if roles & set(each.dependencies)]
    assert {each.type for each in users} == kinds
    assert all(each.error_hooks for each in users)


def test_a_role_of_our_own_is_given_with_patience(prod: Built) -> None:
    own = {each.urn for each in prod.all(k.ROLE_DEFINITION)}
    for given in prod.all(k.ROLE_ASSIGNMENT):
        assert bool(given.error_hooks) == bool(own & set(given.dependencies)), given.name
    assert any(given.error_hooks for given in prod.all(k.ROLE_ASSIGNMENT))
