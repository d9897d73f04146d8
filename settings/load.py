"""Reads the stack file: the only place that touches `pulumi.Config`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pulumi
from pulumi.runtime import config as runtime_config

from settings.defaults import AnySettings
from settings.model import Settings
from settings.numbers import octal_numbers, written_numbers
from settings.parse import parse
from settings.problems import NAMESPACE, Problem, SettingsError
from settings.setting import Json

STACK_NAME: Final = r"[a-z][a-z0-9-]{0,18}[a-z0-9]"
_TEXT: Final = frozenset({"cloud", "profile", "region"})


def load() -> AnySettings:
    """Returns the settings of the selected stack.

    Raises `pulumi.RunError` with every problem, before anything is created; logs a warning for each weakness of a dev
    stack.
    """
    raw, numbers = _raw(), written_numbers(Path(f"Pulumi.{pulumi.get_stack()}.yaml"))
    problems = [*_stack_name(), *_secrets_in_clear(raw), *octal_numbers(numbers)]
    try:
        settings, warnings = parse(raw, numbers)
    except SettingsError as error:
        found = {problem.key for problem in problems}
        others = [problem for problem in error.problems if problem.key not in found]
        raise pulumi.RunError(str(SettingsError([*problems, *others]))) from None
    if problems:
        raise pulumi.RunError(str(SettingsError(problems)))
    for warning in warnings:
        pulumi.log.warn(str(warning))
    return settings


def _raw() -> dict[str, Json]:
    """Returns all `rasa:` keys by their name, parsed; without the empty defaults of Pulumi.yaml.

    The engine turns a key with nothing after it into an empty text.
    """
    config = pulumi.Config(NAMESPACE)
    keys = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    names = sorted(key.removeprefix(f"{NAMESPACE}:") for key in keys if key.startswith(f"{NAMESPACE}:"))
    values = {name: _value(name, config.get(name) or "") for name in names}
    declared = {field.alias for field in Settings.model_fields.values()}
    given = {name: value for name, value in values.items() if value not in ({}, []) or name not in declared}
    return {name: value if value != "" else None for name, value in given.items() if value != "" or name not in _TEXT}


def _value(name: str, text: str) -> Json:
    """Returns a parsed value. The engine passes structures, numbers and booleans as JSON text; other text stays."""
    if name in _TEXT:
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _stack_name() -> list[Problem]:
    stack = pulumi.get_stack()
    if re.fullmatch(STACK_NAME, stack):
        return []
    return [
        Problem(
            key="<stack name>",
            got=stack,
            expected="is not a-z, 0-9 and -, letter first, 2 to 20 characters (it becomes part of resource names)",
            fix="run: pulumi stack rename",
        )
    ]


def _secrets_in_clear(raw: Mapping[str, Json]) -> list[Problem]:
    """Returns problems for unencrypted secrets. The engine reports this for `rasa:secrets` as a whole, not per key."""
    secrets = raw.get("secrets")
    if not isinstance(secrets, dict) or runtime_config.is_config_secret(f"{NAMESPACE}:secrets"):
        return []
    return [
        Problem(
            key=f"secrets.{key}",
            got="the value",
            expected="is in plain text in the stack file",
            fix=f"replace the secret, then run: pulumi config set --secret --path '{NAMESPACE}:secrets.{key}'",
        )
        for key in secrets
    ]
