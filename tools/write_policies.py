"""Writes the rules and keys of docs/policies.md from the policy pack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policy.allowed import STATIC_KEYS
from policy.pack import THEMES
from policy.rule import Rule, When
from tools.written import page_of, table

PAGE: Final = "docs/policies.md"
LISTED: Final = {When.ALWAYS: "all", When.PROD: "prod", When.PROTECTED: "prod, until destroy"}
PACKAGES: Final = {
    "aws": "AWS",
    "azure-native": "Azure",
    "gcp": "GCP",
    "confluentcloud": "GCP",
    "kubernetes": "cluster",
    "random": "all",
}


def page() -> str:
    """Returns the page."""
    themes = [
        f"### {theme}\n\n{table(['rule', 'requirement', 'in', 'on', 'fix'], map(_row, rules))}"
        for theme, rules in THEMES.items()
    ]
    keys = [
        (f"`{type_.rpartition(':')[2]}`", f"`{pattern}`", reason)
        for type_, patterns in STATIC_KEYS.items()
        for pattern, reason in patterns.items()
    ]
    parts = {"rules": "\n\n".join(themes), "keys": table(["resource", "name ends in", "reason"], keys)}
    return page_of(PAGE, parts)


def _row(rule: Rule) -> Sequence[str]:
    packages = (type_.removeprefix("pulumi:providers:").split(":")[0] for type_ in rule.types)
    clouds = ", ".join(dict.fromkeys(PACKAGES[package] for package in packages))
    return f"`{rule.name}`", rule.description, LISTED[rule.when], clouds, rule.remedy
