"""Changes to a stack's resources behind Pulumi's back."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from catalogue.entry import Entry, Record
from catalogue.packages import PACKAGES
from catalogue.wire import Properties, as_map
from sandbox.store import Store
from tools.faults.exercise import Exercise

ENTRIES: Final[dict[str, Entry]] = {token: entry for package in PACKAGES for token, entry in package.entries.items()}
TAGS: Final = ("tags", "labels", "resourceLabels")
DELETED: Final = 6  # or fewer, if there are not so many


def change_one_of_each_type(exercise: Exercise) -> dict[str, tuple[str, Any]]:
    """Returns which input has been changed, and its old value, by URN. Types without such an input are skipped."""
    by_type: dict[str, list[Record]] = {}
    for record in exercise.made():
        by_type.setdefault(record.token, []).append(record)
    before: dict[str, tuple[str, Any]] = {}
    with Store(exercise.cloud).transaction() as cloud:
        for records in by_type.values():
            record = exercise.random.choice(records)
            path, value = next(_changes(record), ((), None))
            if path:
                inputs, outputs = deepcopy(record.inputs), deepcopy(record.outputs)
                _put(inputs, path, value)
                _put(outputs, path, value)
                cloud.update(record.key, inputs, outputs)
                before[record.urn] = (path[0], record.inputs.get(path[0]))
    return before


def delete_what_nothing_needs(exercise: Exercise) -> list[str]:
    """Deletes some resources that nothing depends on; returns their URNs."""
    needed = {urn for one in exercise.workplace.resources() for urn in one.get("dependencies", [])}
    free = [record for record in exercise.made() if record.urn not in needed]
    assert free
    gone = exercise.random.sample(free, min(DELETED, len(free)))
    with Store(exercise.cloud).transaction() as cloud:
        for record in gone:
            cloud.delete(record.key)
    return [record.urn for record in gone]


def _changes(record: Record) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yields inputs that can be changed in place and changed back: path and value.

    It yields no numbers: what has grown cannot always shrink.
    """
    entry = ENTRIES[record.token]
    named = {entry.autoname.path} if entry.autoname else set[str]()
    fixed = {path.partition(".")[0] for path in (*entry.replaces_on, *(ref.path for ref in entry.refers), *named)}
    for key in TAGS:
        if key in record.inputs and key not in fixed:
            yield (key, "drifted"), "yes"
    if "metadata" in record.inputs:
        yield ("metadata", "labels", "drifted"), "yes"
    for key, value in record.inputs.items():
        if key not in fixed and not key.startswith("__"):
            match value:
                case bool():
                    yield (key,), not value
                case str():
                    yield (key,), f"{value} drifted"
                case _:
                    pass


def _put(properties: Properties, path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        properties[key] = as_map(properties.get(key))
        properties = properties[key]
    properties[path[-1]] = value
