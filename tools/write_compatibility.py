"""Writes the tables of docs/compatibility.md from the records of Rasa Pro: `python -m tools.record_rasa`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from settings.assistant import TESTED_VERSIONS
from settings.rasa_faults import FAULTS
from tools.rasa_pro import DEFAULT, minor, nightly
from tools.record_rasa import RECORD
from tools.written import page_of, table

PAGE: Final = "docs/compatibility.md"
NAMES: Final = {"endpoints": "sections of `endpoints.yml`", "channels": "channels"}


def page() -> str:
    """Returns the page."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    lines = table(["`rasaVersion`", "projects", "tested with", "new in it"], _lines(record))
    models = table(["Rasa Pro", "loads models of"], _models(record))
    faults = table(["a patch before", "fault", "only with"], _faults())
    return page_of(PAGE, {"lines": lines, "models": models, "faults": faults})


def _lines(record: Mapping[str, Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    asked = {minor(version): f"{version} in the nightly run" for version in nightly()}
    asked |= {minor(version): version for version in TESTED_VERSIONS}
    for before, (name, one) in zip([None, *record.values()], record.items(), strict=False):
        projects = "CALM and Mantle" if one["integrations"] else "CALM"
        notes = ", default" if asked.get(name) == DEFAULT else ""
        yield f"{name}", projects, asked.get(name, "not run, only read") + notes, "; ".join(_news(before, one))


def _news(before: Mapping[str, Any] | None, one: Mapping[str, Any]) -> Iterator[str]:
    """Yields what a minor version reads and the one before it does not, and the other way round."""
    if before is None:
        return
    for kind, what in NAMES.items():
        added, removed = (sorted(set(a[kind]) - set(b[kind])) for a, b in ((one, before), (before, one)))
        if added:
            yield f"{what}: {_listed(added)}"
        if removed:
            yield f"removed {what}: {_listed(removed)}"
    if one["integrations"] != before["integrations"]:
        yield f"`integrations.yml`: {_listed(one['integrations'])}"


def _models(record: Mapping[str, Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    for one in record.values():
        first, *rest = one["models"].values()
        if all(of == first for of in rest):
            patches = " to ".join(one["models"])
            yield patches, f"{first} and later"
        else:
            for version, of in one["models"].items():
                yield version, f"{of} and later"


def _faults() -> Iterator[Sequence[str]]:
    for fault in FAULTS:
        yield ", ".join(fault.first_good.values()), fault.fault, f"`{fault.needs}`"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
