"""The value paths of the pinned charts, as `tools/record_chart.py` recorded them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi

_DATA = Path(__file__).parents[1] / "data"
_TYPES = {bool: "boolean", int: "integer", str: "string", list: "array", tuple: "array", dict: "object"}


def recorded(name: str) -> dict[str, Any]:
    """The record of a chart."""
    return json.loads((_DATA / f"{name}-chart.json").read_text(encoding="utf-8"))


def unknown_paths(chart: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """Paths that the chart does not know, or not with this type."""
    if path in chart["free"]:
        return
    kinds = chart["paths"].get(path, "").split("|")
    kind = "string" if isinstance(value, pulumi.Output) else _TYPES[type(value)]
    if path and kind not in kinds:
        yield f"{path} ({kind})"
    if isinstance(value, dict):
        for key, item in value.items():
            yield from unknown_paths(chart, item, f"{path}.{key}" if path else key)
