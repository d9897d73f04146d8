"""The committed certificate authorities are real, current, and nobody else's."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from components.trust import DIRECTORY, amazon_roots, azure_roots, public_roots, rds_regions, rds_roots
from settings.network import AWS_ZONES as ZONES
from settings.tracker_store import RDS_REGIONS
from tools.record_trust import AMAZON, AZURE, PUBLIC, RDS_ROOT, common_name

FILES = sorted(DIRECTORY.rglob("*.pem"))


def certificates(pem: str | bytes) -> list[x509.Certificate]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of certifi's roots has a serial number of zero
        return x509.load_pem_x509_certificates(pem.encode() if isinstance(pem, str) else pem)


def fingerprints(pem: str | bytes) -> list[bytes]:
    return [certificate.fingerprint(SHA256()) for certificate in certificates(pem)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_certificate_is_a_root_that_lasts(path: Path) -> None:
    roots = certificates(path.read_bytes())
    assert roots
    for root in roots:
        assert root.subject == root.issuer
        root.verify_directly_issued_by(root)  # signed by its own key: not altered, not cut off
        assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert root.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365), f"{common_name(root)} ends soon"


def test_no_certificate_is_there_twice() -> None:
    everything = [fingerprint for path in FILES for fingerprint in fingerprints(path.read_bytes())]
    assert len(everything) == len(set(everything)) > 50


def test_public_roots_are_those_of_certifi() -> None:
    public = set(fingerprints(Path(certifi.where()).read_bytes()))
    for pem, subjects in (
        (amazon_roots(), AMAZON),
        (azure_roots(), AZURE),
        (public_roots(), (*AMAZON, *AZURE, *PUBLIC)),
    ):
        assert set(fingerprints(pem)) <= public
        assert {common_name(root) for root in certificates(pem)} == set(subjects)
    assert not set(fingerprints(rds_roots("eu-central-1"))) & public  # or the check above would show nothing


def test_rds_roots_are_the_three_of_their_region() -> None:
    for region in rds_regions():
        found = [RDS_ROOT.fullmatch(common_name(root)) for root in certificates(rds_roots(region))]
        assert [match and match[1] for match in found] == [region] * 3
        assert {match and match[2] for match in found} == {"RSA2048", "RSA4096", "ECC384"}


def test_regions_that_the_settings_know_are_recorded() -> None:
    assert set(ZONES) <= set(rds_regions()) == RDS_REGIONS


def test_an_unknown_region_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match=re.escape("no RDS roots for eu-nowhere-9")):
        rds_roots("eu-nowhere-9")
