"""Stack files for tests, as the loader hands them to `parse`: small, valid, and easy to spoil in one place."""

from __future__ import annotations

from typing import Any

from settings import Cloud

DEV: dict[str, Any] = {
    "cloud": "aws",
    "profile": "dev",
    "region": "eu-central-1",
    "secrets": {"license": "dummy-license"},
    "cluster": {"apiAccess": ["203.0.113.0/24"]},
    "assistants": [{"name": "rasa", "model": "model.tar.gz"}],
}
PROD: dict[str, Any] = {**DEV, "profile": "prod"}
AZURE: dict[str, Any] = {**DEV, "cloud": "azure", "region": "westeurope"}
GCP: dict[str, Any] = {
    **DEV,
    "cloud": "gcp",
    "region": "europe-west1",
    "secrets": {"license": "dummy-license", "confluentApiKey": "dummy-key", "confluentApiSecret": "dummy-secret"},
}
# The smallest stack file of each cloud.
SMALL: dict[Cloud, dict[str, Any]] = {Cloud.AWS: DEV, Cloud.AZURE: AZURE, Cloud.GCP: GCP}
