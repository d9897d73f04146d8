"""The APIs of the project that the platform uses.

They stay enabled after the stack: other resources in the project may need them. Two have to be enabled before the first
run, because enabling others needs them: `cloudresourcemanager` and `serviceusage`.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_gcp as gcp

SERVICES: Final = (
    "cloudkms", "cloudresourcemanager", "compute", "container", "dns", "iam", "iamcredentials", "logging", "monitoring",
    "redis", "secretmanager", "servicenetworking", "serviceusage", "sqladmin", "storage",
)  # fmt: skip


class Apis(pulumi.ComponentResource):
    """Enables the APIs; `ready` are their resources."""

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions) -> None:
        super().__init__("rasa:gcp:Apis", name, {}, opts)
        self.ready: tuple[pulumi.Resource, ...] = tuple(
            gcp.projects.Service(
                f"{name}-{service}",
                service=f"{service}.googleapis.com",
                disable_on_destroy=False,
                disable_dependent_services=False,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for service in SERVICES
        )
        self.register_outputs({})
