"""The JSON Schema of a stack file, for editors; and `described`, the list of all settings.

Both are derived from the declarations. A key with a default is not required, and has its default in dev and prod in
`defaults`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from settings.base import Cloud
from settings.defaults import MODELS, kinds
from settings.model import Settings
from settings.problems import NAMESPACE
from settings.setting import Effect, Effects, Json, Profile

Schema = dict[str, Any]
REQUIRED: Final = ("cloud", "profile", "region", "cluster", "assistants")


def stack_file_schema() -> Schema:
    """Returns the schema of a whole `Pulumi.<stack>.yaml`: the kinds of a layer depend on the cloud."""
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
            }
        },
        "required": ["config"],
        "$defs": definitions,
    }


def cloud_schema(cloud: Cloud) -> Schema:
    """Returns the schema of the settings of one cloud: `properties` by key, and `$defs`."""
    schema = MODELS[cloud].model_json_schema()
    definitions: Schema = schema["$defs"]
    properties: Schema = schema["properties"]
    for definition in definitions.values():
        filled = [key for key, node in definition.get("properties", {}).items() if "defaults" in node]
        if "properties" in definition:
            definition["required"] = [key for key in definition.get("required", []) if key not in filled]
    # Everything below these has a default.
    blocks = {"Assistant": ("resources", "smokeTest"), "ActionServer": ("resources",), "Duckling": ("resources",)}
    for holder, block in ((holder, block) for holder, of in blocks.items() for block in of):
        definitions[holder]["required"].remove(block)
    for key, by_kind in kinds(cloud).items():
        words = [f"`{kind}`" for kind in by_kind]
        usual, *others = (definitions[one.__name__] for one in by_kind.values())
        usual["properties"]["kind"]["description"] = f"{', '.join(words[:-1])} or {words[-1]}."
        for definition in others:
            definition["required"].insert(0, "kind")
        # A union uses the default alternative if `kind` is missing, so no key distinguishes the alternatives.
        node = properties[key]
        # The word of a kind stands for an alternative without other keys.
        node["anyOf"] = [*node.pop("oneOf"), {"enum": list(by_kind)}]
        del node["discriminator"]
    # A rule checks it, so that a missing value does not hide other problems.
    definitions[next(iter(kinds(cloud)["cluster"].values())).__name__]["required"] = ["apiAccess"]
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
    """Returns the schema with its references to definitions prefixed: a model's defaults differ between clouds."""
    return json.loads(json.dumps(schema).replace('"#/$defs/', f'"#/$defs/{prefix}.'))


def _without_titles(node: Json) -> Json:
    """Returns the schema without pydantic's titles, which only repeat the keys."""
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
    """Returns the content of `settings.schema.json`."""
    return json.dumps(stack_file_schema(), indent=2) + "\n"


@dataclass(frozen=True, kw_only=True)
class Described:
    """One setting of one cloud.

    `key` is its path in a stack file: `trackerStore.storageGb`, `assistants[].name`, `trackerStore.logins.<name>.path`.
    `kind` is the kind of its layer, `inner` the kind of an alternative inside it (`cluster.identity`), or empty. `type`
    and `items` are types of JSON Schema; of an optional block, `type` is `object`. `defaults` is None if the setting is
    required, and has None for a profile without a default. `effects` is None if only the settings below have effects.
    """

    key: str
    kind: str
    inner: str
    description: str
    type: str
    items: str
    choices: tuple[Json, ...]
    minimum: int | None
    maximum: int | None
    defaults: Mapping[Profile, Json] | None
    effects: Effects | None


def described(cloud: Cloud) -> tuple[Described, ...]:
    """Returns all settings of a cloud, in the order of the reference page: type, defaults, choices, bounds, effects."""
    schema = cloud_schema(cloud)
    found: list[Described] = []
    for key, node in schema["properties"].items():
        required = key in ("cloud", "profile", "region")
        alternatives = [_resolved(one, schema) for one in node.get("anyOf", [node.get("items", node)]) if "$ref" in one]
        models = [one for one in alternatives if "properties" in one]
        path = f"{key}[]" if node.get("type") == "array" else key
        for definition in models:
            kind = definition["properties"].get("kind", {}).get("const", "")
            found += [replace(one, kind=kind) for one in _below(definition, schema, f"{path}.")]
        if not models:
            found.append(_one(key, node, schema, required=required))
    return tuple(found)


