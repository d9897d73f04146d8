"""`gcp`: one file per service, each a list of entries."""

from catalogue.gcp.provider import ASKS, CALL_NEEDS, INVOKES, config_problems, configure, derived, may_be_deleted, stays
from catalogue.package import Package, entries_of

GCP = Package(
    name="gcp",
    entries={entry.token: entry for entry in entries_of(__name__)},
    configure=configure,
    stays=stays,
    config_problems=config_problems,
    derived=derived,
    guard=may_be_deleted,
    invokes=INVOKES,
    asks=ASKS,
    call_needs=CALL_NEEDS,
    record_minutes=(0.2, 1),
)
