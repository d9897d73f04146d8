"""Writes settings/data/<chart>-chart.json: the value paths that a chart supports, with their types.

    helm pull oci://<registry>/helm-charts/rasa --version <version> --untar
    helm pull vault --repo <repository> --version <version> --untar
    python -m tools.record_chart rasa vault

The charts ignore unknown values silently, so settings and tests compare values with this record. Run it again for a new
version of the chart, and read the changes. It holds paths and types only, no text of the chart.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

import yaml

from settings.chart import TYPES

RECORDS: Final = Path(__file__).parents[1] / "settings" / "data"

# The templates pass these to Kubernetes unchanged, so every Kubernetes field is valid below them.
_PASSED_ON: Final = frozenset({"podSecurityContext", "containerSecurityContext", "livenessProbe", "readinessProbe"})


def record(chart: Path) -> dict[str, Any]:
    """Returns name, version, paths with their types, and the paths below which everything is allowed."""
    about = yaml.safe_load((chart / "Chart.yaml").read_text(encoding="utf-8"))
    schema = json.loads((chart / "values.schema.json").read_text(encoding="utf-8"))
    types: dict[str, set[str]] = {}
    for path, kind in _defaults("", yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))):
        types.setdefault(path, set()).add(kind)
    # The schema's type wins: a default of "5432" may be a string by intention or by chance.
    types.update({path: kinds for path, kinds in _schema("", schema, schema.get("definitions", {})) if kinds})
    return {
        "name": about["name"],
        "version": about["version"],
        "free": sorted(path for path, kinds in types.items() if _is_free(path, kinds, types)),
        "paths": {path: "|".join(sorted(kinds)) for path, kinds in sorted(types.items())},
    }


def _defaults(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if path and value is not None:
        yield path, TYPES[type(value)]
    if isinstance(value, dict):
        for key, item in cast(dict[str, Any], value).items():
            yield from _defaults(_join(path, key), item)


def _schema(path: str, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[-1]]
    kinds = schema.get("type", [])
    if path:
        yield path, {kinds} if isinstance(kinds, str) else set(kinds)
    for key, item in schema.get("properties", {}).items():
        yield from _schema(_join(path, key), item, definitions)


def _is_free(path: str, kinds: set[str], known: Mapping[str, set[str]]) -> bool:
    if path.rsplit(".", 1)[-1] in _PASSED_ON or "array" in kinds:
        return True
    return "object" in kinds and not any(other.startswith(f"{path}.") for other in known)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def main() -> None:
    """Records the charts in the directories on the command line."""
    for directory in sys.argv[1:]:
        found = record(Path(directory))
        path = RECORDS / f"{found['name']}-chart.json"
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
