"""Writes the tables of docs/configuration.md from the settings, so that they cannot disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, cast

from settings import Cloud, Profile, Settings
from settings.defaults import kinds
from settings.problems import NAMESPACE
from settings.schema import Described, described
from settings.setting import Effect
from tools.venv import CHECKOUT
from tools.written import page_of, table

SCHEMA_FILE: Final = "settings.schema.json"
PAGE: Final = "docs/configuration.md"
TITLES: Final = {Cloud.AWS: "AWS", Cloud.AZURE: "Azure", Cloud.GCP: "GCP"}
EFFECTS: Final[Mapping[Effect, str]] = {
    Effect.NOTHING: "Nothing happens.",
    Effect.IN_PLACE: "The resource is updated and stays in service.",
    Effect.RESTARTS_PODS: "The pods restart one after the other.",
    Effect.ROLLS: "The nodes or brokers are updated or replaced one after the other. This can take an hour.",
    Effect.FAILS_OVER: "Updated in place, with a failover in prod and minutes without the service in dev.",
    Effect.REPLACES: "**Replaces the resource: its data is at risk.** Prod refuses it; see [replace.md](replace.md).",
    Effect.REFUSED: "The change is refused, and nothing changes; see [replace.md](replace.md).",
    Effect.REFUSED_IN_PROD: "Dev deletes at once what is older. Prod refuses it; see [replace.md](replace.md).",
}
WORDS: Final = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "mapping"}
# A setting on every cloud that has it.
Shared = Mapping[Cloud, Described]


def reference() -> str:
    """Returns the page."""
    settings = {cloud: described(cloud) for cloud in Cloud}
    parts = [f"## The stack\n\n{_table({cloud: _of(all_, '', '') for cloud, all_ in settings.items()})}"]
    own: dict[Cloud, list[str]] = {cloud: [] for cloud in Cloud}
    layers = {cloud: kinds(cloud) for cloud in Cloud}
    for field in Settings.model_fields.values():
        key = str(field.alias)
        if not any(re.match(rf"{key}[.\[]", one.key) for one in settings[Cloud.AWS]):
            continue
        is_list = any(one.key.startswith(f"{key}[]") for one in settings[Cloud.AWS])
        parts.append(f"## `{NAMESPACE}:{key}`{' (a list)' if is_list else ''}\n\n{field.description}\n")
        for by_cloud in _kinds({cloud: [*by_key.get(key, {"": None})] for cloud, by_key in layers.items()}):
            found = {cloud: _of(settings[cloud], key, kind) for cloud, kind in by_cloud.items()}
            texts = {cloud: layers[cloud][key][kind].__doc__ or "" for cloud, kind in by_cloud.items() if kind}
            shared = _shared(found) if len(by_cloud) == len(Cloud) else set[str]()
            if len(by_cloud) == len(Cloud):
                common = {cloud: {name: each[name] for name in each if name in shared} for cloud, each in found.items()}
                parts.append(f"{_description(by_cloud, texts)}\n\n{_table(common)}")
            for cloud, each in found.items():
                only = {f"{key}.{name}": one for name, one in each.items() if name not in shared}
                if only:
                    own[cloud].append(f"{texts.get(cloud, '')}\n\n{_table({cloud: only})}")
    for cloud, tables in own.items():
        parts += [f"## Only on {TITLES[cloud]}\n", *tables]
    files = {stack: f"```yaml\n{(CHECKOUT / f'Pulumi.{stack}.yaml').read_text()}```" for stack in ("dev", "prod")}
    effects = table(["word", "effect"], EFFECTS.items())
    return page_of(PAGE, {**files, "effects": effects, "settings": re.sub(r"\n{3,}", "\n\n", "\n".join(parts))})


def _of(settings: Iterable[Described], layer: str, kind: str) -> dict[str, Described]:
    """Returns the settings of one kind of a layer, or of the stack, by their key below it."""
    found: dict[str, Described] = {}
    for one in settings:
        top, _, rest = one.key.partition("." if layer else "\n")
        is_no_choice = one.key.endswith(".kind") and one.choices == ("none",)
        if is_no_choice or (layer and (top.removesuffix("[]") != layer or one.kind != kind)):
            continue
        if layer or re.fullmatch(r"\w+", one.key):
            found[rest or top] = one
    return found


def _kinds(by_cloud: Mapping[Cloud, Sequence[str]]) -> list[dict[Cloud, str]]:
    """Returns the kinds of a layer, each with its `kind` on the clouds that have it; each cloud's default first."""
    first = {cloud: kinds_[0] for cloud, kinds_ in by_cloud.items()}
    further = dict.fromkeys(kind for kinds_ in by_cloud.values() for kind in kinds_[1:])
    return [first, *({cloud: kind for cloud in by_cloud if kind in by_cloud[cloud][1:]} for kind in further)]


