"""IAM policy documents: what IAM refuses in them, as rules for every service with a policy."""

import json
from collections.abc import Iterator
from typing import Any

from catalogue.entry import Refused, Rule, Subject
from catalogue.wire import UNKNOWN, Properties, as_list, as_map

EFFECTS = ("Allow", "Deny")
TRUST, IDENTITY, RESOURCE = "trust", "identity", "resource"
STATEMENT_KEYS = {
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
}  # fmt: skip


def policy_is_valid(path: str, kind: str) -> Rule:
    """Returns the rule that an input holds a policy of that kind; otherwise AWS answers MalformedPolicyDocument."""

    def rule(subject: Subject) -> None:
        text = subject.inputs.get(path)
        if text is None or (isinstance(text, str) and UNKNOWN in text):
            return
        for statement in _statements(text):
            _statement_is_valid(statement, kind)

    return rule


def principals_exist(path: str) -> Rule:
    """Returns the rule that a policy names only existing roles of its own account; IAM checks it at storage."""

    def rule(subject: Subject) -> None:
        text = subject.inputs.get(path)
        own = f"arn:aws:iam::{subject['account']}:role/"
        for statement in _statements(text) if text else ():
            named = as_map(statement.get("Principal")).get("AWS", [])
            for arn in [named] if isinstance(named, str) else as_list(named):
                if arn.startswith(own) and subject.world.find("aws:iam/role:Role", "arn", arn) is None:
                    raise Refused(f'MalformedPolicyDocument: Invalid principal in policy: "AWS":"{arn}"')

    return rule


def _statements(text: Any) -> Iterator[Properties]:
    try:
        document = as_map(json.loads(text) if isinstance(text, str) else text)
    except ValueError as error:
        raise Refused(f"MalformedPolicyDocument: This policy contains invalid Json ({error})") from error
    if "Statement" not in document:
        raise Refused("MalformedPolicyDocument: Syntax errors in policy: no Statement")
    if document.get("Version") not in ("2012-10-17", "2008-10-17"):
        raise Refused(
            f"MalformedPolicyDocument: The policy must contain a valid version string, not {document.get('Version')}"
        )
    statements = document["Statement"]
    yield from [as_map(statements)] if isinstance(statements, dict) else as_list(statements)


def _statement_is_valid(statement: Properties, kind: str) -> None:
    unknown = set(statement) - STATEMENT_KEYS
    if unknown or statement.get("Effect") not in EFFECTS:
        raise Refused(
            f"MalformedPolicyDocument: Syntax errors in policy: {sorted(unknown) or 'Effect must be Allow or Deny'}"
        )
    actions = statement.get("Action") or statement.get("NotAction")
    if not actions:
        raise Refused("MalformedPolicyDocument: Policy statement must contain actions")
    for action in [actions] if isinstance(actions, str) else actions:
        if action != "*" and ":" not in action:
            raise Refused(f"MalformedPolicyDocument: Actions/Conditions must be prefaced by a vendor, not {action!r}")
    has_resource = "Resource" in statement or "NotResource" in statement
    has_principal = "Principal" in statement or "NotPrincipal" in statement
    if kind == TRUST and has_resource:
        raise Refused("MalformedPolicyDocument: Has prohibited field Resource")
    if kind == IDENTITY and has_principal:
        raise Refused("MalformedPolicyDocument: Policy document should not specify a principal.")
    if kind == IDENTITY and not has_resource:
        raise Refused("MalformedPolicyDocument: Policy statement must contain resources.")
    if kind in (TRUST, RESOURCE) and not has_principal:
        raise Refused("MalformedPolicyDocument: Missing required field Principal")
