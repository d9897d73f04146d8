"""The published charts and images that a release pulls: addresses and versions, here and nowhere else."""

from __future__ import annotations

from typing import Final

from settings import Assistant

_REGISTRY: Final = "europe-west3-docker.pkg.dev/rasa-releases"

CHART: Final = f"oci://{_REGISTRY}/helm-charts/rasa"
# 1.x and 3.x spell nearly every value differently and ignore ours silently (docs/compatibility.md).
CHART_VERSION: Final = "2.4.0"

RASA_REPOSITORY: Final = f"{_REGISTRY}/rasa-pro/rasa-pro"
ANALYTICS_IMAGE: Final = f"{_REGISTRY}/rasa-pro/rasa-pro-services:3.8.1-latest"

# Tunnels to a Redis whose certificate names no host; the long-term support line.
HAPROXY_IMAGE: Final = "docker.io/library/haproxy:3.2"

VAULT_CHART_REPOSITORY: Final = "https://helm.releases.hashicorp.com"
VAULT_CHART: Final = "vault"
VAULT_CHART_VERSION: Final = "0.34.1"
VAULT_REPOSITORY: Final = "docker.io/hashicorp/vault"


def image_of(assistant: Assistant) -> str:
    """Returns the image of an assistant: its own, or Rasa's of its version."""
    return assistant.image or f"{RASA_REPOSITORY}:{assistant.rasa_version}-latest"


def image_values(image: str) -> dict[str, str]:
    """Returns an image as chart values. The chart writes `repository:tag`, so a digest is a tag of `name@sha256`."""
    repository, _, tag = image.rpartition(":")
    return {"repository": repository, "tag": tag}