def _shared(found: Mapping[Cloud, Mapping[str, Described]]) -> set[str]:
    """Returns the keys that every cloud has."""
    first, *others = ([*each] for each in found.values())
    return {key for key in first if all(key in other for other in others)}


def _description(by_cloud: Mapping[Cloud, str], texts: Mapping[Cloud, str]) -> str:
    """Returns the description of a kind on every cloud."""
    names = set(by_cloud.values())
    start = f"With `kind: {names.pop()}`: " if len(names) == 1 and names <= {"existing", "none", "kubernetes"} else ""
    return start + _by_cloud(texts) if texts else ""


def _table(found: Mapping[Cloud, Mapping[str, Described]]) -> str:
    """Returns a table of settings: a column for each cloud if defaults differ, else one for each profile."""
    rows: dict[str, Shared] = {key: {cloud: found[cloud][key] for cloud in found} for key in next(iter(found.values()))}
    if not rows:
        return ""
    defaults = {key: [_defaults(one) for one in row.values()] for key, row in rows.items()}
    differ = any(one != each[0] for each in defaults.values() for one in each)
    columns = [TITLES[cloud] for cloud in found] if differ else [*Profile]
    names = ["key", "type", *columns, "meaning", "changing it"]
    lines: list[list[str]] = []
    for key, row in rows.items():
        cells = [_both(*each) for each in defaults[key]] if differ else [*defaults[key][0]]
        texts = (
            _by_cloud({cloud: say(one) for cloud, one in row.items()})
            for say in (_type, attrgetter("description"), _effect)
        )
        type_, meaning, effect = texts
        lines.append([cell.replace("|", "\\|") for cell in (f"`{key}`", type_, *cells, meaning, effect)])
    return f"{table(names, lines)}\n"


def _by_cloud(texts: Mapping[Cloud, str]) -> str:
    """Returns a text for all clouds, or each text with its clouds if they differ."""
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    clouds = {text: [TITLES[cloud] for cloud in texts if texts[cloud] == text] for text in texts.values()}
    return " ".join(f"{', '.join(names)}: {text.rstrip('.')}." for text, names in clouds.items())


def _both(dev: str, prod: str) -> str:
    return dev if dev == prod else f"{dev}, prod: {prod}"


def _defaults(one: Described) -> tuple[str, str]:
    if one.defaults is None:
        return ("required", "required")
    return _shown(one.defaults[Profile.DEV]), _shown(one.defaults[Profile.PROD])


def _shown(value: Any) -> str:
    match value:
        case None | {} | []:
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case [*items]:
            return f"`[{', '.join(map(str, cast('list[object]', items)))}]`"
        case str() if " " in value:
            return value
        case str() if re.fullmatch(r"[\d.]+", value):
            return f"`'{value}'`"
        case _:
            return f"`{value}`"


def _type(one: Described) -> str:
    choices = [_shown(choice) for choice in one.choices]
    match one.type:
        case "array":
            return " or ".join([f"list of {WORDS[one.items]}s", *choices])
        case "object":
            return f"mapping to {WORDS.get(one.items, one.items)}s" if one.items in ("string", "secret") else "mapping"
        case type_:
            return " or ".join(choices) or WORDS[type_]


def _effect(one: Described) -> str:
    if one.effects is None:
        return ""
    effects, note = one.effects, f" ({one.effects.note})" if one.effects.note else ""
    if effects.raised == effects.lowered == effects.changed:
        return effects.changed + note
    return f"raised: {effects.raised}; lowered: {effects.lowered}{note}"
