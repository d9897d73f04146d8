"""`confluentcloud`: Kafka in Confluent Cloud, on Google Cloud. Users and clusters, and what is in a cluster."""

from sandbox.package import Package
from sandbox.packages.confluentcloud import clusters, data, users
from sandbox.packages.confluentcloud.provider import config_problems, configure

CONFLUENTCLOUD = Package(
    name="confluentcloud",
    rows={row.token: row for part in (clusters, data, users) for row in part.ROWS},
    configure=configure,
    config_problems=config_problems,
)
