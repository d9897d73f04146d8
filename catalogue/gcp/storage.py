"""Cloud Storage: buckets and who may read them."""

import re

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Ref, Refused, Subject, Template
from catalogue.gcp.kms import key_ref, may_encrypt
from catalogue.gcp.needs import policy_of
from catalogue.gcp.projects import ROLE_AND_MEMBER, api, member_exists
from catalogue.needs import needs
from catalogue.rules import at, matches
from catalogue.wire import as_list, as_map, reveal

BUCKET = "gcp:storage/bucket:Bucket"
NAME = r"(?!goog)(?!.*g[o0]{2}gle)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]"
LOCATION = r"(?i)[a-z]+-[a-z]+\d{1,2}|us|eu|asia|[a-z]+\d"
DAY = 24 * 3600
WEEK = 7 * DAY


def _soft_delete_is_offered(subject: Subject) -> None:
    if (seconds := at(subject, "softDeletePolicy.retentionDurationSeconds")) and not WEEK <= seconds <= 90 * DAY:
        raise Refused("Error 400: soft delete retention must be 0, or between 7 and 90 days")


def _old_versions_exist(subject: Subject) -> None:
    wanted = [as_map(rule).get("condition") for rule in as_list(subject.inputs.get("lifecycleRules"))]
    versioned = as_map(subject.inputs.get("versioning")).get("enabled")
    if not versioned and any(as_map(condition).get("numNewerVersions") for condition in wanted):
        raise Refused("the sandbox refuses a rule for old versions in a bucket that keeps none: it does nothing")


def _condition_is_possible(subject: Subject) -> None:
    """IAM conditions need uniform access, and name objects in their own form."""
    condition = as_map(subject.inputs.get("condition"))
    bucket = subject.world.find(BUCKET, "name", subject.inputs["bucket"])
    if condition and bucket and not reveal(bucket.inputs).get("uniformBucketLevelAccess"):
        raise Refused(
            "Error 412: Uniform bucket-level access is required to be enabled to set IAM policies with conditions."
        )
    about = re.search(r'startsWith\("projects/_/buckets/([^/"]+)/objects/', condition.get("expression", ""))
    if about and about[1] != subject.inputs["bucket"]:
        raise Refused(f"the condition is about another bucket ({about[1]}), so it would never hold")


def _member_id(subject: Subject) -> str:
    title = as_map(subject.inputs.get("condition")).get("title")
    parts = ["b", subject.inputs["bucket"], subject.inputs["role"], subject.inputs["member"]]
    return "/".join([*parts, *([title] if title else [])])


DEFAULT_SOFT_DELETE: Template = {"retentionDurationSeconds": WEEK}

ENTRIES = [
    Entry(
        token=BUCKET,
        id="{name}",
        outputs={
            "url": "gs://{name}",
            "selfLink": "https://www.googleapis.com/storage/v1/b/{name}",
            "projectNumber": lambda subject: int(subject["number"]),
            "timeCreated": "2026-01-01T00:00:00.000Z",
            "updated": "2026-01-01T00:00:00.000Z",
        },
        defaults={
            "storageClass": "STANDARD",
            "forceDestroy": False,
            "uniformBucketLevelAccess": False,
            "publicAccessPrevention": "inherited",
            "softDeletePolicy": DEFAULT_SOFT_DELETE,
        },
        scope="global",
        autoname=AutoName(lower=True),
        refers=(key_ref("encryption.defaultKmsKeyName"),),
        checks=(
            matches("name", NAME, "Error 400: Invalid bucket name: '{value}'"),
            matches("location", LOCATION, "Error 400: The specified location constraint is not valid: {value}"),
            _soft_delete_is_offered,
            _old_versions_exist,
        ),
        admits=(api("storage"), may_encrypt("encryption.defaultKmsKeyName", "gs-project-accounts")),
        not_found="Error 404: The specified bucket does not exist: {value}",
        taken="Error 409: The requested bucket name is not available. The bucket namespace is shared by all users of "
        "the system. Please select a different name and try again: {id}",
        needs=needs("storage.buckets.", "get getIamPolicy", "create update delete"),
        needs_if={
            # An unprotected bucket is emptied before it is deleted.
            "forceDestroy": needs("storage.objects.", write="list get delete")
        },
        holds=holdings.MODELS,
    ),
    Entry(
        token="gcp:storage/bucketIAMMember:BucketIAMMember",
        id=_member_id,
        outputs={"etag": "CAE{seed:3}="},
        refers=(Ref(path="bucket", to=(BUCKET,), by=("name", "id", "selfLink"), hold="owned"),),
        checks=ROLE_AND_MEMBER,
        admits=(api("storage"), member_exists, _condition_is_possible),
        needs=policy_of("storage.buckets."),
    ),
]
