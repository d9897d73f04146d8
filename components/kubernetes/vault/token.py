"""The Secret that holds an assistant's token for Vault, in the assistant's namespace."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

TOKEN_SECRET: Final = "rasa-vault"
TOKEN_KEY: Final = "token"


def token_secret(
    name: str, namespace: pulumi.Input[str], token: pulumi.Output[str] | None, *, parent: pulumi.Resource
) -> kubernetes.core.v1.Secret:
    """Creates the Secret with the user's token; without a token it is created empty, and a Job fills it."""
    return kubernetes.core.v1.Secret(
        name,
        metadata=kubernetes.meta.v1.ObjectMetaArgs(name=TOKEN_SECRET, namespace=namespace),
        string_data=None if token is None else {TOKEN_KEY: token},
        opts=pulumi.ResourceOptions(
            parent=parent,
            # A Job writes into it. The program must not read or delete that.
            ignore_changes=["data"] if token is None else [],
        ),
    )
