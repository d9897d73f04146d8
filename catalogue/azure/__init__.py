"""`azure-native`: one file per service, each a list of entries."""

from catalogue.azure import containerservice, eventhub, identity, monitor, redisenterprise, storage
from catalogue.azure.provider import CALL_NEEDS, INVOKES, config_problems, configure, derived
from catalogue.package import Package, entries_of

ENTRIES = entries_of(__name__)
TOKENS = [entry.token for entry in ENTRIES]

AZURE = Package(
    name="azure-native",
    entries={entry.token: entry for entry in (*ENTRIES, *identity.extensions(TOKENS), *monitor.extensions(TOKENS))},
    configure=configure,
    config_problems=config_problems,
    derived=derived,
    invokes=INVOKES,
    asks={**containerservice.ASKS, **eventhub.ASKS, **redisenterprise.ASKS, **storage.ASKS},
    call_needs=CALL_NEEDS,
    record_minutes=(0.2, 1),
)
