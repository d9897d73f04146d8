"""Additions to every service with data: a lock against deletion, and logs with their destination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


class Logs(pulumi.ComponentResource):
    """The destination of logs: a workspace, in prod only, because stored logs cost money. Ends in `workspace_id`."""

    def __init__(
        self,
        name: str,
        *,
        resource_group: pulumi.Output[str],
        days: int,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("rasa:azure:Logs", name, {}, opts)
        workspace = azure.operationalinsights.Workspace(
            f"{name}-workspace",
            resource_group_name=resource_group,
            sku={"name": "PerGB2018"},
            retention_in_days=days,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.workspace_id = workspace.id
        self.register_outputs({"workspaceId": self.workspace_id})
