"""Limits of GCP that settings can break, each with the service whose limit it is."""

from __future__ import annotations

from collections.abc import Iterator

from settings.gcp import GcpSettings
from settings.problems import Problem


def gcp_rules(settings: GcpSettings) -> Iterator[Problem]:
    """Problems that only GCP has."""
    yield from ()
