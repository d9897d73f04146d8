"""`confluentcloud`: Kafka in Confluent Cloud, on Google Cloud: clusters, users, topics and access rules."""

from catalogue.confluentcloud.provider import config_problems, configure
from catalogue.package import Package, entries_of

CONFLUENTCLOUD = Package(
    name="confluentcloud",
    entries={entry.token: entry for entry in entries_of(__name__)},
    configure=configure,
    config_problems=config_problems,
    record_minutes=(0.1, 0.5),
)
