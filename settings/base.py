"""The types that several layers use."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from settings.problems import fault

HOST_NAME: Final = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
GUID: Final = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
PROJECT: Final = r"[a-z][a-z0-9-]{4,28}[a-z0-9]"  # the id of a project of Google Cloud
ADDRESS: Final = r"\d{1,3}(\.\d{1,3}){3}"
PORT: Final = r"([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"


class Cloud(StrEnum):
    """The clouds that the program can build on."""

    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"


# The form of each cloud's regions.
REGIONS: Final[Mapping[Cloud, str]] = {
    Cloud.AWS: r"[a-z]{2}(-[a-z]+)+-\d",
    Cloud.AZURE: r"[a-z]+\d?",
    Cloud.GCP: r"[a-z]+-[a-z]+\d{1,2}",
}


class PodSecurity(StrEnum):
    """The requirements of a cluster on pods.

    `restricted`: the Pod Security Standard of that name. `openshift`: `restricted`, but the cluster chooses the user.
    """

    RESTRICTED = "restricted"
    OPENSHIFT = "openshift"


class Auth(StrEnum):
    """Rasa's way to sign in to a service: a generated password, or the pod's cloud identity."""

    PASSWORD = "password"
    IAM = "iam"


def matching(pattern: str, expected: str, fix: str, *, got: str | None = None) -> AfterValidator:
    """Returns a validator that requires the whole text to match `pattern`. `got` hides a text that may be secret."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise fault(expected, fix, got=got)
        return text

    return AfterValidator(check)


def aws_id(prefix: str, what: str) -> AfterValidator:
    """Returns a validator for an id of AWS, such as `vpc-0123456789abcdef0`."""
    fix = f"write it like {prefix}-0123456789abcdef0"
    return matching(rf"{prefix}-[0-9a-f]{{8,17}}", f"is not the id of a {what}", fix)


def azure_id(types: str, what: str) -> AfterValidator:
    """Returns a validator for a resource id that ends in these types, such as `Microsoft.Network/virtualNetworks`."""
    provider, *kinds = types.split("/")
    path = "".join(rf"/{one}/[\w.()-]+" for one in kinds)
    pattern = rf"/subscriptions/{GUID}/resourceGroups/[\w.()-]+/providers/{provider.replace('.', '[.]')}{path}"
    end = "".join(f"/{one}/<name>" for one in kinds)
    fix = f"write it like /subscriptions/<id>/resourceGroups/<name>/providers/{provider}{end}"
    return matching(pattern, f"is not the resource id of a {what}", fix)


def _cidr(text: str) -> str:
    wrong = fault("is not an IPv4 network in CIDR form", "write it like 10.0.0.0/16")
    if re.fullmatch(r"\d+(\.\d+){3}/\d+", text) is None:
        raise wrong
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise wrong from None
    if str(network) != text:
        raise fault("is an address inside a network, not the network", f"write {network}")
    return text


def _pem(text: str) -> str:
    if "PRIVATE KEY" in text:
        raise fault("has a private key", "remove the key: only the certificates belong here", got="the value")
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
    str, matching(rf"({HOST_NAME}|{ADDRESS})", "is not a host name or address", "write it like db.example.com")
]
Cidr = Annotated[str, AfterValidator(_cidr)]
Networks = Annotated[tuple[Cidr, ...], Field(min_length=1)]
Issuer = Annotated[
    str,
    matching(
        r"https://[a-z0-9.-]+(/\S*)?", "is not the address of an OIDC issuer", "write it like https://oidc.example.com"
    ),
]
SecretKey = Annotated[
    str,
    matching(
        r"[a-zA-Z][a-zA-Z0-9]{0,29}",
        "is not the name of a secret (letters and digits, letter first, at most 30)",
        "choose one like openaiApiKey",
        got="the name",  # it may be the secret itself, at the wrong place
    ),
]
Image = Annotated[
    str,
    matching(
        r"[a-z0-9.\-]+(:\d+)?(/[a-z0-9._\-]+)*(:\w[\w.\-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})",
        "is not an image with a tag or a digest",
        "write it like registry.example.com/rasa-actions:1.4.2",
    ),
]
Guid = Annotated[str, matching(GUID, "is not a GUID", "write it like 11111111-2222-3333-4444-555555555555")]
AssistantName = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9]{0,19}",
        "is not a name of an assistant (a-z and 0-9, letter first, at most 20)",
        "choose one like rasa or support2",
    ),
]
KeyArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-z0-9-]+",
        "is not the ARN of a KMS key",
        "write it like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
]
