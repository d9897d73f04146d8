"""Limits of Azure that settings can break, each with the service whose limit it is."""

from __future__ import annotations

from collections.abc import Iterator

from settings.azure import AzureSettings
from settings.problems import Problem


def azure_rules(settings: AzureSettings) -> Iterator[Problem]:
    """Problems that only Azure has."""
    yield from ()
