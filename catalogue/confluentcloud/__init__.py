"""`confluentcloud`: Kafka in Confluent Cloud, on Google Cloud. Users and clusters, and what is in a cluster."""

from catalogue.confluentcloud import clusters, data, users
from catalogue.confluentcloud.provider import config_problems, configure
from catalogue.package import Package

CONFLUENTCLOUD = Package(
    name="confluentcloud",
    entries={entry.token: entry for part in (clusters, data, users) for entry in part.ENTRIES},
    configure=configure,
    config_problems=config_problems,
)
