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
from settings.problems import NAMESPACE

Schema = dict[str, Any]
LAYERS: Final = tuple(layer_defaults(Cloud.AWS, Profile.DEV))
ZONES: Final = "the first three of the region"


def stack_file_schema() -> Schema:
    """The schema of a whole `Pulumi.<stack>.yaml`."""
    schema = Settings.model_json_schema()
    definitions: Schema = schema["$defs"]
    for layer in LAYERS:
        _default_kind(definitions, schema["properties"][layer])
    _default(definitions["Assistant"], {profile: assistant_defaults(profile) for profile in Profile})
    _default(definitions["Resources"], {profile: assistant_defaults(profile)["resources"] for profile in Profile})
    for layer in LAYERS:
        chosen = {profile: layer_defaults(Cloud.AWS, profile)[layer] for profile in Profile}
        _default(definitions[_usual(schema["properties"][layer])], chosen)
    definitions["CreateNetwork"]["properties"]["zones"]["defaults"] = {profile.value: ZONES for profile in Profile}
    definitions["CreateNetwork"]["required"] = []
    # Checked by a rule, so that its absence does not hide other problems.
    definitions["CreateCluster"]["required"] = ["apiAccess"]
    properties: Schema = schema["properties"]
    properties["secrets"]["additionalProperties"] = {
        "type": "object",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
        "additionalProperties": False,
    }
    # `pulumi config set` writes it in quotes.
    properties["allowDestroy"]["enum"] = [True, False, "true", "false"]
    del properties["allowDestroy"]["type"]
    whole: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "A stack file of this project. Generated; see docs/configuration.md.",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {f"{NAMESPACE}:{key}": value for key, value in properties.items()},
                "required": [f"{NAMESPACE}:{key}" for key in ("cloud", "profile", "region", "cluster", "assistants")],
                "patternProperties": {rf"^(?!{NAMESPACE}:)": True},
                "additionalProperties": False,
            },
        },
        "required": ["config"],
        "$defs": definitions,
    }
    return cast(Schema, _without_titles(whole))


def _default_kind(definitions: Schema, node: Schema) -> None:
    """A union takes the usual alternative when `kind` is left out; every other one has to be named."""
    alternatives = node.pop("oneOf", None)
    node.pop("discriminator", None)
    if alternatives is None:
        return
    node["anyOf"] = alternatives
    for alternative in alternatives[1:]:
        definitions[_name(alternative)]["required"] = ["kind"]


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
