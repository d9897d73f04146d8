"""All providers that the program uses. A new one is a module with a `Package`, and a line here."""

from catalogue.aws import AWS
from catalogue.azure import AZURE
from catalogue.confluentcloud import CONFLUENTCLOUD
from catalogue.gcp import GCP
from catalogue.kubernetes import KUBERNETES
from catalogue.package import Package
from catalogue.random import RANDOM
from catalogue.tls import TLS

PACKAGES: list[Package] = [AWS, AZURE, CONFLUENTCLOUD, GCP, KUBERNETES, RANDOM, TLS]


def package_of(token: str) -> Package | None:
    """Returns the package of a type or function; None for components and for providers themselves."""
    return _BY_NAME.get(token.partition(":")[0])


def what_it_holds(token: str, name: str) -> str:
    """Returns the name of a resource's data; empty if an `up` can create everything again."""
    package = package_of(token)
    entry = package.entries.get(token) if package else None
    holds = entry.holds if entry else ""
    return holds if isinstance(holds, str) else holds(name)


_BY_NAME = {package.name: package for package in PACKAGES}
