"""`kubernetes`: objects of a cluster, and Helm releases."""

from catalogue.kubernetes import helm, objects
from catalogue.kubernetes.provider import config_problems, config_replaces, configure
from catalogue.package import Package

KUBERNETES = Package(
    name="kubernetes",
    entries={entry.token: entry for entry in [*objects.ENTRIES, *helm.ENTRIES]},
    configure=configure,
    config_problems=config_problems,
    config_replaces=config_replaces,
)
