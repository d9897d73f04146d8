"""Additions to every service with data: a lock against deletion, and logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_azure_native as azure

from components.azure.site import Site

EVERYTHING: Final = "allLogs"


def lock(name: str, resource_id: pulumi.Output[str], *, site: Site, parent: pulumi.Resource) -> None:
    """Creates a lock in prod: nobody can delete the resource or a part of it, not even in the portal."""
    if site.protect:
        azure.authorization.ManagementLockByScope(
            name,
            scope=resource_id,
            level="CanNotDelete",
            notes="Holds data. rasa:allowDestroy and one `pulumi up` take this lock away.",
            opts=pulumi.ResourceOptions(parent=parent),
        )


def log(
    name: str,
    resource_id: pulumi.Output[str],
    *,
    categories: Sequence[str] = (),
    after: Sequence[pulumi.Resource] = (),
    site: Site,
    parent: pulumi.Resource,
) -> None:
    """Sends the resource's logs to the platform's workspace, if there is one: everything, or these categories."""
    if site.logs is None:
        return
    chosen = [azure.monitor.DiagnosticsLogSettingsArgs(enabled=True, category=each) for each in categories]
    everything = [azure.monitor.DiagnosticsLogSettingsArgs(enabled=True, category_group=EVERYTHING)]
    azure.monitor.DiagnosticSetting(
        name,
        resource_uri=resource_id,
        workspace_id=site.logs,
        logs=chosen or everything,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
    )
