"""Authorities of the tests' own, and the certificates that they sign. Each service has one of its own."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LIFE = datetime.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A server's certificate and its key, PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A self-signed authority; `file` has its certificate, `pem`."""

    def __init__(self, directory: Path, name: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._prefix, self._name = f"{directory / name}", _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = _builder(self._name, self._name, self._key).add_extension(x509.BasicConstraints(True, 0), True)
        builder = builder.add_extension(usage, True).add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False
        )
        self.file = Path(f"{self._prefix}-ca.pem")
        self.file.write_bytes(self._signed(builder))
        self.pem = self.file.read_text()

    def identity(self, *hosts: str) -> Identity:
        """Returns a certificate that is valid for these names and addresses only."""
        prefix = f"{self._prefix}-{hosts[0]}"
        found = Identity(certificate=Path(f"{prefix}.crt"), key=Path(f"{prefix}.key"))
        if not found.certificate.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
            builder = _builder(_named(hosts[0]), self._name, key).add_extension(issuer, False)
            names = x509.SubjectAlternativeName([_alternative(host) for host in hosts])
            form = serialization.PrivateFormat.PKCS8
            found.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
            found.certificate.write_bytes(self._signed(builder.add_extension(names, False)))
        return found

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - LIFE).not_valid_after(now + LIFE)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