def _below(definition: Schema, schema: Schema, path: str) -> Iterator[Described]:
    """Yields the settings of a definition and of everything in it."""
    for key, node in sorted(definition["properties"].items(), key=lambda item: item[0] != "kind"):
        resolved = _resolved(node, schema)
        inner = resolved.get("additionalProperties")
        required = key in definition.get("required", [])
        if isinstance(inner, dict) and "$ref" in inner:
            yield from _below(_resolved(cast(Schema, inner), schema), schema, f"{path}{key}.<assistant>.")
        elif "discriminator" in resolved:
            yield from _alternatives(node, resolved, schema, f"{path}{key}")
        elif "properties" in resolved:
            is_optional = "effect" in node
            if is_optional:
                yield _one(f"{path}{key}", node, schema, required=False)
            for one in _below(resolved, schema, f"{path}{key}."):
                yield one if is_optional else replace(one, description=f"{node['description']} {one.description}")
        else:
            yield _one(f"{path}{key}", node, schema, required=required)
            items = _resolved(cast(Schema, resolved.get("items", {})), schema)
            if "properties" in items:
                yield from _below(items, schema, f"{path}{key}[].")


def _alternatives(node: Schema, union: Schema, schema: Schema, path: str) -> Iterator[Described]:
    """Yields the settings of a mapping inside a layer with several alternatives, distinguished by `kind`."""
    definitions = {
        kind: _resolved({"$ref": target}, schema) for kind, target in union["discriminator"]["mapping"].items()
    }
    some = {**next(iter(definitions.values()))["properties"]["kind"], "description": node["description"]}
    some |= {"default": node["default"]["kind"], "enum": list(definitions)}
    yield _one(f"{path}.kind", some, schema, required=False)
    for kind, definition in definitions.items():
        for one in _below(definition, schema, f"{path}."):
            if one.key != f"{path}.kind":
                yield replace(one, inner=kind, description=f"With `{kind}`: {one.description}")


def _one(key: str, node: Schema, schema: Schema, *, required: bool) -> Described:
    resolved = _resolved(node, schema)
    words = [option["const"] for option in node.get("oneOf", []) if "const" in option]
    choices = resolved.get("enum", [resolved["const"]] if "const" in resolved else words)
    inner = resolved.get("items") or resolved.get("additionalProperties")
    inner = _resolved(cast(Schema, inner), schema) if isinstance(inner, dict) else Schema()
    default = node.get("default")
    return Described(
        key=key,
        kind="",
        inner="",
        description=node["description"],
        type=resolved.get("type", "boolean" if True in choices else "string"),
        items="secret" if "secure" in inner.get("properties", {}) else inner.get("type", ""),
        choices=tuple(choice for choice in choices if choice not in ("true", "false")),
        minimum=node.get("minimum"),
        maximum=node.get("maximum"),
        defaults=None if required else {profile: node.get("defaults", {}).get(profile, default) for profile in Profile},
        effects=_effects(node) if "effect" in node else None,
    )


def _effects(node: Schema) -> Effects:
    effect = node["effect"]
    raised, lowered = Effect(node.get("raised", effect)), Effect(node.get("lowered", effect))
    return Effects(changed=Effect(effect), raised=raised, lowered=lowered, note=node.get("note", ""))


def _resolved(node: Schema, schema: Schema) -> Schema:
    """Returns the definition of a property; of an optional one its value's, of a list or a word the list's."""
    if "discriminator" in node:
        return node
    for option in (*node.get("anyOf", []), *node.get("oneOf", [])):
        if option.get("type") != "null":
            return _resolved(option, schema)
    return _resolved(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema) if "$ref" in node else node
