"""Disk encryption sets, which name the encryption key of disks."""

from catalogue.azure.identity import identities_of, identities_ref
from catalogue.azure.keyvault import can_encrypt
from catalogue.azure.needs import ASSIGN
from catalogue.azure.provider import arm, name_matches
from catalogue.entry import Refused, Subject
from catalogue.rules import text_at


def _key_has_a_version(subject: Subject) -> None:
    url = text_at(subject, "activeKey.keyUrl")
    if url and url.count("/") != 5:
        raise Refused(f"InvalidParameter: The value '{url}' of parameter 'keyUrl' is invalid: it has no key version")


ENTRIES = [
    arm(
        "compute:DiskEncryptionSet", "Microsoft.Compute/diskEncryptionSets", "diskEncryptionSetName",
        outputs={"identity": identities_of},
        refers=(identities_ref("identity.userAssignedIdentities"),),
        checks=(
            name_matches("diskEncryptionSetName", r"[A-Za-z0-9_][\w.-]{0,79}", "InvalidParameter: 1-80 characters"),
            _key_has_a_version,
        ),
        admits=(can_encrypt("activeKey.keyUrl", "identity.userAssignedIdentities"),),
        more=f"{ASSIGN} KeyVault/vaults/deploy/action Compute/locations/operations/read",
    ),
]  # fmt: skip
