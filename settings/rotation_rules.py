"""Where there is a credential of the program's own to rotate, and where not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from settings.aws import AwsSettings, CreateElastiCache, CreateMsk
from settings.azure import AzureSettings, CreateBlobStorage, CreateEventHubs
from settings.base import Auth, ModelAuth
from settings.gcp import CreateConfluent, CreateMemorystore, GcpSettings
from settings.layers import CreateLockStore, CreateTrackerStore
from settings.model import Settings
from settings.problems import Problem


def rotation_rules(settings: AwsSettings | AzureSettings | GcpSettings) -> Iterator[Problem]:
    """One problem for each number that could change nothing."""
    for key, (generation, can_rotate) in _layers(settings).items():
        if generation > 1 and not can_rotate:
            yield Problem(
                key=f"rotation.{key}",
                got=str(generation),
                expected=f"is set, but the program makes no credential of rasa:{key} that it could rotate",
                fix="remove it; docs/rotation.md tells what to do instead",
                others=(key, f"{key}.auth", f"{key}.kind"),
            )


def _layers(settings: Settings) -> Mapping[str, tuple[int, bool]]:
    """Generation of each layer, and whether its credentials are the program's to rotate."""
    rotation = settings.rotation
    return {
        "trackerStore": (rotation.tracker_store, isinstance(settings.tracker_store, CreateTrackerStore)),
        "lockStore": (rotation.lock_store, _of_lock_store(settings)),
        "eventQueue": (rotation.event_queue, _of_event_queue(settings)),
        "modelStorage": (rotation.model_storage, _of_model_storage(settings)),
    }


def _of_lock_store(settings: Settings) -> bool:
    match settings.lock_store:
        case CreateElastiCache(auth=auth):
            return auth is Auth.PASSWORD
        case CreateMemorystore():
            # Only Google makes its one password, and only by turning passwords off and on again.
            return False
        case layer:
            return isinstance(layer, CreateLockStore)


def _of_event_queue(settings: Settings) -> bool:
    match settings.event_queue:
        case CreateMsk(auth=auth):
            return auth is Auth.PASSWORD
        case layer:
            return isinstance(layer, CreateEventHubs | CreateConfluent)


def _of_model_storage(settings: Settings) -> bool:
    layer = settings.model_storage
    return isinstance(layer, CreateBlobStorage) and layer.auth is ModelAuth.KEY
