"""Keys of Cloud KMS, each in a key ring of its own, and Google's identities that encrypt with them.

A key ring and a key can never be deleted: when a key goes, its versions are destroyed after a while, and the names stay
taken. So each ring's name ends randomly, and a key that is made again stands in a new ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.gcp import names
from components.gcp.site import Site
from components.naming import random_suffix

ENCRYPTS: Final = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
QUARTER: Final = f"{90 * 24 * 3600}s"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key by its id, and by the names that the id is made of; `suffix` is the random end of its ring's name."""

    id: pulumi.Output[str]
    ring: pulumi.Output[str]
    name: pulumi.Output[str]
    suffix: pulumi.Output[str]


def symmetric_key(name: str, key: str, destroyed_after: str, site: Site, *, parent: pulumi.Resource) -> Key:
    """A symmetric key, rotated every quarter; its older versions still decrypt.

    Deleted, they can be restored for the time of `destroyed_after`, in seconds like `86400s`. To change it would be to
    make another key.
    """
    suffix = random_suffix(name, parent)
    ring = gcp.kms.KeyRing(
        f"{name}-ring",
        name=suffix.apply(lambda end: names.key_ring(name, end)),
        location=site.region,
        # Nothing is there before its API is on.
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
    """The right of one of Google's identities to encrypt with a key."""
    return gcp.kms.CryptoKeyIAMMember(
        name, crypto_key_id=key_id, role=ENCRYPTS, member=member, opts=pulumi.ResourceOptions(parent=parent)
    )


def service_agent(name: str, service: str, site: Site, *, parent: pulumi.Resource) -> pulumi.Output[str]:
    """The member that a service acts as. It comes into being when somebody asks for it."""
    return gcp.projects.ServiceIdentity(
        name, service=service, opts=pulumi.ResourceOptions(parent=parent, depends_on=list(site.apis))
    ).member
