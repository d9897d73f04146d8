"""The stacks that the invariants are asserted over: the shipped stack files, and what else can be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import pytest
from _pytest.mark import ParameterSet

from sandbox.recording import Recording, Secret
from settings import Cloud
from tools import stacks
from tools.stacks import DEV, PROD, SHIPPED, changed, settings_of

NONE: Final = {"kind": "none"}
BARE: Final = {"lockStore": NONE, "eventQueue": NONE, "modelStorage": NONE, "assistants": [{"name": "rasa"}]}
NO_VAULT: Final = {"secretsManager": {"kind": "kubernetes"}}
# Prod on AWS as it is where pods have no identity, or where somebody does not want to use it.
PASSWORDS: Final = {f"{layer}.auth": "password" for layer in ("trackerStore", "lockStore", "eventQueue")}
# What can be rotated on each cloud, with passwords wherever there can be some.
ROTATES: Final = {
    Cloud.AWS: ("trackerStore", "lockStore", "eventQueue", "assistants"),
    Cloud.AZURE: ("trackerStore", "lockStore", "eventQueue", "modelStorage", "assistants"),
    Cloud.GCP: ("trackerStore", "eventQueue", "assistants"),
}
TWO: Final = {
    "assistants": [
        {
            "name": "sales",
            "model": "model.tar.gz",
            "analytics": True,
            "secretEnv": {"OPENAI_API_KEY": "openaiApiKey"},
        },
        {
            "name": "support",
            "model": "model.tar.gz",
            "actionServer": {"image": "registry.example.com/actions:1.4.2"},
            "duckling": {},
        },
    ]
}
# Names begin with the shipped stack that they are a variant of.
STACKS: Final[dict[str, dict[str, Any]]] = {
    **{stack: settings_of(stack) for stack in SHIPPED},
    **{f"{stack} before destroy": changed(settings_of(stack), allowDestroy=True) for stack in PROD.values()},
    **{f"{stack} without options": changed(settings_of(stack), **BARE) for stack in DEV.values()},
    **{f"{stack} with two assistants": changed(settings_of(stack), **TWO) for stack in (*PROD.values(), "dev-gcp")},
    **{
        f"{stack} with rotated credentials": changed(
            settings_of(stack), rotation=dict.fromkeys(ROTATES[cloud], 2), **{"assistants[0].analytics": True}
        )
        for cloud, stack in DEV.items()
    },
    "dev without a model": changed(settings_of("dev"), assistants=[{"name": "rasa"}]),
    "prod with cloud identities": changed(settings_of("prod"), **NO_VAULT),
    "prod with passwords": changed(settings_of("prod"), **PASSWORDS, **NO_VAULT),
}


def cloud_of(stack: str) -> Cloud:
    """The cloud that a stack is on."""
    return Cloud(STACKS[stack]["cloud"])


@cache
def recording(stack: str, preview: bool = False) -> Recording:
    """Returns what the program registers for one of the stacks."""
    return stacks.recorded(STACKS[stack], stack.split()[0], preview)


def each(stacks: Iterable[str]) -> list[ParameterSet]:
    """Parameters: one worker of a parallel run makes all recordings of a stack."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in stacks]


def plain(value: Any) -> Any:
    """A recorded value without the marks of secrets."""
    match value:
        case Secret():
            return plain(value.value)
        case {**items}:
            return {key: plain(item) for key, item in items.items()}
        case [*items]:
            return [plain(item) for item in items]
        case _:
            return value
