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
