"""Retries: a role takes effect minutes after its assignment, and Azure does not report when.

Azure refuses a resource that uses a role too early, so the engine retries it. If Azure begins to create a resource and
then fails, there is no retry: the resource exists, and the next `up` continues with it.
"""

from __future__ import annotations

import asyncio
from typing import Final

import pulumi

# Azure's messages if an identity does not have its role yet, or if a custom role is not known everywhere.
REFUSALS: Final = (
    "KeyVaultAccessForbidden",
    "KeyVaultAuthenticationFailure",
    "ForbiddenByRbac",
    "LinkedAuthorizationFailed",
    "MissingPermission",
    "RoleDefinitionDoesNotExist",
    "WithoutPermission",
)
SECONDS: Final = 20
TRIES: Final = 30  # ten minutes, the longest that a role has taken


def patience(name: str) -> pulumi.ResourceHookBinding:
    """Returns the `hooks` of every resource that uses a role from the program. One for a program."""
    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(name, try_again)])


async def try_again(failure: pulumi.ErrorHookArgs) -> bool:
    """Returns whether to try again, after a delay."""
    if len(failure.errors) > TRIES or not any(refusal in failure.errors[0] for refusal in REFUSALS):
        return False
    pulumi.log.info(f"{failure.name}: a role has not taken effect yet; it is tried again in {SECONDS} seconds")
    await asyncio.sleep(SECONDS)
    return True
