"""Exceptions from the policy pack (`policy/`), as far as a stack file can be judged without it.

Which rules there are only the pack knows, and only the day of an operation tells whether an exception has ended: both
are told by the pack.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.base import IN_PLACE, Model, Text
from settings.problems import Problem, fault


def _date(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise fault("is not a date", "write it like '2027-01-31', in quotes")


class PolicyException(Model):
    """A rule that need not hold, for whom, why, and until when."""

    rule: Text = Field(
        description="A rule of the pack; [policies.md](policies.md) lists them.", json_schema_extra=IN_PLACE
    )
    resource: Text | None = Field(
        default=None,
        description="The one resource that is spared, by its name in Pulumi; all without.",
        json_schema_extra=IN_PLACE,
    )
    reason: Text | None = Field(default=None, description="Why. It counts only with one.", json_schema_extra=IN_PLACE)
    until: Annotated[str, AfterValidator(_date)] | None = Field(
        default=None, description="The last day on which it counts, as text.", json_schema_extra=IN_PLACE
    )


def incomplete(exceptions: tuple[PolicyException, ...]) -> Iterator[Problem]:
    """What an exception lacks, so that it does not count."""
    for index, exception in enumerate(exceptions):
        for key, value, fix in (
            ("reason", exception.reason, "write why the rule need not hold"),
            ("until", exception.until, "write the last day of the exception, like '2027-01-31'"),
        ):
            if value is None:
                yield Problem(
                    key=f"policyExceptions[{index}].{key}",
                    got="nothing",
                    expected=f"is set, so the exception from {exception.rule} does not count",
                    fix=fix,
                )
