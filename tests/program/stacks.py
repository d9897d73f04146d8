"""The stacks that the invariants are asserted over: the shipped stack files, and what else can be chosen."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import yaml

from tests.recorder import ROOT, Recording, run_program
from tests.settings.stack_files import changed

# Recognisable wherever they turn up.
LICENSE: Final = "marker-of-the-license"
OPENAI_KEY: Final = "marker-of-the-openai-key"


def shipped(stack: str) -> dict[str, Any]:
    """A shipped stack file, with markers for the secrets."""
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    settings = {key.removeprefix("rasa:"): value for key, value in config.items() if key.startswith("rasa:")}
    return {**settings, "secrets": {"license": LICENSE, "openaiApiKey": OPENAI_KEY}}


NONE: Final = {"kind": "none"}
IAM: Final = {"trackerStore.auth": "iam", "lockStore.auth": "iam", "eventQueue.auth": "iam"}
STACKS: Final[dict[str, dict[str, Any]]] = {
    "dev": shipped("dev"),
    "prod": shipped("prod"),
    "prod before destroy": changed(shipped("prod"), allowDestroy=True),
    "prod with cloud identities": changed(shipped("prod"), **IAM),
    "dev without options": changed(
        shipped("dev"), lockStore=NONE, eventQueue=NONE, modelStorage=NONE, assistants=[{"name": "rasa"}]
    ),
    "dev without a model": changed(shipped("dev"), assistants=[{"name": "rasa"}]),
    "prod with two assistants": changed(
        shipped("prod"),
        assistants=[
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
            },
        ],
    ),
}


@cache
def recording(stack: str, preview: bool = False) -> Recording:
    """What the program registers for one of the stacks."""
    return run_program(STACKS[stack], preview=preview, stack=STACKS[stack]["profile"])
