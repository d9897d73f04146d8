"""Cloud KMS. Key rings and keys can never be deleted: their names stay taken, and they stay listed after a destroy."""

import re

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Rule, Subject
from catalogue.gcp.needs import policy_of
from catalogue.gcp.projects import ROLE_AND_MEMBER, api, member_exists
from catalogue.needs import needs
from catalogue.rules import matches
from catalogue.wire import as_text, at_path

RING = "gcp:kms/keyRing:KeyRing"
KEY = "gcp:kms/cryptoKey:CryptoKey"
KEY_MEMBER = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
ENCRYPTS = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
_name_is_valid = matches("name", "[a-zA-Z0-9_-]{1,63}", "Error 400: key ring or key name {value!r} must match {form}")
DAY = 24 * 3600


def key_ref(path: str) -> Ref:
    """A key by its id; Google destroys the versions of a key even if it is in use."""
    return Ref(path=path, to=(KEY,), hold="free")


def may_encrypt(path: str, agent: str) -> Rule:
    """The service's identity needs the right to encrypt with a key."""

    def has_right(subject: Subject) -> None:
        member = f"serviceAccount:service-{subject['number']}@{agent}.iam.gserviceaccount.com"
        for value in at_path(subject.inputs, path):
            key = subject.world.find(KEY, "id", value)
            granted = (
                grant.inputs["cryptoKeyId"] == value
                and grant.inputs["member"] == member
                and grant.inputs["role"] == ENCRYPTS
                for grant in subject.world.all(KEY_MEMBER)
            )
            # An existing key is not checked.
            if key and key.urn and not any(granted):
                raise Refused(
                    f"Error 400: {member} does not have permission cloudkms.cryptoKeyVersions.useToEncrypt on {value}; "
                    "the resource must depend on the right"
                )

    return has_right


def _was_not_deleted(subject: Subject) -> None:
    if subject.world.is_taken("kms", subject.fill(ID[subject.token])):
        raise Refused(f"Error 409: {subject.inputs['name']} already exists: KMS never forgets a name")


def _rotation_is_offered(subject: Subject) -> None:
    period, purpose = as_text(subject.inputs.get("rotationPeriod")), subject.inputs.get("purpose") or "ENCRYPT_DECRYPT"
    if period and (not period.endswith("s") or float(period[:-1]) < DAY):
        raise Refused(f"rotation_period must be at least a day, in seconds like 7776000s: {period}")
    if period and purpose != "ENCRYPT_DECRYPT":
        raise Refused(f"Error 400: a key for {purpose} cannot be rotated by itself")


def _destruction_is_offered(subject: Subject) -> None:
    delay = as_text(subject.inputs.get("destroyScheduledDuration"))
    if delay and not (re.fullmatch(r"\d+s", delay) and DAY <= int(delay[:-1]) <= 120 * DAY):
        raise Refused(f"Error 400: destroy_scheduled_duration must be 1 to 120 days, in seconds like 86400s: {delay}")


def _kept_versions(subject: Subject) -> list[str]:
    days = int(subject["destroyScheduledDuration"][:-1]) // DAY
    return [f"key {subject.id}: its versions are destroyed after {days} days; until then they can be restored"]


ID = {RING: "projects/{project}/locations/{location}/keyRings/{name}", KEY: "{keyRing}/cryptoKeys/{name}"}
ENTRIES = [
    Entry(
        token=RING,
        id=ID[RING],
        autoname=AutoName(),
        checks=(_name_is_valid,),
        admits=(api("cloudkms"), _was_not_deleted),
        keeps=lambda subject: [f"key ring {subject.id}, for good"],
        retires={"kms": "{id}"},
        not_found="Error 404: KeyRing {value} not found.",
        taken="Error 409: KeyRing {id} already exists.",
        needs=needs("cloudkms.keyRings.", "get", "create"),
    ),
    Entry(
        token=KEY,
        id=ID[KEY],
        outputs={"primaries": lambda subject: [{"name": f"{subject.id}/cryptoKeyVersions/1", "state": "ENABLED"}]},
        defaults={"purpose": "ENCRYPT_DECRYPT", "destroyScheduledDuration": f"{30 * DAY}s"},
        autoname=AutoName(),
        refers=(Ref(path="keyRing", to=(RING,)),),
        checks=(_name_is_valid, _rotation_is_offered, _destruction_is_offered),
        admits=(api("cloudkms"), _was_not_deleted),
        keeps=_kept_versions,
        retires={"kms": "{id}"},
        not_found="Error 404: CryptoKey {value} not found.",
        taken="Error 409: CryptoKey {id} already exists.",
        # A key cannot be deleted; its versions are destroyed.
        needs=needs(
            "cloudkms.",
            "cryptoKeys.get",
            "cryptoKeys.create cryptoKeys.update cryptoKeyVersions.list cryptoKeyVersions.destroy",
        ),
        holds=holdings.KEY,
    ),
    Entry(
        token=KEY_MEMBER,
        id="{cryptoKeyId}/{role}/{member}",
        outputs={"etag": "BwY{seed:8}="},
        refers=(Ref(path="cryptoKeyId", to=(KEY,), hold="owned"),),
        checks=ROLE_AND_MEMBER,
        admits=(api("cloudkms"), member_exists),
        needs=policy_of("cloudkms.cryptoKeys."),
        # Vendor: a grant holds within two minutes; services that encrypt with a key see its grants at once.
        minutes=(Minutes(0.2, 0.2, 0.2, slow=2),),
    ),
]
