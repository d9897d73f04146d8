"""Reports what changed in a cloud since the last `up` without Pulumi, with dangerous changes apart from harmless ones.

Only the changes in the list here are harmless. A person has to look at all others.
"""

from __future__ import annotations

import re
from typing import Final

from tools.pulls.comment import line
from tools.pulls.markdown import alert, block, code, join, section, some
from tools.pulls.outcome import Change, Outcome

# Properties that clouds and controllers write themselves, or that only describe.
HARMLESS: Final = re.compile(
    r"""
    (tags | tagsAll | labels | effectiveLabels | pulumiLabels | terraformLabels | description) (\W.*)?
    | metadata\.(annotations | labels | managedFields | resourceVersion | generation | finalizers) (\W.*)?
    | status (\W.*)?
    | etag | fingerprint | selfLink | latestRestorableTime | engineVersionActual
    | scalingConfig\.desiredSize | count | nodeCount | initialNodeCount  # of nodes, by an autoscaler
    | spec\.replicas  # of pods, by an autoscaler
    """,
    re.VERBOSE,
)
# Types that grant access to something; part of the type's token.
ACCESS: Final = re.compile(
    r":iam/|:authorization:|securityGroup|firewall|networkSecurity|NetworkPolicy|rbac\.|PublicAccess|BucketPolicy"
    r"|IAM|SecretPolicy|kafkaAcl|roleAssignment",
    re.IGNORECASE,
)


def marker(stack: str) -> str:
    """Returns the mark that identifies the issue of a stack."""
    return f"<!-- pulumi-drift:{stack} -->"


def title(stack: str) -> str:
    return f"Drift of {stack}"


def why_dangerous(change: Change) -> str:
    """Returns the reason to look at a change at once; empty for a harmless one."""
    if change.action != "update":
        return f"gone: {change.holds}" if change.holds else "gone"
    if change.properties and all(HARMLESS.fullmatch(one.path) for one in change.properties):
        return ""
    if change.holds:
        return change.holds
    if ACCESS.search(change.type):
        return "who may reach or use it"
    return "a setting"


def report(outcome: Outcome, *, link: str = "") -> str:
    """Returns the text of the issue."""
    dangerous = [(why_dangerous(change), change) for change in outcome.changes if why_dangerous(change)]
    harmless = [change for change in outcome.changes if not why_dangerous(change)]
    # Deleted resources first, then data and access, then the rest.
    dangerous.sort(key=lambda found: (found[0].startswith("gone") is False, found[0] == "a setting"))
    parts = [
        marker(outcome.stack),
        _verdict(outcome, len(dangerous), len(harmless)),
        *[block(error) for error in outcome.errors],
        *section("Dangerous", [f"**{why}**: {line(change)}" for why, change in dangerous], folded=False),
        *section(f"Harmless: {len(harmless)}", [line(change) for change in harmless], folded=True),
        "The arrow goes from what the last `up` left to what the cloud has now. The next `up` reverts a changed "
        "setting, but cannot restore data: `docs/pull-requests.md` describes what to do.",
        f"<sub>[Full diff]({link})</sub>" if link else "",
    ]
    return join(parts)


def has_drift(outcome: Outcome) -> bool:
    """Returns whether there is anything to report, including a failed check."""
    return bool(outcome.changes) or not outcome.succeeded


def _verdict(outcome: Outcome, dangerous: int, harmless: int) -> str:
    stack = code(outcome.stack)
    if not outcome.succeeded:
        return alert("WARNING", f"**The check of {stack} failed**, so its drift is unknown.")
    if dangerous:
        return alert("CAUTION", f"**{some(dangerous, 'dangerous change')} of {stack}** that no `up` made.")
    return alert("NOTE", f"**{some(harmless, 'harmless change')} of {stack}** that no `up` made.")
