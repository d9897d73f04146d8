"""Secret Manager: secrets, without their values. A deleted secret is gone at once, and its name is free."""

import re

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Ref, Refused, Subject
from catalogue.gcp.kms import key_ref, may_encrypt
from catalogue.gcp.needs import policy_of
from catalogue.gcp.projects import ROLE_AND_MEMBER, api, member_exists
from catalogue.needs import needs
from catalogue.rules import matches, only, unprotected
from catalogue.wire import UNKNOWN, as_list, as_map, as_text, at_path

SECRET = "gcp:secretmanager/secret:Secret"
REPLICAS = "replication.userManaged.replicas"
KEY = f"{REPLICAS}.customerManagedEncryption.kmsKeyName"
POLICIES = ("DELETE", "ABANDON", "PREVENT")
DAY = 24 * 3600
NAME = "secret"


def _replication_is_chosen(subject: Subject) -> None:
    replication = as_map(subject.inputs.get("replication"))
    if len({"auto", "userManaged"} & replication.keys()) != 1:
        raise Refused("replication: exactly one of `auto` and `user_managed` must be specified")
    if "userManaged" in replication and not as_list(as_map(replication["userManaged"]).get("replicas")):
        raise Refused("replication.user_managed needs at least one replica")


def _keys_are_where_the_replicas_are(subject: Subject) -> None:
    for replica in at_path(subject.inputs, REPLICAS):
        location = as_map(replica).get("location")
        for key in at_path(replica, "customerManagedEncryption.kmsKeyName"):
            if location != UNKNOWN and f"/locations/{location}/" not in key:
                raise Refused(f"Error 400: the key {key} must be in the location of the replica, {location}")


def _delay_is_offered(subject: Subject) -> None:
    delay = as_text(subject.inputs.get("versionDestroyTtl"))
    if delay and not (re.fullmatch(r"\d+s", delay) and DAY <= int(delay[:-1]) <= 1000 * DAY):
        raise Refused(f"Error 400: versionDestroyTtl must be 1 to 1000 days, in seconds like 86400s: {delay}")


def _is_abandoned(subject: Subject) -> bool:
    return subject.inputs.get("deletionPolicy") == "ABANDON"


def _secret_id(subject: Subject) -> str:
    """Returns the id of a right's secret; the input may be the name alone."""
    given = str(subject.inputs["secretId"])
    return given if "/" in given else f"projects/{subject['project']}/secrets/{given}"


ENTRIES = [
    Entry(
        token=SECRET,
        delete_before_replace=True,  # pulumi-gcp, provider/resources.go
        id="projects/{project}/secrets/{secretId}",
        outputs={
            "name": "projects/{number}/secrets/{secretId}",
            "createTime": "2026-01-01T00:00:00Z",
            "effectiveAnnotations": lambda subject: as_map(subject.inputs.get("annotations")),
        },
        defaults={"deletionProtection": False, "expireTime": ""},
        autoname=AutoName(path="secretId"),
        names={NAME: "{secretId}"},
        refers=(key_ref(KEY),),
        checks=(
            matches(
                "secretId",
                r"[a-zA-Z0-9_-]{1,255}",
                "Error 400: The provided Secret ID [{value}] does not match the expected format [{form}]",
            ),
            _replication_is_chosen,
            _keys_are_where_the_replicas_are,
            _delay_is_offered,
            only("deletionPolicy", POLICIES, "deletion_policy must be one of {allowed}: {value}"),
        ),
        admits=(api("secretmanager"), may_encrypt(KEY, "gcp-sa-secretmanager")),
        guards=(unprotected("cannot destroy secret {id} without setting deletion_protection=false"),),
        keeps=lambda subject: (
            [f"secret {subject.id}, left behind with its values, which can be read as long as its key can be restored"]
            if _is_abandoned(subject)
            else []
        ),
        retires={NAME: lambda subject: subject["secretId"] if _is_abandoned(subject) else ""},
        not_found="Error 404: Secret [{value}] not found.",
        taken="Error 409: Secret [{id}] already exists.",
        needs=needs("secretmanager.secrets.", "get", "create update delete"),
        holds=holdings.RECOVERY,
    ),
    Entry(
        token="gcp:secretmanager/secretIamMember:SecretIamMember",
        id=lambda subject: f"{_secret_id(subject)}/{subject['role']}/{subject['member']}",
        outputs={"etag": "BwY{seed:8}="},
        refers=(Ref(path="secretId", to=(SECRET,), by=("secretId", "id", "name"), hold="owned"),),
        checks=ROLE_AND_MEMBER,
        admits=(api("secretmanager"), member_exists),
        needs=policy_of("secretmanager.secrets."),
    ),
]
