"""What somebody does to a stack's resources without telling Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final

from sandbox.packages import PACKAGES
from sandbox.rows import Record, Row
from sandbox.store import Store
from sandbox.wire import Properties, as_map, is_secret
from tests.faults.exercise import Exercise

ROWS: Final[dict[str, Row]] = {token: row for package in PACKAGES for token, row in package.rows.items()}
TAGS: Final = ("tags", "labels", "resourceLabels")
DELETED: Final = 6


def change_one_of_each_type(exercise: Exercise) -> dict[str, Properties]:
    """Returns the inputs as they were, by URN; a type that has nothing to change in place is left out."""
    by_type: dict[str, list[Record]] = {}
    for record in exercise.made():
        by_type.setdefault(record.token, []).append(record)
    before: dict[str, Properties] = {}
    with Store(exercise.cloud).transaction() as cloud:
        for records in by_type.values():
            record = exercise.random.choice(records)
            change = next(_changes(record), None)
            if change is None:
                continue
            inputs, outputs = deepcopy(record.inputs), deepcopy(record.outputs)
            change(inputs)
            change(outputs)
            cloud.update(record.key, inputs, outputs)
            before[record.urn] = record.inputs
    return before


def delete_what_nothing_needs(exercise: Exercise) -> list[str]:
    """Returns the URNs of what is gone."""
    needed = {urn for one in exercise.workplace.resources() for urn in one.get("dependencies", [])}
    free = [record for record in exercise.made() if record.urn not in needed]
    gone = exercise.random.sample(free, DELETED)
    with Store(exercise.cloud).transaction() as cloud:
        for record in gone:
            cloud.delete(record.key)
    return [record.urn for record in gone]


def _changes(record: Record) -> Iterator[Callable[[Properties], None]]:
    """Ways to change the resource that it would survive: a tag, a label, a plain value that can be changed in place."""
    row = ROWS[record.token]
    named = {row.autoname.path} if row.autoname else set[str]()
    fixed = {path.partition(".")[0] for path in (*row.replaces_on, *(ref.path for ref in row.refers), *named)}
    for key in TAGS:
        if key in record.inputs and key not in fixed:
            yield lambda properties, key=key: _put(properties, (key, "drifted"), "yes")
    if "metadata" in record.inputs:
        yield lambda properties: _put(properties, ("metadata", "labels", "drifted"), "yes")
    for key, value in record.inputs.items():
        if key not in fixed and not key.startswith("__") and not is_secret(value):
            match value:
                case bool():
                    yield lambda properties, key=key, value=value: _put(properties, (key,), not value)
                case int():
                    yield lambda properties, key=key, value=value: _put(properties, (key,), value + 1)
                case str():
                    yield lambda properties, key=key, value=value: _put(properties, (key,), f"{value} drifted")
                case _:
                    pass


def _put(properties: Properties, path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        properties[key] = as_map(properties.get(key))
        properties = properties[key]
    properties[path[-1]] = value
