"""Patience: a role takes effect minutes after it was given, and Azure does not tell when.

Whoever uses a role at once is refused until then, so the engine tries such a resource again. What Azure begins to make
and then gives up fails all the same: the resource is there, and the next `up` goes on with it.
"""

from __future__ import annotations

import asyncio
from typing import Final

import pulumi

# What Azure says when an identity has not got its role (yet), or when a role of our own is not known everywhere.
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
TRIES: Final = 30  # ten minutes, the longest that a role has been seen to take


def patience(name: str) -> pulumi.ResourceHookBinding:
    """For the `hooks` of every resource that uses a role which the program gives. One for a program."""
    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(name, try_again)])


async def try_again(failure: pulumi.ErrorHookArgs) -> bool:
    """Whether to try again, told after a while."""
    if len(failure.errors) > TRIES or not any(refusal in failure.errors[0] for refusal in REFUSALS):
        return False
    pulumi.log.info(f"{failure.name}: a role has not taken effect yet; it is tried again in {SECONDS} seconds")
    await asyncio.sleep(SECONDS)
    return True
