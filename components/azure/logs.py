"""The log destination of the services: a Log Analytics workspace. In prod only, because stored logs cost money."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_azure_native as azure


class Logs(pulumi.ComponentResource):
    """A workspace. Ends in `workspace_id`."""

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
