"""Certificate authorities that Google creates for one instance: real ones, which updates do not change."""

import datetime
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

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
    certificate = make_authority(common_name)
    return {
        "cert": certificate.public_bytes(Encoding.PEM).decode(),
        "commonName": certificate.subject.rfc4514_string(),
        "createTime": certificate.not_valid_before_utc.isoformat(),
        "expirationTime": certificate.not_valid_after_utc.isoformat(),
        "expireTime": certificate.not_valid_after_utc.isoformat(),
        "serialNumber": str(certificate.serial_number),
        "sha1Fingerprint": certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - Google's own fingerprint
    }


def make_authority(common_name: str) -> x509.Certificate:
    """Returns a new certificate authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    begin = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=3650))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.sign(key, hashes.SHA256())
