"""`parse`: turns the content of a stack file into settings, or reports every problem."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from settings.base import Cloud
from settings.defaults import MODELS, AnySettings, with_defaults
from settings.numbers import Steps, texts_for_numbers
from settings.problems import Problem, SettingsError, no_choice, problems_of, shown, without_consequences
from settings.rules import broken_rules
from settings.setting import Json, Profile

# Replacements for a missing or wrong region, so that the rules can check the rest.
_REGIONS: Final = {Cloud.AWS: "eu-central-1", Cloud.AZURE: "westeurope", Cloud.GCP: "europe-west1"}

_NOTHING: Final[Mapping[Steps, str]] = MappingProxyType({})


def parse(raw: Mapping[str, Json], written: Mapping[Steps, str] = _NOTHING) -> tuple[AnySettings, list[Problem]]:
    """Returns settings from the keys of a stack file (without `rasa:`), and the problems that are only warnings.

    `written` has numbers as they are in the file, by their path. Raises `SettingsError` with all problems
    at once.
    """
    name = raw.get("cloud")
    if name not in list(Cloud):
        raise SettingsError([_no_cloud(raw), *_problems_on_any_cloud(raw, written)])
    cloud = Cloud(str(name))
    try:
        settings = _validated(raw, cloud, written)
    except ValidationError as error:
        problems = problems_of(error, MODELS[cloud])
        rest = _problems_of_the_rest(raw, cloud, error, written)
        raise SettingsError([*problems, *without_consequences(rest, problems)]) from None
    errors, warnings = broken_rules(settings)
    if errors:
        raise SettingsError(errors)
    return settings, warnings


def _no_cloud(raw: Mapping[str, Json]) -> Problem:
    name = raw.get("cloud")
    clouds = [cloud.value for cloud in Cloud]
    if "cloud" not in raw:
        fix = f"choose one of {', '.join(clouds)}"
        return Problem(key="cloud", got="nothing", expected="is set, but it is required", fix=fix)
    return no_choice("cloud", shown(name), name, clouds)


def _problems_on_any_cloud(raw: Mapping[str, Json], written: Mapping[Steps, str]) -> list[Problem]:
    """Returns missing, unknown and wrong keys that do not depend on the cloud."""
    found: list[dict[str, Problem]] = []
    for cloud in Cloud:
        try:
            _validated({**raw, "cloud": cloud.value}, cloud, written)
            found.append({})
        except ValidationError as error:
            found.append({str(problem): problem for problem in problems_of(error, MODELS[cloud])})
    first, *others = found
    return [problem for line, problem in first.items() if all(line in other for other in others)]


def _validated(raw: Mapping[str, Json], cloud: Cloud, written: Mapping[Steps, str]) -> AnySettings:
    profile = Profile(str(raw["profile"])) if raw.get("profile") in list(Profile) else Profile.DEV
    full: Json = with_defaults(raw, cloud, profile)
    try:
        return MODELS[cloud].model_validate_json(json.dumps(full))
    except ValidationError as error:
        texts = texts_for_numbers(full, error, written)
        if texts == full:
            raise
    return MODELS[cloud].model_validate_json(json.dumps(texts))


def _problems_of_the_rest(
    raw: Mapping[str, Json], cloud: Cloud, error: ValidationError, written: Mapping[Steps, str]
) -> list[Problem]:
    """Returns problems of the rules after the wrong values were dropped and replaced by defaults."""
    faulty = {_path(dict(raw), detail["loc"]) for detail in error.errors()}
    kept = _without(dict(raw), faulty)
    rest: dict[str, Json] = {
        "profile": Profile.DEV.value,
        "region": _REGIONS[cloud],
        **(kept if isinstance(kept, dict) else {}),
    }
    # A layer that had to be dropped as a whole is replaced by the default one.
    dropped = {path[0] for path in faulty if len(path) == 1}
    try:
        found = broken_rules(_validated(rest, cloud, written))[0]
        return [problem for problem in found if re.split(r"[.\[]", problem.key)[0] not in dropped]
    except ValidationError as further:
        # For example a list without its only item: drop the list as well, as long as something can be dropped.
        return _problems_of_the_rest(rest, cloud, further, written) if rest != raw else []


def _path(value: Json, location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Returns the keys and indices of a pydantic location in the data, without union tags and missing keys."""
    path: list[int | str] = []
    for part in location:
        match value, part:
            case dict(), str() if part in value:
                value = value[part]
            case list(), int():
                value = value[part]
            case _:
                continue
        path.append(part)
    return tuple(path)


def _without(value: Json, faulty: set[tuple[int | str, ...]], at: tuple[int | str, ...] = ()) -> Json:
    """Returns the value without the parts at the wrong paths."""
    match value:
        case dict():
            return {key: _without(item, faulty, (*at, key)) for key, item in value.items() if (*at, key) not in faulty}
        case list():
            return [
                _without(item, faulty, (*at, index)) for index, item in enumerate(value) if (*at, index) not in faulty
            ]
        case _:
            return value
