"""Fills the defaults into a stack file, so that validation, documentation and deployment have the same values.

Each setting declares its own defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_args

from settings.assistant import Assistant, SmokeTest
from settings.aws import AwsSettings
from settings.azure import AzureSettings
from settings.base import Cloud
from settings.gcp import GcpSettings
from settings.servers import ActionResources, ActionServer, Duckling, DucklingResources, Resources
from settings.setting import Json, Model, Profile
from settings.stack import Layer

AnySettings = AwsSettings | AzureSettings | GcpSettings
MODELS: Final[dict[Cloud, type[AnySettings]]] = {
    Cloud.AWS: AwsSettings,
    Cloud.AZURE: AzureSettings,
    Cloud.GCP: GcpSettings,
}

# The servers that an assistant can have, and their resources.
_SERVERS: Final[Mapping[str, tuple[type[Model], type[Model]]]] = {
    "actionServer": (ActionServer, ActionResources),
    "duckling": (Duckling, DucklingResources),
}


def kinds(cloud: Cloud) -> Mapping[str, Mapping[str, type[Layer]]]:
    """Returns the kinds of each layer, by `kind`, by the layer's key in the stack file. The first is the default."""
    return _kinds(MODELS[cloud])


@cache
def _kinds(settings: type[AnySettings]) -> Mapping[str, Mapping[str, type[Layer]]]:
    found: dict[str, dict[str, type[Layer]]] = {}
    for field in settings.model_fields.values():
        alternatives: list[Any] = [one for one in get_args(field.annotation) if isinstance(one, type)]
        layers = [one for one in alternatives if issubclass(one, Layer)]
        if layers:
            found[str(field.alias)] = {str(one.model_fields["kind"].default): one for one in layers}
    return found


def layer_defaults(
    cloud: Cloud, profile: Profile, stack_file: Mapping[str, Json] | None = None
) -> dict[str, dict[str, Json]]:
    """Returns the defaults of every layer, by its key: for the kind in the stack file, or the default kind."""
    found: dict[str, dict[str, Json]] = {}
    stack_file = {**(stack_file or {}), "cloud": cloud.value}
    for key, by_kind in kinds(cloud).items():
        given = stack_file.get(key, {})
        usual = next(iter(by_kind))
        kind = given.get("kind", usual) if isinstance(given, dict) else None
        if isinstance(kind, str) and kind in by_kind:
            found[key] = {"kind": kind, **by_kind[kind].defaults(profile, stack_file)}
    return found


def with_defaults(raw: Mapping[str, Json], cloud: Cloud, profile: Profile) -> dict[str, Json]:
    """Returns the stack file with every default. Validation reports a value that is not a mapping but should be."""
    raw = {**raw, **_kinds_alone(raw, cloud)}
    full = dict(raw)
    for key, defaults in layer_defaults(cloud, profile, raw).items():
        full[key] = _over(raw.get(key, {}), defaults)
    assistants = raw.get("assistants")
    if isinstance(assistants, list):
        default = {**Assistant.defaults(profile, raw), "resources": {}, "smokeTest": {}}
        resources = Resources.defaults(profile, raw)
        full["assistants"] = [_over(given, default) for given in assistants]
        for assistant in full["assistants"]:
            if isinstance(assistant, dict):
                assistant["resources"] = _over(assistant["resources"], resources)
                assistant["smokeTest"] = _over(assistant["smokeTest"], SmokeTest.defaults(profile, raw))
                for key, (server, for_server) in _SERVERS.items():
                    if isinstance(given := assistant.get(key), dict):
                        one: dict[str, Json] = {**server.defaults(profile, raw), "resources": {}, **given}
                        one["resources"] = _over(one["resources"], for_server.defaults(profile, raw))
                        assistant[key] = one
    return full


def _kinds_alone(raw: Mapping[str, Json], cloud: Cloud) -> dict[str, Json]:
    """Returns the layers whose value is the word of a kind, such as `none`: each as a mapping with that kind."""
    words = {key: raw.get(key) for key in kinds(cloud)}
    return {key: {"kind": word} for key, word in words.items() if isinstance(word, str) and word in kinds(cloud)[key]}


def _over(given: Json, defaults: dict[str, Json]) -> Json:
    return {**defaults, **given} if isinstance(given, dict) else given
