"""Defaults of a stack on Azure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from settings.base import Json, Profile

# Regions with other zones than 1, 2 and 3: none that has zones at all.
ZONES: Final[Mapping[str, str]] = {}

COMMON: Final[dict[str, dict[str, Json]]] = {
    "network": {"kind": "create", "cidr": "10.0.0.0/16"},
    "encryption": {"kind": "create"},
    "cluster": {"kind": "create", "version": "1.35", "serviceCidr": "172.20.0.0/16", "podCidr": "10.244.0.0/16"},
    "trackerStore": {"kind": "create", "version": "17"},
    "lockStore": {"kind": "create"},
    "eventQueue": {"kind": "eventHubs", "units": 1, "partitions": 4},
    "modelStorage": {"kind": "create"},
    "secretsManager": {"kind": "vault", "version": "2.0.4"},
}

BY_PROFILE: Final[dict[Profile, dict[str, dict[str, Json]]]] = {
    Profile.DEV: {
        "cluster": {"nodeSizes": ["Standard_D2ds_v5"], "minNodes": 2, "maxNodes": 4},
        "trackerStore": {"size": "Standard_B1ms", "storageGb": 32, "backupDays": 7},
        "lockStore": {"size": "Balanced_B0", "nodes": 1},
        "eventQueue": {"size": "Standard", "retentionHours": 72},
        "modelStorage": {"auth": "key", "oldVersionDays": 7},
        "secretsManager": {"nodes": 1, "storageGb": 5},
    },
    Profile.PROD: {
        "cluster": {"nodeSizes": ["Standard_D4ds_v5"], "minNodes": 3, "maxNodes": 9},
        "trackerStore": {"size": "Standard_D2ds_v5", "storageGb": 128, "backupDays": 14},
        "lockStore": {"size": "Balanced_B1", "nodes": 2},
        "eventQueue": {"size": "Premium", "retentionHours": 168},
        "modelStorage": {"auth": "initDownload", "oldVersionDays": 90},
        "secretsManager": {"nodes": 3, "storageGb": 20},
    },
}

# No service signs Rasa in by an identity, so that there are passwords in any case.
WITHOUT_VAULT: Final[dict[Profile, dict[str, dict[str, Json]]]] = {Profile.DEV: {}, Profile.PROD: {}}


def zones(region: str) -> list[str]:
    """Three zones of the region; Azure numbers them."""
    return list(ZONES.get(region, "123"))
