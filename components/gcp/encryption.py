"""The key that all data of the platform is encrypted with, and who may use it.

Only Google's own identities of the services use it; whoever reads data through a service needs no right to the key. A
key ring and a key can never be deleted: when the stack goes, the key's versions are destroyed and the names stay taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.gcp import names
from components.gcp.context import Agent, StorageKey
from components.naming import random_suffix

ROLE: Final = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
QUARTER: Final = f"{90 * 24 * 3600}s"
MONTH: Final = f"{30 * 24 * 3600}s"


@dataclass(frozen=True, kw_only=True)
class EncryptionSpec:
    """`number` is the project's. `protect` keeps the key from deletion. `apis` must be on first."""

    region: str
    number: pulumi.Output[str]
    protect: bool
    apis: tuple[pulumi.Resource, ...]


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric key, rotated every quarter. Ends in `storage_key`."""

    def __init__(self, name: str, spec: EncryptionSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:gcp:EncryptionKey", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        suffix = random_suffix(name, self)
        ring = gcp.kms.KeyRing(
            f"{name}-ring",
            name=suffix.apply(lambda end: names.key_ring(name, end)),
            location=spec.region,
            # Nothing is there before its API is on.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(spec.apis)),
        )
        key = gcp.kms.CryptoKey(
            f"{name}-key",
            name="data",
            key_ring=ring.id,
            purpose="ENCRYPT_DECRYPT",
            rotation_period=QUARTER,
            destroy_scheduled_duration=MONTH,
            opts=pulumi.ResourceOptions(parent=self, protect=spec.protect),
        )
        self.storage_key = StorageKey(
            id=key.id,
            grants={
                agent: gcp.kms.CryptoKeyIAMMember(
                    f"{name}-{agent.name.lower()}", crypto_key_id=key.id, role=ROLE, member=member, opts=child
                )
                for agent, member in self._agents(name, spec).items()
            },
        )
        self.register_outputs({"keyId": key.id})

    def _agents(self, name: str, spec: EncryptionSpec) -> Mapping[Agent, pulumi.Output[str]]:
        """The members. Those of Cloud SQL and Memorystore come into being when somebody asks for them."""
        storage = gcp.storage.get_project_service_account_output(
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=list(spec.apis))
        )
        return {
            Agent.COMPUTE: pulumi.Output.format(
                "serviceAccount:service-{0}@compute-system.iam.gserviceaccount.com", spec.number
            ),
            Agent.KUBERNETES: pulumi.Output.format(
                "serviceAccount:service-{0}@container-engine-robot.iam.gserviceaccount.com", spec.number
            ),
            Agent.STORAGE: storage.member,
            **{
                agent: gcp.projects.ServiceIdentity(
                    f"{name}-{agent.name.lower()}",
                    service=agent.value,
                    opts=pulumi.ResourceOptions(parent=self, depends_on=list(spec.apis)),
                ).member
                for agent in (Agent.REDIS, Agent.SQL)
            },
        }
