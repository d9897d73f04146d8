"""The JSON Schema of a stack file, for editors, and what the reference page is made from.

Derived from the models; nothing is described twice. A key that `settings.defaults` fills in is not required, and its
default in dev and prod stands beside it (`defaults`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from settings.base import Cloud, Json, Profile
from settings.defaults import assistant_defaults, layer_defaults
from settings.model import Settings
from settings.parse import MODELS
from settings.problems import NAMESPACE

Schema = dict[str, Any]
LAYERS: Final = tuple(layer_defaults(Cloud.AWS, Profile.DEV))
ZONES: Final = "the first three of the region"
REQUIRED: Final = ("cloud", "profile", "region", "cluster", "assistants")


def stack_file_schema() -> Schema:
    """The schema of a whole `Pulumi.<stack>.yaml`: what a layer may be depends on the cloud."""
    definitions: Schema = {}
    by_cloud: list[Schema] = []
    for cloud in Cloud:
        schema = _with_prefix(cloud_schema(cloud), cloud.value)
        definitions |= {f"{cloud.value}.{name}": definition for name, definition in schema["$defs"].items()}
        key = f"{NAMESPACE}:cloud"
        by_cloud.append(
            {
                "if": {"properties": {key: {"const": cloud.value}}, "required": [key]},
                "then": {"properties": {f"{NAMESPACE}:{name}": node for name, node in schema["properties"].items()}},
            }
        )
    keys = {field.alias: {"description": field.description} for field in Settings.model_fields.values()}
    properties: Schema = {f"{NAMESPACE}:{key}": node for key, node in keys.items()}
    properties[f"{NAMESPACE}:cloud"]["enum"] = [cloud.value for cloud in Cloud]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "A stack file of this project. Generated; see docs/configuration.md.",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": properties,
                "required": [f"{NAMESPACE}:{key}" for key in REQUIRED],
                "patternProperties": {rf"^(?!{NAMESPACE}:)": True},
                "additionalProperties": False,
                "allOf": by_cloud,
            },
        },
        "required": ["config"],
        "$defs": definitions,
    }


def cloud_schema(cloud: Cloud) -> Schema:
    """The schema of the settings of one cloud: `properties` by key, and `$defs`."""
    schema = MODELS[cloud].model_json_schema()
    definitions: Schema = schema["$defs"]
    properties: Schema = schema["properties"]
    for field in Settings.model_fields.values():
        properties[str(field.alias)]["description"] = field.description
    _default(definitions["Assistant"], {profile: assistant_defaults(profile) for profile in Profile})
    _default(definitions["Resources"], {profile: assistant_defaults(profile)["resources"] for profile in Profile})
    for layer in LAYERS:
        _default_kind(definitions, properties[layer])
        chosen = {profile: layer_defaults(cloud, profile)[layer] for profile in Profile}
        _default(definitions[_usual(properties[layer])], chosen)
    definitions["CreateNetwork"]["properties"]["zones"]["defaults"] = {profile.value: ZONES for profile in Profile}
    definitions["CreateNetwork"]["required"] = []
    # Checked by a rule, so that its absence does not hide other problems.
    definitions[_usual(properties["cluster"])]["required"] = ["apiAccess"]
    properties["secrets"]["additionalProperties"] = {
        "type": "object",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
        "additionalProperties": False,
    }
    # `pulumi config set` writes it in quotes.
    properties["allowDestroy"]["enum"] = [True, False, "true", "false"]
    del properties["allowDestroy"]["type"]
    return cast(Schema, _without_titles(schema))


def _with_prefix(schema: Schema, prefix: str) -> Schema:
    """The schema with its references to definitions prefixed: the same model has other defaults on another cloud."""
    return json.loads(json.dumps(schema).replace('"#/$defs/', f'"#/$defs/{prefix}.'))


def _default_kind(definitions: Schema, node: Schema) -> None:
    """A union takes the usual alternative when `kind` is left out; every other one has to be named."""
    alternatives = node.pop("oneOf", None)
    node.pop("discriminator", None)
    if alternatives is None:
        return
    node["anyOf"] = alternatives
    for alternative in alternatives[1:]:
        definition = definitions[_name(alternative)]
        definition["required"] = list(dict.fromkeys(["kind", *definition.get("required", [])]))


def _default(definition: Schema, chosen: Mapping[Profile, Json]) -> None:
    """Notes what each profile fills in."""
    for key, property_ in definition["properties"].items():
        values = {
            profile.value: defaults[key]
            for profile, defaults in chosen.items()
            if isinstance(defaults, dict) and not isinstance(defaults.get(key, {}), dict)
        }
        if values:
            property_["defaults"] = values
    filled = {key for defaults in chosen.values() if isinstance(defaults, dict) for key in defaults}
    definition["required"] = [key for key in definition.get("required", []) if key not in filled]


def _usual(node: Schema) -> str:
    """The name of the definition that a layer has by default."""
    return _name(node["anyOf"][0] if "anyOf" in node else node)


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[-1]


def _without_titles(node: Json) -> Json:
    """Pydantic's titles only repeat the keys."""
    match node:
        case dict():
            return {
                key: _without_titles(value)
                for key, value in node.items()
                if key != "title" or not isinstance(value, str)
            }
        case list():
            return [_without_titles(item) for item in node]
        case _:
            return node


def schema_text() -> str:
    """The schema as it stands in `settings.schema.json`."""
    return json.dumps(stack_file_schema(), indent=2) + "\n"
