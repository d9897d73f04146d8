"""`gcp`: one file per service, each a list of entries."""

from catalogue.gcp import compute, container, dns, kms, projects, redis, secretmanager, sql, storage
from catalogue.gcp.provider import ASKS, INVOKES, config_problems, configure, derived, stays
from catalogue.package import Package

SERVICES = (compute, container, dns, kms, projects, redis, secretmanager, sql, storage)

GCP = Package(
    name="gcp",
    entries={entry.token: entry for service in SERVICES for entry in service.ENTRIES},
    configure=configure,
    stays=stays,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
    asks=ASKS,
)
