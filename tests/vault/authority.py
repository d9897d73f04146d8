"""Authorities of the tests' own, and the certificates that they sign: for loopback, and for names of clouds."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFE = datetime.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate and its key, as files."""

    chain: Path
    key: Path


class Authority:
    """A self-signed authority; `file` is its certificate."""

    def __init__(self, directory: Path, name: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._prefix, self._name = str(directory / name), _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = Path(f"{self._prefix}.pem")
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = _builder(self._name, self._name, self._key).add_extension(x509.BasicConstraints(True, 0), True)
        builder = builder.add_extension(usage, True).add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False
        )
        self.file.write_bytes(_pem(builder.sign(self._key, hashes.SHA256())))

    def issue(self, host: str) -> Certificate:
        """A certificate for a name or an address."""
        found = Certificate(chain=Path(f"{self._prefix}-{host}.crt"), key=Path(f"{self._prefix}-{host}.key"))
        if not found.chain.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            try:
                name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
            except ValueError:
                name = x509.DNSName(host)
            builder = _builder(_named(host), self._name, key).add_extension(x509.SubjectAlternativeName([name]), False)
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
            )
            form = serialization.PrivateFormat.PKCS8
            found.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
            found.chain.write_bytes(_pem(builder.sign(self._key, hashes.SHA256())))
        return found


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - LIFE).not_valid_after(now + LIFE)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
