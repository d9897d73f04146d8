"""Model storage: an S3 bucket; each assistant reads the models below its own prefix, and the bucket's list of names.

A person or a pipeline uploads models with its own identity. Old versions of a model are kept for a while, so that a
replaced or deleted one can be restored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws import iam_policy, names
from components.aws.site import Site
from components.cloud import ModelStorage, Rights, Service
from components.connections import ModelStorageConnection
from components.naming import unique
from settings import Assistant
from settings.model_storage import CreateModelStorage, ExistingBucket

KEPT_VERSIONS: Final = 5  # of one model, however old


class S3ModelStorage(pulumi.ComponentResource):
    """A private, encrypted, versioned bucket. `connections` by the assistant's name."""

    def __init__(
        self,
        name: str,
        *,
        settings: CreateModelStorage,
        site: Site,
        assistants: Sequence[Assistant],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:aws:S3ModelStorage", name, {}, opts)
        self._site = site
        self._bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=unique(names.bucket, name, self),
            force_destroy=not site.is_prod,  # in prod, destroy fails while it holds models
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect),
        )
        ready = self._guard(name)
        self._keep_versions(name, settings.old_version_days)

        self.address = _address(self._bucket.bucket)
        self.connections = _connections(self._bucket.bucket, site.region, assistants, ready)
        self.register_outputs({"bucket": self._bucket.bucket})

    def access(self, assistant: Assistant) -> Rights[iam_policy.Allow]:
        """Returns the access of an assistant's pods."""
        return _reading(self._bucket.arn, self._site.storage_key, self._site.region, assistant)

    def _guard(self, name: str) -> tuple[pulumi.Resource, ...]:
        """Creates encryption, ownership and the ban on public access. Returns what the bucket's users must wait for."""
        bucket = self._bucket
        child = pulumi.ResourceOptions(parent=self)
        key = self._site.storage_key
        encryption = aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": (
                        {"sse_algorithm": "AES256"}
                        if key is None
                        else {"sse_algorithm": "aws:kms", "kms_master_key_id": key}
                    ),
                    "bucket_key_enabled": key is not None,
                    "blocked_encryption_types": ["SSE-C"],
                }
            ],
            opts=child,
        )
        # S3 refuses simultaneous changes of a bucket's access, so create these one after the other.
        ownership = aws.s3.BucketOwnershipControls(
            f"{name}-ownership", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        private = aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[ownership]),
        )
        tls_only = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=iam_policy.document(
                [
                    {
                        "Sid": "TlsOnly",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [bucket.arn, pulumi.Output.format("{0}/*", bucket.arn)],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ]
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[private]),
        )
        return encryption, ownership, private, tls_only

    def _keep_versions(self, name: str, days: int) -> None:
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self._bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self._bucket.bucket,
            rules=[
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {
                        "noncurrent_days": max(days, 1),  # the least that S3 takes
                        "newer_noncurrent_versions": KEPT_VERSIONS,
                    },
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                }
            ],
            # A rule for old versions needs versioning.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )


def existing_bucket(
    settings: ExistingBucket, region: str, assistants: Sequence[Assistant]
) -> ModelStorage[iam_policy.Allow]:
    """Describes an existing bucket."""
    bucket = pulumi.Output.from_input(settings.bucket)
    return Service(
        address=_address(bucket),
        connection=_connections(bucket, region, assistants, ()),
        rasa=partial(_reading, f"arn:aws:s3:::{settings.bucket}", settings.kms_key, region),
    )


def _address(bucket: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.format("s3://{0}", bucket)


def _connections(
    bucket: pulumi.Output[str], region: str, assistants: Sequence[Assistant], ready: tuple[pulumi.Resource, ...]
) -> Mapping[str, ModelStorageConnection]:
    return {
        assistant.name: ModelStorageConnection(
            remote_storage="aws",
            prefix=assistant.model_prefix,
            environment={"BUCKET_NAME": bucket, "AWS_DEFAULT_REGION": region},
            upload_command=pulumi.Output.format(
                "aws s3 cp model.tar.gz s3://{0}/{1}model.tar.gz", bucket, assistant.model_prefix
            ),
            ready=ready,
        )
        for assistant in assistants
    }


def _reading(
    bucket_arn: pulumi.Input[str], key: pulumi.Input[str] | None, region: str, assistant: Assistant
) -> Rights[iam_policy.Allow]:
    """Returns the rights to find the bucket and read one object. `key` is the ARN of the bucket's key, if any."""
    read = (
        iam_policy.Allow(actions=["s3:ListBucket"], resources=[bucket_arn]),
        iam_policy.Allow(
            actions=["s3:GetObject"], resources=[pulumi.Output.format("{0}/{1}*", bucket_arn, assistant.model_prefix)]
        ),
    )
    if key is None:
        return Rights(read)
    by_s3 = {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
    return Rights((*read, iam_policy.Allow(actions=["kms:Decrypt"], resources=[key], conditions=by_s3)))
