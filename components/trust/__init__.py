"""Public certificate authorities, committed as data: the roots that a client needs to verify a managed service.

`tools/record_trust.py` writes the PEM files; nothing here is typed by hand. The roots of RDS are AWS's own, three per
region (RSA 2048, RSA 4096, ECC 384: users may switch RDS to another one); all others are in every browser.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

DIRECTORY: Final = Path(__file__).parent


def amazon_roots() -> str:
    """Returns the roots of Amazon Trust Services, PEM: for ElastiCache and MSK."""
    return (DIRECTORY / "amazon.pem").read_text("ascii")


def azure_roots() -> str:
    """Returns the roots of Azure's data services, PEM: DigiCert and Microsoft."""
    return (DIRECTORY / "azure.pem").read_text("ascii")


def public_roots() -> str:
    """Returns the roots of hosted services of any vendor, PEM: those above and a few more."""
    return amazon_roots() + azure_roots() + (DIRECTORY / "public.pem").read_text("ascii")


def rds_regions() -> list[str]:
    """Returns the regions whose RDS roots are recorded."""
    return sorted(path.stem for path in (DIRECTORY / "rds").glob("*.pem"))


def rds_roots(region: str) -> str:
    """Returns the roots of RDS in a region, PEM. Raises `LookupError` for a region that was not recorded."""
    path = DIRECTORY / "rds" / f"{region}.pem"
    if not path.exists():
        raise LookupError(f"no RDS roots for {region} (recorded: {', '.join(rds_regions())})")
    return path.read_text("ascii")
