"""Log Analytics workspaces, and the diagnostic settings of services."""

from collections.abc import Sequence

from catalogue.azure.identity import scope_ref
from catalogue.azure.needs import crud
from catalogue.azure.provider import arm, name_matches, refers_to
from catalogue.entry import AutoName, Entry, Minutes, Refused, Subject, paths
from catalogue.rules import only
from catalogue.wire import as_list

SETTING = "azure-native:monitor:DiagnosticSetting"


def _logs_are_named_once(subject: Subject) -> None:
    logs = as_list(subject.inputs.get("logs"))
    for log in logs:
        if bool(log.get("category")) == bool(log.get("categoryGroup")):
            raise Refused("BadRequest: a log is named by its category or by a category group")
    destinations = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
    if not any(subject.inputs.get(key) for key in destinations):
        raise Refused(f"BadRequest: a diagnostic setting needs a destination: one of {', '.join(destinations)}")
    if not logs and not subject.inputs.get("metrics"):
        raise Refused("BadRequest: a diagnostic setting needs a log or a metric")


ENTRIES = [
    arm(
        "operationalinsights:Workspace", "Microsoft.OperationalInsights/workspaces", "workspaceName",
        outputs={"customerId": "{guid}"},
        checks=(
            name_matches("workspaceName", r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]", "InvalidWorkspaceName: 4-63"),
            only("retentionInDays", range(30, 731), "InvalidParameter: retention {value}"),
        ),
        keeps=lambda subject: [f"Log Analytics workspace {subject['workspaceName']}, deleted but kept for 14 days"],
        minutes=(Minutes(0.5, 0.2, 0.5, slow=1),),
    ),
]  # fmt: skip


def extensions(tokens: Sequence[str]) -> list[Entry]:
    """Returns the diagnostic settings of resources of these types."""
    return [
        Entry(
            token=SETTING,
            id="{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
            outputs={"type": "Microsoft.Insights/diagnosticSettings"},
            replaces_on=paths("name resourceUri"),
            scope="account",
            autoname=AutoName(digits=8, separator=""),
            refers=(
                scope_ref("resourceUri", tokens),
                refers_to("workspaceId", "operationalinsights:Workspace", hold="free"),
            ),
            checks=(_logs_are_named_once,),
            needs=crud("Insights/diagnosticSettings", more="OperationalInsights/workspaces/sharedKeys/action"),
        )
    ]
