"""Defaults of a stack on GCP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from settings.base import Json, Profile

# Regions whose first three zones are not a, b and c.
ZONES: Final[Mapping[str, str]] = {"europe-west1": "bcd", "us-east1": "bcd"}

COMMON: Final[dict[str, dict[str, Json]]] = {
    "network": {"kind": "create", "cidr": "10.0.0.0/16"},
    "encryption": {"kind": "create"},
    "cluster": {"kind": "create", "version": "1.35", "serviceCidr": "172.20.0.0/20", "podCidr": "10.64.0.0/14"},
    "trackerStore": {"kind": "create", "version": "17"},
    "lockStore": {"kind": "create", "version": "7.2"},
    "eventQueue": {"kind": "confluent", "partitions": 6},
    "modelStorage": {"kind": "create"},
    "secretsManager": {"kind": "vault", "version": "2.0.4"},
}

BY_PROFILE: Final[dict[Profile, dict[str, dict[str, Json]]]] = {
    Profile.DEV: {
        "cluster": {"nodeSizes": ["e2-standard-4"], "minNodes": 1, "maxNodes": 3},
        "trackerStore": {"size": "db-g1-small", "storageGb": 10, "maxStorageGb": 50, "backupDays": 7},
        "lockStore": {"size": "1", "nodes": 1},
        "eventQueue": {"size": "basic", "retentionHours": 72},
        "modelStorage": {"oldVersionDays": 7},
        "secretsManager": {"nodes": 1, "storageGb": 5},
    },
    Profile.PROD: {
        "cluster": {"nodeSizes": ["n2-standard-4"], "minNodes": 3, "maxNodes": 9},
        "trackerStore": {"size": "db-custom-2-8192", "storageGb": 50, "maxStorageGb": 500, "backupDays": 14},
        "lockStore": {"size": "5", "nodes": 2},
        "eventQueue": {"size": "enterprise", "retentionHours": 168},
        "modelStorage": {"oldVersionDays": 90},
        "secretsManager": {"nodes": 3, "storageGb": 20},
    },
}

# No service signs Rasa in by an identity, so that there are passwords in any case.
WITHOUT_VAULT: Final[dict[Profile, dict[str, dict[str, Json]]]] = {Profile.DEV: {}, Profile.PROD: {}}


def zones(region: str) -> list[str]:
    """Three zones of the region."""
    return [f"{region}-{letter}" for letter in ZONES.get(region, "abc")]
