"""`confluentcloud`: Kafka in Confluent Cloud, on Google Cloud: clusters, users, topics and access rules."""

from catalogue.confluentcloud import clusters, data, users
from catalogue.confluentcloud.provider import config_problems, configure
from catalogue.package import Package

CONFLUENTCLOUD = Package(
    name="confluentcloud",
    entries={entry.token: entry for part in (clusters, data, users) for entry in part.ENTRIES},
    configure=configure,
    config_problems=config_problems,
    record_minutes=(0.1, 0.5),
)
