"""Stack files for tests, as the loader hands them to `parse`: small, valid, and easy to spoil in one place."""

from __future__ import annotations

import re
from copy import deepcopy
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


def changed(stack_file: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with values set at paths like `assistants[0].name`, making the mappings on the way."""
    copy = deepcopy(stack_file)
    for path, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"[\w-]+", path)]
        node: Any = copy
        for step in way:
            node = node[step] if isinstance(step, int) else node.setdefault(step, {})
        node[last] = value
    return copy
