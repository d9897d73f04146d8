"""Runs the pack on the program's registrations like the engine: the same policies, arguments and containers.

Only the wire between engine and pack is missing; `tests/engine/test_matrix_policy.py` has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policy.context import Context
from policy.pack import RULES, policies
from sandbox.recording import UNKNOWN, Recording, Registration, Secret

TODAY: Final = date(2026, 6, 1)
# The types that each rule on the whole stack reads.
CONCERNED: Final = {
    rule.name: {*rule.companions, *(one.type for one in rule.companions.values())} for rule in RULES if rule.companions
}


@dataclass(frozen=True, order=True)
class Violation:
    """A violated rule, with the resource ("" for the stack) and the message."""

    rule: str
    resource: str
    message: str


def context_of(settings: Mapping[str, Any], **changes: Any) -> Context:
    """Returns the context that a stack's file gives."""
    said: dict[str, Any] = {
        "profile": settings["profile"],
        "allow_destroy": settings.get("allowDestroy", False),
        "today": TODAY,
    }
    return Context(**{**said, **changes})


def judge(recording: Recording, context: Context, only: Registration | None = None) -> list[Violation]:
    """Returns all violations in a recording. `only` limits this to one resource, and to stack rules about its type."""
    resources = list(recording.resources.values())
    judged = [one for one in resources if only is None or only is one]
    found: list[Violation] = []
    for policy in policies(lambda: context):

        def report(message: str, urn: str | None = None, rule: str = policy.name) -> None:
            found.append(Violation(rule, urn.rpartition("::")[2] if urn else "", message))

        match policy:
            case ResourceValidationPolicy():
                for one in judged:
                    args = ResourceValidationArgs(
                        one.type, props_of(one), one.urn, one.name, options_of(one), None, None, None
                    )
                    policy.validate(args, report)  # pyright: ignore[reportUnknownMemberType]
            case StackValidationPolicy() if only is None or only.type in CONCERNED.get(policy.name, ()):
                policy.validate(StackValidationArgs(stack_of(resources)), report)  # pyright: ignore[reportUnknownMemberType]
            case _:
                pass
    return sorted(found)


def props_of(one: Registration) -> Mapping[str, Any]:
    """Returns its inputs in Pulumi's containers."""
    return unknown_checking_proxy({key: _wire(value) for key, value in one.inputs.items()})


def options_of(one: Registration) -> PolicyResourceOptions:
    """Returns its options."""
    return PolicyResourceOptions(one.protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], one.parent)


def stack_of(resources: Sequence[Registration]) -> list[PolicyResource]:
    """Returns all resources, with the connections between them."""
    made = {
        one.urn: PolicyResource(one.type, props_of(one), one.urn, one.name, options_of(one), None, None, [], {})
        for one in resources
    }
    for one in resources:
        for key, urns in one.property_dependencies.items():
            made[one.urn].property_dependencies[key] = [made[urn] for urn in urns if urn in made]
    return list(made.values())


def _wire(value: Any) -> Any:
    """Returns a recorded value as the engine sends it: secrets in clear, numbers as floats, a mark for unknowns."""
    match value:
        case Secret():
            return _wire(value.value)
        case value if value is UNKNOWN:
            return UNKNOWN_STRING_VALUE
        case Mapping():
            return {key: _wire(item) for key, item in cast("Mapping[str, Any]", value).items()}
        case list() | tuple():
            return [_wire(item) for item in cast("list[Any]", value)]
        case bool():
            return value
        case int():
            return float(value)
        case _:
            return value
