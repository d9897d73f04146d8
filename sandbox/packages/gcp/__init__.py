"""`gcp`: one file per service, each a list of rows."""

from sandbox.package import Package
from sandbox.packages.gcp import compute, container, dns, kms, projects, redis, secretmanager, sql, storage
from sandbox.packages.gcp.provider import ASKS, INVOKES, config_problems, configure, derived

SERVICES = (compute, container, dns, kms, projects, redis, secretmanager, sql, storage)

GCP = Package(
    name="gcp",
    rows={row.token: row for service in SERVICES for row in service.ROWS},
    configure=configure,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
    asks=ASKS,
)
