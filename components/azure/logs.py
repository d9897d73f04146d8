"""Where the services log to: a Log Analytics workspace. In prod only: what is written is paid for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_azure_native as azure


@dataclass(frozen=True, kw_only=True)
class LogsSpec:
    """`days` is how long logs are kept."""

    resource_group: pulumi.Output[str]
    days: int
    tags: Mapping[str, str]


class Logs(pulumi.ComponentResource):
    """A workspace. Ends in `workspace_id`."""

    def __init__(self, name: str, spec: LogsSpec, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:Logs", name, {}, opts)
        workspace = azure.operationalinsights.Workspace(
            f"{name}-workspace",
            resource_group_name=spec.resource_group,
            sku={"name": "PerGB2018"},
            retention_in_days=spec.days,
            tags=spec.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.workspace_id = workspace.id
        self.register_outputs({"workspaceId": self.workspace_id})
