"""What every settings model shares: frozen, closed, camelCase in the stack file; and the field types used by several."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from settings.problems import fault


class Model(BaseModel):
    """Base of all settings: immutable, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, hide_input_in_errors=True
    )


class Cloud(StrEnum):
    """The clouds that the program can build on."""

    AWS = "aws"


class Profile(StrEnum):
    """`dev`: the cheapest thing that still speaks TLS. `prod`: redundant, own keys, protected, strict."""

    DEV = "dev"
    PROD = "prod"


class Auth(StrEnum):
    """How Rasa signs in to a service: a generated password, or the pod's cloud identity."""

    PASSWORD = "password"  # noqa: S105 - the name of the method, not a password
    IAM = "iam"


def matching(pattern: str, expected: str, fix: str) -> Callable[[str], str]:
    """A validator that wants the whole text to match `pattern`."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise fault(expected, fix)
        return text

    return check


def at_least(minimum: int, reason: str) -> Callable[[int], int]:
    """A validator for a lower bound; `reason` says whose bound it is."""

    def check(number: int) -> int:
        if number < minimum:
            raise fault(f"is below {minimum}, {reason}", f"set {minimum} or more")
        return number

    return check


def at_most(maximum: int, reason: str) -> Callable[[int], int]:
    """A validator for an upper bound; `reason` says whose bound it is."""

    def check(number: int) -> int:
        if number > maximum:
            raise fault(f"is above {maximum}, {reason}", f"set {maximum} or less")
        return number

    return check


def _cidr(text: str) -> str:
    try:
        ipaddress.IPv4Network(text)
    except ValueError as error:
        raise fault(f"is not an IPv4 network in CIDR form ({error})", "write it like 10.0.0.0/16") from None
    return text


Cidr = Annotated[str, AfterValidator(_cidr)]
SecretKey = Annotated[
    str,
    AfterValidator(
        matching(r"[a-zA-Z][a-zA-Z0-9]{0,62}", "is not a key of rasa:secrets", "use letters and digits, letter first")
    ),
]
Image = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z0-9.\-]+(:\d+)?(/[a-z0-9._\-]+)*(:[\w][\w.\-]{0,127}|@sha256:[0-9a-f]{64})",
            "is not an image with a tag or a digest",
            "write it like registry.example.com/rasa-actions:1.4.2",
        )
    ),
]
