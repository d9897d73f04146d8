"""S3: buckets and the split resources that configure them."""

import re
from typing import Any

from catalogue import holdings
from catalogue.aws.kms import kms_ref
from catalogue.aws.policies import RESOURCE, policy_is_valid, principals_exist
from catalogue.entry import AutoName, Entry, Minutes, Ref, Refused, Subject
from catalogue.needs import needs
from catalogue.rules import matches, only

BUCKET = "aws:s3/bucket:Bucket"
NAME = r"(?!xn--|sthree-|.*-s3alias$|.*--ol-s3$|\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
OWNERSHIPS = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")
ONE_OF = "to be one of {allowed}, got {value}"
IN_BUCKET = Ref(path="bucket", to=(BUCKET,), by=("bucket", "arn"), hold="owned")


def _policy_is_about_the_bucket(subject: Subject) -> None:
    """S3 refuses a statement about another bucket's objects: MalformedPolicy."""
    for arn in re.findall(r"arn:aws:s3:::([^\"/*]+)", str(subject.inputs.get("policy"))):
        if arn != subject.inputs["bucket"]:
            raise Refused(f"MalformedPolicy: Policy has invalid resource: arn:aws:s3:::{arn}")


def _setting(kind: str, *, refers: tuple[Ref, ...] = (), **more: Any) -> Entry:
    """A split resource: one per bucket, deleted with it."""
    token = f"aws:s3/bucket{kind}:Bucket{kind}"
    return Entry(
        token=token,
        id="{bucket}",
        refers=(IN_BUCKET, *refers),
        scope="account",
        taken="OperationAborted: a " + kind + " of bucket {id} exists already; one resource may own it",
        **more,
    )


ENTRIES = [
    Entry(
        token=BUCKET,
        id="{bucket}",
        outputs={
            "arn": "arn:aws:s3:::{bucket}",
            "bucketDomainName": "{bucket}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
            "bucketRegion": "{region}",
            "hostedZoneId": "Z21DNDUVLTQW6Q",
        },
        defaults={"forceDestroy": False, "objectLockEnabled": False},
        scope="global",
        autoname=AutoName(path="bucket", unless=("bucketPrefix",), lower=True),
        checks=(
            matches(
                "bucket",
                NAME,
                "InvalidBucketName: The specified bucket is not valid: {value} (3-63 of a-z, 0-9, '-', '.')",
            ),
        ),
        not_found="NoSuchBucket: The specified bucket does not exist: {value}",
        taken="BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is "
        "shared by all users of the system. Select a different name and try again: {id}",
        # To read a bucket, the provider reads every setting that a bucket can have.
        needs=needs(
            "s3:",
            "ListBucket GetBucketLocation GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning"
            " GetBucketLogging GetBucketPolicy GetBucketTagging GetBucketRequestPayment "
            "GetBucketObjectLockConfiguration GetAccelerateConfiguration GetEncryptionConfiguration "
            "GetLifecycleConfiguration GetReplicationConfiguration ListTagsForResource",
            "CreateBucket DeleteBucket PutBucketTagging TagResource UntagResource",
        ),
        needs_if={
            # An unprotected bucket is emptied before it is deleted.
            "forceDestroy": needs("s3:", write="ListBucketVersions DeleteObject DeleteObjectVersion")
        },
        holds=holdings.MODELS,
        minutes=(Minutes(0.2, 0.1, 0.1, slow=0.5),),
    ),
    _setting(
        "OwnershipControls",
        checks=(only("rule.objectOwnership", OWNERSHIPS, f"expected rule.0.object_ownership {ONE_OF}"),),
        needs=needs("s3:", "GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    ),
    _setting(
        "PublicAccessBlock",
        defaults={
            "blockPublicAcls": False,
            "blockPublicPolicy": False,
            "ignorePublicAcls": False,
            "restrictPublicBuckets": False,
        },
        needs=needs("s3:", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ),
    _setting(
        "Versioning",
        checks=(
            only(
                "versioningConfiguration.status",
                ("Enabled", "Suspended", "Disabled"),
                f"expected versioning_configuration.0.status {ONE_OF}",
            ),
        ),
        needs=needs("s3:", "GetBucketVersioning", "PutBucketVersioning"),
    ),
    _setting(
        "ServerSideEncryptionConfiguration",
        refers=(kms_ref("rules.applyServerSideEncryptionByDefault.kmsMasterKeyId"),),
        needs=needs("s3:", "GetEncryptionConfiguration", "PutEncryptionConfiguration"),
    ),
    _setting(
        "LifecycleConfiguration",
        checks=(only("rules.status", ("Enabled", "Disabled"), f"expected rule.status {ONE_OF}"),),
        needs=needs("s3:", "GetLifecycleConfiguration", "PutLifecycleConfiguration"),
    ),
    _setting(
        "Policy",
        checks=(policy_is_valid("policy", RESOURCE),),
        admits=(_policy_is_about_the_bucket, principals_exist("policy")),
        needs=needs("s3:", "GetBucketPolicy", "PutBucketPolicy DeleteBucketPolicy"),
    ),
]
