"""Defaults that depend on cloud, profile or region, as data in the form of a stack file.

`with_defaults` fills a raw stack file with them, so that what is validated, documented and deployed is one thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Protocol

from settings.base import REGIONS, Cloud, Json, Profile
from settings.defaults import aws, azure, gcp


class _Defaults(Protocol):
    """What each cloud's module holds: the layers in both profiles, what a profile adds to them, what else it changes
    where no Vault holds the database's credentials, and the zones of a region.
    """

    @property
    def COMMON(self) -> dict[str, dict[str, Json]]: ...
    @property
    def BY_PROFILE(self) -> dict[Profile, dict[str, dict[str, Json]]]: ...
    @property
    def WITHOUT_VAULT(self) -> dict[Profile, dict[str, dict[str, Json]]]: ...

    def zones(self, region: str, /) -> list[str]: ...


_CLOUDS: Final[Mapping[Cloud, _Defaults]] = {Cloud.AWS: aws, Cloud.AZURE: azure, Cloud.GCP: gcp}

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


def layer_defaults(cloud: Cloud, profile: Profile, *, with_vault: bool = True) -> dict[str, dict[str, Json]]:
    """The default of every layer, by its key in the stack file. A fresh copy."""
    chosen = _CLOUDS[cloud]
    parts = (chosen.BY_PROFILE[profile], {} if with_vault else chosen.WITHOUT_VAULT[profile])
    return {
        key: {**layer, **{name: value for part in parts for name, value in part.get(key, {}).items()}}
        for key, layer in chosen.COMMON.items()
    }


def assistant_defaults(profile: Profile) -> dict[str, Json]:
    """The defaults of an assistant. A fresh copy."""
    return dict(_ASSISTANT[profile])


def default_zones(cloud: Cloud, region: str) -> list[str]:
    """Three zones of a region (two where it has no more), as the cloud names them; none of what is no region."""
    if re.fullmatch(REGIONS[cloud], region) is None:
        return []
    return _CLOUDS[cloud].zones(region)


def with_defaults(raw: Mapping[str, Json], cloud: Cloud, profile: Profile) -> dict[str, Json]:
    """The stack file with every default filled in; what is not a mapping where one belongs is left for validation."""
    full = dict(raw)
    for key, default in layer_defaults(cloud, profile, with_vault=_has_vault(raw.get("secretsManager"))).items():
        given = raw.get(key, {})
        if isinstance(given, dict) and given.get("kind", default["kind"]) == default["kind"]:
            full[key] = {**default, **given}
    region, network = raw.get("region"), full["network"]
    if isinstance(network, dict) and network.get("kind") == "create":
        zones: list[Json] = [*default_zones(cloud, region)] if isinstance(region, str) else []
        full["network"] = {"zones": zones, **network}
    assistants = raw.get("assistants")
    if isinstance(assistants, list):
        full["assistants"] = [_assistant(given, profile) for given in assistants]
    return full


def _has_vault(secrets_manager: Json) -> bool:
    return not (isinstance(secrets_manager, dict) and secrets_manager.get("kind") == "kubernetes")


def _assistant(given: Json, profile: Profile) -> Json:
    if not isinstance(given, dict):
        return given
    default = assistant_defaults(profile)
    usual, resources = default["resources"], given.get("resources", {})
    if isinstance(usual, dict) and isinstance(resources, dict):
        return {**default, **given, "resources": {**usual, **resources}}
    return {**default, **given}
