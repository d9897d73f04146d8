"""Keys of Cloud KMS, each in its own key ring, and Google's identities that encrypt with them.

A key ring and a key can never be deleted: if the stack deletes a key, its versions are destroyed after a while, and the
names stay taken. So each ring's name ends randomly, and a key that is created again is in a new ring. Only Google's own
identities of the services use the key for data. Clients that read data through a service need no right to the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.gcp import names
from components.gcp.site import Agent, Site, StorageKey
from components.naming import random_suffix

ENCRYPTS: Final = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
QUARTER: Final = f"{90 * 24 * 3600}s"
MONTH: Final = f"{30 * 24 * 3600}s"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key by its id, and by the names in the id; `suffix` is the random end of its ring's name."""

    id: pulumi.Output[str]
    ring: pulumi.Output[str]
    name: pulumi.Output[str]
    suffix: pulumi.Output[str]


def symmetric_key(name: str, key: str, destroyed_after: str, site: Site, *, parent: pulumi.Resource) -> Key:
    """Creates a symmetric key, rotated every quarter; its older versions still decrypt.

    A deleted key can be restored for the time of `destroyed_after`, in seconds like `86400s`. Another time replaces the
    key.
    """
    suffix = random_suffix(name, parent)
    ring = gcp.kms.KeyRing(
        f"{name}-ring",
        name=suffix.apply(lambda end: names.key_ring(name, end)),
        location=site.region,
        # Nothing can be created before its API is enabled.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(site.apis)),
    )
    made = gcp.kms.CryptoKey(
        f"{name}-key",
        name=key,
        key_ring=ring.id,
        purpose="ENCRYPT_DECRYPT",
        rotation_period=QUARTER,
        destroy_scheduled_duration=destroyed_after,
        opts=pulumi.ResourceOptions(parent=parent, protect=site.protect),
    )
    return Key(id=made.id, ring=ring.name, name=made.name, suffix=suffix)


def may_encrypt(
    name: str, key_id: pulumi.Input[str], member: pulumi.Input[str], *, parent: pulumi.Resource
) -> gcp.kms.CryptoKeyIAMMember:
    """Gives one of Google's identities the right to encrypt with a key."""
    return gcp.kms.CryptoKeyIAMMember(
        name, crypto_key_id=key_id, role=ENCRYPTS, member=member, opts=pulumi.ResourceOptions(parent=parent)
    )


def service_agent(name: str, service: str, site: Site, *, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Returns the member of a service's own identity. The first request for it creates the identity."""
    return gcp.projects.ServiceIdentity(
        name, service=service, opts=pulumi.ResourceOptions(parent=parent, depends_on=list(site.apis))
    ).member


class EncryptionKey(pulumi.ComponentResource):
    """A symmetric key, rotated every quarter. Ends in `storage_key`."""

    def __init__(self, name: str, site: Site, *, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:gcp:EncryptionKey", name, {}, opts)
        key = symmetric_key(name, "data", MONTH, site, parent=self)
        self.storage_key = StorageKey(
            id=key.id,
            grants={
                agent: may_encrypt(f"{name}-{agent.name.lower()}", key.id, member, parent=self)
                for agent, member in self._agents(name, site).items()
            },
        )
        self.register_outputs({"keyId": key.id})

    def _agents(self, name: str, site: Site) -> Mapping[Agent, pulumi.Output[str]]:
        """Returns the members. The first request for them creates those of Cloud SQL and Memorystore."""
        storage = gcp.storage.get_project_service_account_output(
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=list(site.apis))
        )
        return {
            Agent.COMPUTE: pulumi.Output.format(
                "serviceAccount:service-{0}@compute-system.iam.gserviceaccount.com", site.number
            ),
            Agent.KUBERNETES: pulumi.Output.format(
                "serviceAccount:service-{0}@container-engine-robot.iam.gserviceaccount.com", site.number
            ),
            Agent.STORAGE: storage.member,
            **{
                agent: service_agent(f"{name}-{agent.name.lower()}", agent.value, site, parent=self)
                for agent in (Agent.REDIS, Agent.SQL)
            },
        }
