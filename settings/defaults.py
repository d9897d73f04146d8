"""Defaults that depend on cloud, profile or region, as data in the form of a stack file.

`with_defaults` fills a raw stack file with them, so that what is validated, documented and deployed is one thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from settings.base import REGION, Cloud, Json, Profile

# Regions whose first three zones are not a, b and c for every account.
AWS_ZONES: Final[Mapping[str, str]] = {"ap-northeast-1": "acd", "ca-central-1": "abd", "us-west-1": "ac"}

_AWS: Final[dict[str, dict[str, Json]]] = {
    "network": {"kind": "create", "cidr": "10.0.0.0/16"},
    "cluster": {"kind": "create", "version": "1.35", "serviceCidr": "172.20.0.0/16"},
    "trackerStore": {"kind": "create", "auth": "password", "version": "17"},
    "lockStore": {"kind": "create", "auth": "password", "version": "8.2"},
    "modelStorage": {"kind": "create"},
    "eventQueue": {"kind": "msk", "auth": "password", "version": "3.9.x", "brokers": 3, "partitions": 6},
    "secretsManager": {"kind": "kubernetes"},
}

_AWS_BY_PROFILE: Final[dict[Profile, dict[str, dict[str, Json]]]] = {
    Profile.DEV: {
        "cluster": {"nodeSizes": ["m7i.large", "m6i.large"], "minNodes": 2, "maxNodes": 4},
        "trackerStore": {"size": "db.t4g.micro", "storageGb": 20, "maxStorageGb": 50, "backupDays": 1},
        "lockStore": {"size": "cache.t4g.micro", "nodes": 1, "backupDays": 0},
        "modelStorage": {"oldVersionDays": 7},
        "eventQueue": {"size": "kafka.t3.small", "storageGb": 10, "retentionHours": 72},
    },
    Profile.PROD: {
        "cluster": {"nodeSizes": ["m7i.xlarge"], "minNodes": 3, "maxNodes": 9},
        "trackerStore": {"size": "db.m7g.large", "storageGb": 100, "maxStorageGb": 500, "backupDays": 14},
        "lockStore": {"size": "cache.m7g.large", "nodes": 2, "backupDays": 7},
        "modelStorage": {"oldVersionDays": 90},
        "eventQueue": {"size": "kafka.m7g.large", "storageGb": 100, "retentionHours": 168},
    },
}

_ASSISTANT: Final[dict[Profile, dict[str, Json]]] = {
    Profile.DEV: {
        "rasaVersion": "3.17",
        "replicas": 1,
        "resources": {"cpu": "500m", "memory": "2Gi", "memoryLimit": "4Gi"},
    },
    Profile.PROD: {
        "rasaVersion": "3.17",
        "replicas": 2,
        "resources": {"cpu": "2", "memory": "4Gi", "memoryLimit": "8Gi"},
    },
}


def layer_defaults(cloud: Cloud, profile: Profile) -> dict[str, dict[str, Json]]:
    """The default of every layer, by its key in the stack file. A fresh copy."""
    match cloud:
        case Cloud.AWS:
            common, by_profile = _AWS, _AWS_BY_PROFILE[profile]
    return {key: {**layer, **by_profile.get(key, {})} for key, layer in common.items()}


def assistant_defaults(profile: Profile) -> dict[str, Json]:
    """The defaults of an assistant. A fresh copy."""
    return dict(_ASSISTANT[profile])


def default_zones(region: str) -> list[str]:
    """Three zones of a region (two where it has no more), as AWS names them; none of what is no region."""
    if re.fullmatch(REGION, region) is None:
        return []
    return [f"{region}{letter}" for letter in AWS_ZONES.get(region, "abc")]


def with_defaults(raw: Mapping[str, Json], cloud: Cloud, profile: Profile) -> dict[str, Json]:
    """The stack file with every default filled in; what is not a mapping where one belongs is left for validation."""
    full = dict(raw)
    for key, default in layer_defaults(cloud, profile).items():
        given = raw.get(key, {})
        if isinstance(given, dict) and given.get("kind", default["kind"]) == default["kind"]:
            full[key] = {**default, **given}
    region, network = raw.get("region"), full["network"]
    if isinstance(network, dict) and network.get("kind") == "create":
        zones: list[Json] = [*default_zones(region)] if isinstance(region, str) else []
        full["network"] = {"zones": zones, **network}
    assistants = raw.get("assistants")
    if isinstance(assistants, list):
        full["assistants"] = [_assistant(given, profile) for given in assistants]
    return full


def _assistant(given: Json, profile: Profile) -> Json:
    if not isinstance(given, dict):
        return given
    default = assistant_defaults(profile)
    usual, resources = default["resources"], given.get("resources", {})
    if isinstance(usual, dict) and isinstance(resources, dict):
        return {**default, **given, "resources": {**usual, **resources}}
    return {**default, **given}
