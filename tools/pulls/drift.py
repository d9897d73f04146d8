"""What somebody or something else changed in a cloud since the last `up`, harmless apart from dangerous.

Harmless is only what stands in a list here: whatever is not known to be harmless is for a person to look at.
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
# Types that say who may reach or use something; part of the type's token.
ACCESS: Final = re.compile(
    r":iam/|:authorization:|securityGroup|firewall|networkSecurity|NetworkPolicy|rbac\.|PublicAccess|BucketPolicy"
    r"|IAM|SecretPolicy|kafkaAcl|roleAssignment",
    re.IGNORECASE,
)


def marker(stack: str) -> str:
    """By what the issue of a stack is found again."""
    return f"<!-- pulumi-drift:{stack} -->"


def title(stack: str) -> str:
    return f"Drift of {stack}"


def why_dangerous(change: Change) -> str:
    """The reason to look at a change at once; empty for a harmless one."""
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
    """The text of the issue."""
    dangerous = [(why_dangerous(change), change) for change in outcome.changes if why_dangerous(change)]
    harmless = [change for change in outcome.changes if not why_dangerous(change)]
    # Gone first, then data and access, then the rest.
    dangerous.sort(key=lambda found: (found[0].startswith("gone") is False, found[0] == "a setting"))
    parts = [
        marker(outcome.stack),
        _verdict(outcome, len(dangerous), len(harmless)),
        *[block(error) for error in outcome.errors],
        *section("Dangerous", [f"**{why}**: {line(change)}" for why, change in dangerous], folded=False),
        *section(f"Harmless: {len(harmless)}", [line(change) for change in harmless], folded=True),
        "The arrow goes from what the last `up` left to what the cloud has now. The next `up` puts a changed setting "
        "back, and cannot bring data back: `docs/pull-requests.md` tells what to do.",
        f"<sub>[Full diff]({link})</sub>" if link else "",
    ]
    return join(parts)


def has_drift(outcome: Outcome) -> bool:
    """Whether there is anything to report; a look that failed is, too."""
    return bool(outcome.changes) or not outcome.succeeded


def _verdict(outcome: Outcome, dangerous: int, harmless: int) -> str:
    stack = code(outcome.stack)
    if not outcome.succeeded:
        return alert("WARNING", f"**Looking at {stack} failed**, so nobody knows whether it has drifted.")
    if dangerous:
        return alert("CAUTION", f"**{some(dangerous, 'dangerous change')} of {stack}** that no `up` made.")
    return alert("NOTE", f"**{some(harmless, 'harmless change')} of {stack}** that no `up` made.")
