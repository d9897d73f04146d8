"""Model storage: a Cloud Storage bucket; each assistant reads the models below its own prefix, and nothing else.

A person or a pipeline uploads models with its own identity. Old versions of a model are kept for a while, so that a
replaced or deleted one can be restored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Never

import pulumi
import pulumi_gcp as gcp

from components.cloud import GrantedElsewhere, ModelStorage, Rights, Service
from components.connections import ModelStorageConnection
from components.gcp import names
from components.gcp.identity import BucketRole
from components.gcp.site import Agent, Site
from components.naming import unique
from settings import Assistant
from settings.model_storage import CreateModelStorage, ExistingGcsBucket

KEPT_VERSIONS: Final = 5  # of one model, however old
WEEK_SECONDS: Final = 7 * 24 * 3600  # in prod even a permanently deleted model can be restored for a week


class GcsModelStorage(pulumi.ComponentResource):
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
        super().__init__("rasa:gcp:GcsModelStorage", name, {}, opts)
        bucket = gcp.storage.Bucket(
            f"{name}-bucket",
            name=unique(names.bucket, name, self),
            location=site.region.upper(),  # Google returns it in capitals
            storage_class="STANDARD",
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            versioning={"enabled": True},
            soft_delete_policy={"retention_duration_seconds": WEEK_SECONDS if site.is_prod else 0},
            encryption={"default_kms_key_name": site.key_id} if site.key_id is not None else None,
            lifecycle_rules=[
                {
                    "action": {"type": "Delete"},
                    # All of these have to be true.
                    "condition": {
                        "with_state": "ARCHIVED",
                        "days_since_noncurrent_time": settings.old_version_days,
                        "num_newer_versions": KEPT_VERSIONS,
                    },
                }
            ],
            force_destroy=not site.is_prod,  # in prod, destroy fails while it holds models
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=site.protect,
                # Nothing can be created before its API is enabled; the bucket names the key, but not the right to it.
                depends_on=[*site.apis, *site.granted(Agent.STORAGE)],
            ),
        )
        self._bucket = bucket.name
        self.address = _address(bucket.name)
        self.connections = _connections(bucket.name, assistants)
        self.register_outputs({"bucket": bucket.name})

    def access(self, assistant: Assistant) -> Rights[BucketRole]:
        """Returns the access of an assistant's pods: Rasa looks for the bucket, then reads one object."""
        return Rights(
            (
                BucketRole(bucket=self._bucket, role="roles/storage.bucketViewer"),
                BucketRole(bucket=self._bucket, role="roles/storage.objectViewer", prefix=assistant.model_prefix),
            )
        )


def existing_bucket(settings: ExistingGcsBucket, assistants: Sequence[Assistant]) -> ModelStorage[Never]:
    """Describes an existing bucket. Its own policy, which is not changed, says who may read it."""
    bucket = pulumi.Output.from_input(settings.bucket)
    return Service(
        address=_address(bucket), connection=_connections(bucket, assistants), rasa=lambda _: GrantedElsewhere()
    )


def _address(bucket: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.format("gs://{0}", bucket)


def _connections(bucket: pulumi.Output[str], assistants: Sequence[Assistant]) -> Mapping[str, ModelStorageConnection]:
    return {
        assistant.name: ModelStorageConnection(
            remote_storage="gcs",
            prefix=assistant.model_prefix,
            environment={"BUCKET_NAME": bucket},
            upload_command=pulumi.Output.format(
                "gcloud storage cp model.tar.gz gs://{0}/{1}model.tar.gz", bucket, assistant.model_prefix
            ),
            ready=(),
        )
        for assistant in assistants
    }
