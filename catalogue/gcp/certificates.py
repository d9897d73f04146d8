"""Certificate authorities that Google creates for one instance: real ones, which updates do not change."""

from functools import partial
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from catalogue.authorities import make_authority
from catalogue.entry import Record, Subject, Template
from catalogue.wire import Properties, reveal


def authorities(common_name: str) -> Template:
    """Returns a template for `serverCaCerts` of an instance: one authority, valid for ten years."""
    return partial(_kept_or_made, common_name)


def authority_of(instance: Record) -> list[Properties]:
    """Returns the authorities of an instance."""
    return reveal(instance.outputs)["serverCaCerts"]


def _kept_or_made(common_name: str, subject: Subject) -> Any:
    return subject.old_outputs.get("serverCaCerts") or [_made(common_name)]


def _made(common_name: str) -> Properties:
    certificate = make_authority(common_name, path_length=0)
    return {
        "cert": certificate.public_bytes(Encoding.PEM).decode(),
        "commonName": certificate.subject.rfc4514_string(),
        "createTime": certificate.not_valid_before_utc.isoformat(),
        "expirationTime": certificate.not_valid_after_utc.isoformat(),
        "expireTime": certificate.not_valid_after_utc.isoformat(),
        "serialNumber": str(certificate.serial_number),
        "sha1Fingerprint": certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - Google's own fingerprint
    }
