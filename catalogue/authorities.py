"""Certificate authorities that a cloud creates for one cluster or instance: real ones."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID


def make_authority(
    name: str,
    *,
    path_length: int | None = None,
    key: ed25519.Ed25519PrivateKey | None = None,
    serial: int = 0,
    begin: datetime.datetime | None = None,
    days: int = 3650,
) -> x509.Certificate:
    """Returns a certificate authority. With a given key, serial number and begin it is always the same."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, start = key or ec.generate_private_key(ec.SECP256R1()), begin or datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(subject, subject, signer.public_key(), serial or x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=days))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    return builder.sign(signer, None if key else hashes.SHA256())
