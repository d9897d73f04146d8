"""`rasa:encryption`: the key for data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from settings.base import PROJECT, KeyArn, azure_id, matching
from settings.problems import Problem
from settings.setting import Effect, kind_of, setting
from settings.stack import Layer, Stack

KeyUrl = Annotated[
    str,
    matching(
        r"https://[a-zA-Z0-9-]{3,24}\.vault\.azure\.net/keys/[a-zA-Z0-9-]{1,127}/[0-9a-f]{32}",
        "is not the versioned address of a key in Key Vault",
        "write it like https://acme.vault.azure.net/keys/rasa/0123456789abcdef0123456789abcdef",
    ),
]
KeyId = Annotated[
    str,
    matching(
        rf"projects/{PROJECT}/locations/[a-z0-9-]+/keyRings/[\w-]+/cryptoKeys/[\w-]+",
        "is not the id of a key in Cloud KMS",
        "write it like projects/acme-prod/locations/europe-west1/keyRings/rasa/cryptoKeys/data",
    ),
]


class Encryption(Layer):
    """The key for data."""

    KEY: ClassVar[str] = "encryption"


class CreateEncryption(Encryption):
    """A new key for all data, in prod. In dev the cloud's keys encrypt data if possible."""

    kind: Literal["create"] = setting("How to get it.", Effect.REPLACES, note="Azure: refused", default="create")


class ExistingEncryption(Encryption):
    """Your own key, for everything that is created."""

    kind: Literal["existing"] = kind_of("existing")
    key: str = setting("The key.", Effect.REPLACES)

    def _foreign_key(self, region: str, part: str) -> Iterator[Problem]:
        """Yields a problem for a key in another region; the ids of this region's keys contain `part`."""
        if part not in self.key:
            expected = f"is not in {region}, and services accept keys of their own region only"
            yield self.wrong("key", expected, "name a key of that region", others=("region",))


class ExistingKmsKey(ExistingEncryption):
    """Your own KMS key, symmetric, for everything that is created. Its policy must let CloudWatch Logs use it."""

    key: KeyArn = setting("ARN of the key.")

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from self._foreign_key(stack.region, f":kms:{stack.region}:")


class ExistingKeyVaultKey(ExistingEncryption):
    """Your own key in Key Vault, for everything that is created; the vault needs purge protection."""

    key: KeyUrl = setting("Versioned address of the key.")
    identity: Annotated[
        str, azure_id("Microsoft.ManagedIdentity/userAssignedIdentities", "user-assigned managed identity")
    ] = setting(
        "Managed identity with which services use the key; needs `Key Vault Crypto Service Encryption User` on the "
        "vault.",
        Effect.REPLACES,
    )


class ExistingCryptoKey(ExistingEncryption):
    """Your own key in Cloud KMS, for everything that is created; the services' agents need the right to use it."""

    key: KeyId = setting("Id of the key.")

    def problems(self, stack: Stack) -> Iterator[Problem]:
        yield from self._foreign_key(stack.region, f"/locations/{stack.region}/")
