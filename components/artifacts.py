"""The published charts and images that a release pulls: addresses and versions, here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi_kubernetes as kubernetes

from settings import Assistant, Registries

_REGISTRY: Final = "europe-west3-docker.pkg.dev/rasa-releases"

CHART_REPOSITORY: Final = f"oci://{_REGISTRY}/helm-charts"
CHART: Final = "rasa"
# 1.x and 3.x spell nearly every value differently and ignore ours silently (docs/compatibility.md).
CHART_VERSION: Final = "2.4.0"

RASA_REPOSITORY: Final = f"{_REGISTRY}/rasa-pro/rasa-pro"
ANALYTICS_IMAGE: Final = f"{_REGISTRY}/rasa-pro/rasa-pro-services:3.8.1-latest"

# Tunnels to a Redis whose certificate names no host; the long-term support line.
HAPROXY_IMAGE: Final = "docker.io/library/haproxy:3.2"

# The tag of chart 2.4.0 for Duckling.
DUCKLING_IMAGE: Final = "docker.io/rasa/duckling:0.2.0.2-r4"

VAULT_CHART_REPOSITORY: Final = "https://helm.releases.hashicorp.com"
VAULT_CHART: Final = "vault"
VAULT_CHART_VERSION: Final = "0.34.1"
VAULT_REPOSITORY: Final = "docker.io/hashicorp/vault"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The place of a chart, as a Helm release takes it."""

    chart: str
    repository_opts: kubernetes.helm.v3.RepositoryOptsArgs | None


def chart_of(name: str, repository: str, registries: Registries) -> Chart:
    """Returns where to pull a chart: from its own repository, or from the mirror."""
    repository = registries.charts or repository
    if repository.startswith("oci://"):
        return Chart(chart=f"{repository}/{name}", repository_opts=None)
    return Chart(chart=name, repository_opts=kubernetes.helm.v3.RepositoryOptsArgs(repo=repository))


def mirrored(image: str, registries: Registries) -> str:
    """Returns where to pull an image that the program chooses: its own name, or the same one in the mirror."""
    return image if registries.images is None else f"{registries.images}/{image.partition('/')[2]}"


def image_of(assistant: Assistant, registries: Registries) -> str:
    """Returns the image of an assistant: its own, or Rasa's of its version."""
    return assistant.image or mirrored(f"{RASA_REPOSITORY}:{assistant.rasa_version}-latest", registries)


def image_values(image: str) -> dict[str, str]:
    """Returns an image as chart values. The chart joins the two by a colon, so the last one may be in a digest."""
    repository, _, tag = image.rpartition(":")
    return {"repository": repository, "tag": tag}
