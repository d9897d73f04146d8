"""The model, if Rasa cannot read object storage by itself: an init container downloads it as the pod's identity.

Pure: returns values. The cloud has the script. It runs in Rasa's own image and is in the ConfigMap of authorities. A
running pod keeps its model; another model is loaded at the next start.
"""

from __future__ import annotations

from typing import Final

from components.connections import DownloadedModel
from components.kubernetes.pod import CA_DIRECTORY, CONTAINER_SECURITY, Values, environment_values
from components.rasa.outgoing import outgoing
from components.rasa.wiring import Wiring

SCRIPT: Final = "download_model.py"
_DIRECTORY: Final = "/app/models"  # where the chart mounts its volume `models`


def download(wiring: Wiring) -> DownloadedModel | None:
    """Returns the model to download before Rasa starts; None if Rasa downloads it, or has it in its image."""
    storage = wiring.connections.model_storage
    return storage if isinstance(storage, DownloadedModel) else None


def model_file(key: str) -> str:
    """Returns the path of the model with that key in the pod."""
    return f"{_DIRECTORY}/{key.rsplit('/', 1)[-1]}"


def download_container(wiring: Wiring, model: DownloadedModel, key: str, volume: str) -> Values:
    """Returns the init container; `volume` is the pod's volume with the script."""
    return {
        "name": "model-download",
        "image": wiring.image,
        "command": ["python", f"{CA_DIRECTORY}/{SCRIPT}", key, model_file(key)],
        "env": environment_values({**outgoing(wiring), **model.environment}),
        "securityContext": CONTAINER_SECURITY,
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
        "volumeMounts": [
            {"name": volume, "mountPath": CA_DIRECTORY, "readOnly": True},
            {"name": "models", "mountPath": _DIRECTORY},
        ],
    }
