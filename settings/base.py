"""What every settings model shares: frozen, closed, camelCase in the stack file; and the field types used by several.

A field also says what changing its value does to a running stack: `json_schema_extra=IN_PLACE` or one of its like. The
reference page shows that beside the meaning.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict

from settings.problems import fault

# What a stack file holds, once read.
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

HOST_NAME: Final = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
ADDRESS: Final = r"\d{1,3}(\.\d{1,3}){3}"

IN_PLACE: Final[JsonDict] = {"effect": "in place"}
RESTARTS_PODS: Final[JsonDict] = {"effect": "restarts the pods, one after the other"}
FAILS_OVER: Final[JsonDict] = {"effect": "in place, with a failover (prod) or minutes without the service (dev)"}
ROLLS: Final[JsonDict] = {"effect": "in place, one node after the other; can take an hour"}
ONLY_GROWS: Final[JsonDict] = {"effect": "in place; never smaller"}
REPLACES: Final[JsonDict] = {"effect": "**replaces: data at risk** (prod refuses it; see [replace.md](replace.md))"}


class Model(BaseModel):
    """Base of all settings: immutable, an unknown key is an error, and nothing is converted: `"3"` is no number."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        hide_input_in_errors=True,
    )


class Cloud(StrEnum):
    """The clouds that the program can build on."""

    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"


# How each cloud spells a region.
REGIONS: Final[Mapping[Cloud, str]] = {
    Cloud.AWS: r"[a-z]{2}(-[a-z]+)+-\d",
    Cloud.AZURE: r"[a-z]+\d?",
    Cloud.GCP: r"[a-z]+-[a-z]+\d{1,2}",
}


class Profile(StrEnum):
    """`dev`: the cheapest thing that still speaks TLS. `prod`: redundant, own keys, protected, strict."""

    DEV = "dev"
    PROD = "prod"


class Auth(StrEnum):
    """How Rasa signs in to a service: a generated password, or the pod's cloud identity."""

    PASSWORD = "password"
    IAM = "iam"


class ModelAuth(StrEnum):
    """How a model gets from object storage into the pod.

    `identity`: Rasa reads it as the pod's cloud identity. `key`: Rasa reads it with the storage account's key.
    `initDownload`: an init container fetches it as the pod's identity, and Rasa finds it on disk.
    """

    IDENTITY = "identity"
    KEY = "key"
    INIT_DOWNLOAD = "initDownload"


class PodSecurity(StrEnum):
    """What a cluster wants of pods.

    `restricted`: the Pod Security Standard of that name. `openshift`: the same, but the cluster chooses the user.
    """

    RESTRICTED = "restricted"
    OPENSHIFT = "openshift"


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
    fix = "write it like 10.0.0.0/16"
    if re.fullmatch(r"\d+(\.\d+){3}/\d+", text) is None:
        raise fault("is not an IPv4 network in CIDR form", fix)
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise fault("is not an IPv4 network in CIDR form", fix) from None
    if str(network) != text:
        raise fault("is an address inside a network, not the network", f"write {network}")
    return text


def _pem(text: str) -> str:
    if "-----BEGIN CERTIFICATE-----" not in text or "-----END CERTIFICATE-----" not in text:
        raise fault("is not a certificate in PEM form", "paste the text from -----BEGIN CERTIFICATE----- on")
    return text


def _port(number: int) -> int:
    if not 1 <= number <= 65535:
        raise fault("is not between 1 and 65535", "write the port that the service listens on")
    return number


Text = Annotated[str, Field(min_length=1)]
Pem = Annotated[str, AfterValidator(_pem)]
Port = Annotated[int, AfterValidator(_port)]
Host = Annotated[
    str,
    AfterValidator(
        matching(rf"({HOST_NAME}|{ADDRESS})", "is not a host name or address", "write it like db.example.com")
    ),
]
Cidr = Annotated[str, AfterValidator(_cidr)]
Issuer = Annotated[
    str,
    AfterValidator(
        matching(
            r"https://[a-z0-9.-]+(/\S*)?",
            "is not the address of an OIDC issuer",
            "write it like https://oidc.example.com",
        )
    ),
]
SecretKey = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-zA-Z][a-zA-Z0-9]{0,29}",
            "is not the name of a secret (letters and digits, letter first, at most 30)",
            "choose one like openaiApiKey",
        )
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
