"""`azure-native`: one file per service, each a list of entries."""

from catalogue.azure import (
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
from catalogue.azure.provider import INVOKES, config_problems, configure, derived
from catalogue.package import Package

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
ENTRIES = [entry for service in SERVICES for entry in service.ENTRIES]
TOKENS = [entry.token for entry in ENTRIES]

AZURE = Package(
    name="azure-native",
    entries={entry.token: entry for entry in (*ENTRIES, *identity.extensions(TOKENS), *monitor.extensions(TOKENS))},
    configure=configure,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
    asks={**containerservice.ASKS, **eventhub.ASKS, **redisenterprise.ASKS, **storage.ASKS},
)
