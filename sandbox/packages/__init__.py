"""The providers that the sandbox serves. A new one is a module with a `Package`, and a line here."""

from sandbox.package import Package
from sandbox.packages.aws import AWS
from sandbox.packages.azure import AZURE
from sandbox.packages.confluentcloud import CONFLUENTCLOUD
from sandbox.packages.gcp import GCP
from sandbox.packages.kubernetes import KUBERNETES
from sandbox.packages.random import RANDOM
from sandbox.packages.tls import TLS

PACKAGES: list[Package] = [AWS, AZURE, CONFLUENTCLOUD, GCP, KUBERNETES, RANDOM, TLS]
