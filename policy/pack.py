"""Collects all rules and turns each into a Pulumi policy, with its inputs, exceptions and messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import pulumi_policy as sdk
from pulumi_policy.proxy import UnknownValueError

from policy import availability, encryption, governance, identity, kubernetes, network, recovery, supply, transport
from policy.context import Context
from policy.exceptions import DESCRIPTION, NAME, faults
from policy.resource import UNKNOWN, Resource
from policy.rule import Rule

# Grouped by the topics of a security review.
THEMES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "Network": network.RULES,
    "TLS": transport.RULES,
    "Encryption": encryption.RULES,
    "Availability": availability.RULES,
    "Backups and protection": recovery.RULES,
    "Identity": identity.RULES,
    "Kubernetes": kubernetes.RULES,
    "Supply chain and secrets": supply.RULES,
    "Governance": governance.RULES,
}
NO_SOURCES: Final[Mapping[str, Sequence[str]]] = {}
RULES: Final = tuple(rule for rules in THEMES.values() for rule in rules)


def policies(context: Callable[[], Context]) -> list[sdk.Policy]:
    """Returns every rule as a policy, and one policy that checks the exceptions. Each check calls `context` again."""
    return [*(_policy(rule, context) for rule in RULES), _of_exceptions(context)]


def _policy(rule: Rule, context: Callable[[], Context]) -> sdk.Policy:
    def of_resource(args: sdk.ResourceValidationArgs, report: sdk.ReportViolation) -> None:
        now = context()
        if rule.speaks_of(args.resource_type) and now.has(rule):
            seen = replace(_seen(args), mirror=now.mirror)
            _report(rule, seen, rule.findings(seen), now, report)

    def of_stack(args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
        now = context()
        if now.has(rule):
            stack = [
                _seen(one, {key: [other.urn for other in others] for key, others in one.property_dependencies.items()})
                for one in args.resources
            ]
            for resource in stack:
                _report(rule, resource, rule.missing(resource, stack), now, report)

    if rule.companions:
        return sdk.StackValidationPolicy(
            rule.name, rule.description, of_stack, sdk.EnforcementLevel.MANDATORY, remediation_steps=rule.remedy
        )
    return sdk.ResourceValidationPolicy(
        rule.name, rule.description, of_resource, sdk.EnforcementLevel.MANDATORY, remediation_steps=rule.remedy
    )


def _of_exceptions(context: Callable[[], Context]) -> sdk.Policy:
    def of_stack(_: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
        for sentence in faults(context().relaxations, {rule.name for rule in RULES}):
            report(sentence, None)

    return sdk.StackValidationPolicy(NAME, DESCRIPTION, of_stack, sdk.EnforcementLevel.MANDATORY)


def _report(rule: Rule, resource: Resource, findings: Sequence[str], now: Context, report: sdk.ReportViolation) -> None:
    if not findings:
        return
    spared, faults = now.relaxed(rule, resource)
    if spared:
        return
    void = "".join(f" The exception for it is not valid: {fault}." for fault in faults)
    for finding in findings:
        report(f"{resource.name}: {finding}. {rule.remedy}{void}", resource.urn)


def _seen(
    one: sdk.ResourceValidationArgs | sdk.PolicyResource, sources: Mapping[str, Sequence[str]] = NO_SOURCES
) -> Resource:
    return Resource(
        type=one.resource_type,
        name=one.name,
        urn=one.urn,
        props={key: _plain(one.props, key) for key in one.props},
        protect=one.opts.protect,
        sources=sources,
    )


def _plain(container: Any, key: Any) -> object:
    """Returns an item of a Pulumi container as a plain value. The container raises an error for an unknown value, and
    its numbers are floats.
    """
    try:
        found = container[key]
    except UnknownValueError:
        return UNKNOWN
    match found:
        case Mapping():
            return {name: _plain(found, name) for name in cast("Mapping[str, Any]", found)}
        case Sequence() if not isinstance(found, str):
            return [_plain(found, index) for index in range(len(cast("Sequence[Any]", found)))]
        case float() if found.is_integer():
            return int(found)
        case _:
            return found
