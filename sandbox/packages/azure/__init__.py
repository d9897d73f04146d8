"""`azure-native`: one file per service, each a list of rows."""

from sandbox.package import Package
from sandbox.packages.azure import (
    compute,
    containerservice,
    dbforpostgresql,
    eventhub,
    identity,
    keyvault,
    monitor,
    network,
    privatedns,
    redisenterprise,
    resources,
    storage,
)
from sandbox.packages.azure.provider import INVOKES, config_problems, configure, derived

SERVICES = (
    compute,
    containerservice,
    dbforpostgresql,
    eventhub,
    identity,
    keyvault,
    monitor,
    network,
    privatedns,
    redisenterprise,
    resources,
    storage,
)
ROWS = [row for service in SERVICES for row in service.ROWS]
TOKENS = [row.token for row in ROWS]

AZURE = Package(
    name="azure-native",
    rows={row.token: row for row in (*ROWS, *identity.extensions(TOKENS), *monitor.extensions(TOKENS))},
    configure=configure,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
    asks={**containerservice.ASKS, **eventhub.ASKS, **redisenterprise.ASKS, **storage.ASKS},
)
