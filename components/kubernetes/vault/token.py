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
    """The Secret with the token that the user gave; without one it is made empty, for a Job to fill."""
    return kubernetes.core.v1.Secret(
        name,
        metadata=kubernetes.meta.v1.ObjectMetaArgs(name=TOKEN_SECRET, namespace=namespace),
        string_data=None if token is None else {TOKEN_KEY: token},
        opts=pulumi.ResourceOptions(
            parent=parent,
            # What the Job writes into it is not the program's to know, or to take away.
            ignore_changes=["data"] if token is None else [],
        ),
    )
