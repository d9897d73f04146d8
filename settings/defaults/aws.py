"""Defaults of a stack on AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from settings.base import Json, Profile

# Regions whose first three zones are not a, b and c for every account.
ZONES: Final[Mapping[str, str]] = {"ap-northeast-1": "acd", "ca-central-1": "abd", "us-west-1": "ac"}

COMMON: Final[dict[str, dict[str, Json]]] = {
    "network": {"kind": "create", "cidr": "10.0.0.0/16"},
    "encryption": {"kind": "create"},
    "cluster": {"kind": "create", "version": "1.35", "serviceCidr": "172.20.0.0/16"},
    "trackerStore": {"kind": "create", "auth": "password", "version": "17"},
    "lockStore": {"kind": "create", "version": "8.2"},
    "eventQueue": {"kind": "msk", "version": "3.9.x", "brokers": 3, "partitions": 6},
    "modelStorage": {"kind": "create"},
    "secretsManager": {"kind": "vault", "version": "2.0.4"},
}

BY_PROFILE: Final[dict[Profile, dict[str, dict[str, Json]]]] = {
    Profile.DEV: {
        "cluster": {"nodeSizes": ["m7i.large", "m6i.large"], "minNodes": 2, "maxNodes": 4},
        "trackerStore": {"size": "db.t4g.micro", "storageGb": 20, "maxStorageGb": 50, "backupDays": 1},
        "lockStore": {"auth": "password", "size": "cache.t4g.micro", "nodes": 1, "backupDays": 0},
        "eventQueue": {"auth": "password", "size": "kafka.t3.small", "storageGb": 10, "retentionHours": 72},
        "modelStorage": {"oldVersionDays": 7},
        "secretsManager": {"nodes": 1, "storageGb": 5},
    },
    Profile.PROD: {
        "cluster": {"nodeSizes": ["m7i.xlarge"], "minNodes": 3, "maxNodes": 9},
        "trackerStore": {"size": "db.m7g.large", "storageGb": 100, "maxStorageGb": 500, "backupDays": 14},
        "lockStore": {"auth": "iam", "size": "cache.m7g.large", "nodes": 2, "backupDays": 7},
        "eventQueue": {"auth": "iam", "size": "kafka.m7g.large", "storageGb": 100, "retentionHours": 168},
        "modelStorage": {"oldVersionDays": 90},
        "secretsManager": {"nodes": 3, "storageGb": 20},
    },
}

# Rasa reads a password in Vault or signs in by IAM, never both.
WITHOUT_VAULT: Final[dict[Profile, dict[str, dict[str, Json]]]] = {
    Profile.DEV: {},
    Profile.PROD: {"trackerStore": {"auth": "iam"}},
}


def zones(region: str) -> list[str]:
    """Three zones of the region; two where it has no more."""
    return [f"{region}{letter}" for letter in ZONES.get(region, "abc")]
