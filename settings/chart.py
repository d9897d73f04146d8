"""Values of the pinned charts: the paths that a chart knows, and the ones of Rasa's chart that the program sets itself.

The charts ignore an unknown path silently. `python -m tools.record_chart` writes the paths of a chart to `data/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from settings.problems import Problem
from settings.setting import Json

_DATA: Final = Path(__file__).parent / "data"
# The names of JSON schema.
TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    dict: "object",
}

# The program sets these, and with them everything below. `rasa.additionalArgs` and the like are lists to which an
# assistant may add.
OWNED: Final = frozenset(
    {
        "fullnameOverride", "rasaProLicense", "podLabels", "networkPolicy", "rasaProServices",
        "rasa.replicaCount", "rasa.strategy", "rasa.image", "rasa.serviceAccount",
        "rasa.podAnnotations.checksum/secrets",
        "rasa.podSecurityContext", "rasa.containerSecurityContext", "rasa.settings.environment", "rasa.settings.port",
        "rasa.settings.enableApi", "rasa.settings.authToken", "rasa.settings.jwtSecret",
        "rasa.settings.jwtMethod", "rasa.settings.telemetry",
        "rasa.settings.mountModelsVolume", "rasa.settings.mountDefaultConfigmap", "rasa.settings.credentials",
        "rasa.settings.endpoints", "rasa.additionalEnv", "rasa.resources", "rasa.livenessProbe", "rasa.readinessProbe",
        "rasa.autoscaling", "rasa.affinity", "rasa.ingress", "rasa.args", "rasa.overrideEnv", "rasa.enabled",
        "actionServer.enabled", "actionServer.replicaCount", "actionServer.image", "actionServer.serviceAccount",
        "actionServer.podAnnotations.checksum/secrets", "actionServer.additionalEnv", "actionServer.podSecurityContext",
        "actionServer.containerSecurityContext", "actionServer.resources", "actionServer.affinity",
        "rasa.settings.ducklingHttpUrl", "duckling.enabled", "duckling.replicaCount", "duckling.image",
        "duckling.command", "duckling.args", "duckling.serviceAccount", "duckling.podSecurityContext",
        "duckling.containerSecurityContext", "duckling.resources", "duckling.affinity", "duckling.autoscaling",
    }
)  # fmt: skip
# The settings to use in place of a value.
INSTEAD: Final[Mapping[str, str]] = {
    "rasa.additionalEnv": "env or secretEnv",
    "rasa.settings.endpoints": "endpoints",
    "rasa.settings.credentials": "credentials",
    "rasa.replicaCount": "replicas",
    "rasa.settings.jwtMethod": "jwt",
    "rasa.image": "image",
    "rasa.resources": "resources",
    "rasa.autoscaling": "maxReplicas",
    "rasa.ingress": "ingress",
    "actionServer.additionalEnv": "actionServer.env or actionServer.secretEnv",
    "actionServer.image": "actionServer.image",
    "actionServer.replicaCount": "actionServer.replicas",
    "actionServer.resources": "actionServer.resources",
    "rasaProServices": "analytics",
    "rasa.settings.ducklingHttpUrl": "duckling.url",
    "duckling.enabled": "duckling",
    "duckling.image": "duckling.image",
    "duckling.replicaCount": "duckling.replicas",
    "duckling.resources": "duckling.resources",
}


@cache
def recorded(chart: str) -> Mapping[str, Any]:
    """Returns the record of the chart `rasa` or `vault`: its paths with their types, and those with free content."""
    return json.loads((_DATA / f"{chart}-chart.json").read_text(encoding="utf-8"))


def unknown_paths(chart: Mapping[str, Any], value: object, path: str = "") -> Iterator[str]:
    """Yields the paths that the chart does not know, or not with this type. An output counts as a text."""
    if path in chart["free"]:
        return
    kinds = chart["paths"].get(path, "").split("|")
    kind = TYPES.get(cast(type, type(value)), "string")
    if path and kind not in kinds:
        yield f"{path} ({kind})"
    for key, item in _items(value):
        yield from unknown_paths(chart, item, f"{path}.{key}" if path else key)


def problems_of_values(values: Mapping[str, Any], at: str) -> Iterator[Problem]:
    """Yields values that the pinned chart does not know, and those that the program sets."""
    chart = recorded("rasa")
    for found in unknown_paths(chart, dict(values)):
        path, _, kind = found.partition(" ")
        if path in chart["paths"]:
            expected = f"is not what chart {chart['version']} takes there ({chart['paths'][path]})"
            yield Problem(key=f"{at}.{path}", got=kind.strip("()"), expected=expected, fix="change the value")
            continue
        near = get_close_matches(path, list(chart["paths"]), n=1)
        expected = f"is not a value of chart {chart['version']}, which would ignore it"
        fix = f"did you mean {near[0]}?" if near else "remove it"
        yield Problem(key=f"{at}.{path}", got=repr(path), expected=expected, fix=fix)
    for path in sorted(_owned(values)):
        fix = f"use {INSTEAD[path]}" if path in INSTEAD else "remove it"
        yield Problem(key=f"{at}.{path}", got="the value", expected="is set by the program itself", fix=fix)


def _owned(value: object, path: str = "") -> Iterator[str]:
    if path in OWNED:
        yield path
    else:
        for key, item in _items(value):
            yield from _owned(item, f"{path}.{key}" if path else key)


def _items(value: object) -> Iterable[tuple[str, object]]:
    return cast("dict[str, object]", value).items() if isinstance(value, dict) else ()


def merged(ours: Any, theirs: Json) -> Any:
    """Returns values with those of the user: mappings are merged, lists are joined, and other values are the user's."""
    match ours, theirs:
        case {**mine}, {**yours}:
            both = {key: merged(mine[key], yours[key]) for key in mine.keys() & yours.keys()}
            return {**mine, **yours, **both}
        case [*mine], [*yours]:
            return [*mine, *yours]
        case _:
            return theirs
