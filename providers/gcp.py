"""The Google Cloud provider: one instance, project, region and labels on every resource."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp

from settings import GcpSettings


def labels(settings: GcpSettings) -> dict[str, str]:
    """The labels of every resource."""
    return {"project": "rasa", "stack": pulumi.get_stack(), **settings.tags}


def gcp_provider(settings: GcpSettings) -> gcp.Provider:
    """A provider for the stack's region. Credentials and the default project come from the environment."""
    return gcp.Provider(
        "gcp",
        project=settings.provider.project,
        region=settings.region,
        default_labels=labels(settings),
        add_pulumi_attribution_label=False,
    )


def gcp_project(settings: GcpSettings, provider: gcp.Provider) -> str:
    """Id of the project that the provider works in."""
    opts = pulumi.InvokeOptions(provider=provider)
    return gcp.organizations.get_project(project_id=settings.provider.project, opts=opts).project_id or ""
