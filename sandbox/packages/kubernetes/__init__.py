"""`kubernetes`: objects of a cluster, and Helm releases."""

from sandbox.package import Package
from sandbox.packages.kubernetes import helm, objects
from sandbox.packages.kubernetes.provider import config_problems, config_replaces, configure

KUBERNETES = Package(
    name="kubernetes",
    rows={row.token: row for row in [*objects.ROWS, *helm.ROWS]},
    configure=configure,
    config_problems=config_problems,
    config_replaces=config_replaces,
)
