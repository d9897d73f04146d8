"""Reads the stack file: the only place that touches `pulumi.Config`."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pulumi
from pulumi.runtime import config as runtime_config

from settings.model import Settings, parse
from settings.problems import NAMESPACE, Problem, SettingsError

STACK_NAME: Final = r"[a-z][a-z0-9-]{0,18}[a-z0-9]"
_TEXT: Final = frozenset({"cloud", "profile", "region"})


def load() -> Settings:
    """The settings of the selected stack.

    Raises `pulumi.RunError` with every problem, before anything is created; logs one warning for each weakness of a dev stack.
    """
    try:
        settings, warnings = parse(_raw())
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    for warning in warnings:
        pulumi.log.warn(str(warning))
    return settings


def _raw() -> dict[str, Any]:
    """All `rasa:` keys of the stack file by their name, parsed; secrets must have been encrypted."""
    config = pulumi.Config(NAMESPACE)
    names = sorted(
        key.removeprefix(f"{NAMESPACE}:")
        for key in {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
        if key.startswith(f"{NAMESPACE}:")
    )
    problems = list(_environment(names))
    if problems:
        raise SettingsError(problems)
    return {name: value for name in names if (value := _value(name, config.get(name) or "")) != ""}


def _environment(names: list[str]) -> list[Problem]:
    """What only the engine knows: the stack's name, and whether secrets were given in clear."""
    problems: list[Problem] = []
    stack = pulumi.get_stack()
    if re.fullmatch(STACK_NAME, stack) is None:
        problems.append(
            Problem(
                key="<stack name>",
                got=stack,
                expected="is not a-z, 0-9 and -, letter first, 2 to 20 characters (it becomes part of resource names)",
                fix="run: pulumi stack rename",
            )
        )
    if "secrets" in names and not runtime_config.is_config_secret(f"{NAMESPACE}:secrets"):
        secrets = _value("secrets", pulumi.Config(NAMESPACE).get("secrets") or "{}")
        for key in secrets if isinstance(secrets, dict) else ():
            problems.append(
                Problem(
                    key=f"secrets.{key}",
                    got="the value",
                    expected="stands in clear in the stack file",
                    fix=f"replace the secret, then run: pulumi config set --secret --path '{NAMESPACE}:secrets.{key}'",
                )
            )
    return problems


def _value(name: str, text: str) -> Any:
    """Structured values and booleans arrive as JSON text; words stay words."""
    if name in _TEXT:
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
