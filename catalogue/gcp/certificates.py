"""Certificate authorities that Google creates for one instance: real ones, which updates do not change."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from catalogue.authorities import make_authority
from catalogue.entry import Subject
from catalogue.wire import Properties


def authorities(common_name: str) -> Callable[[Subject], Any]:
    """Returns a template for `serverCaCerts` of an instance: one authority, valid for ten years."""
    return lambda subject: subject.old_outputs.get("serverCaCerts") or [_made(common_name)]


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
