"""The instructions of docs/reliability.md, run with the page's commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from catalogue.entry import Record
from catalogue.urns import name_of, type_of
from catalogue.wire import as_map
from sandbox.store import Store
from tools.faults.exercise import Exercise

RELEASE: Final = "kubernetes:helm.sh/v3:Release"
TAKE_OVER: Final = ("--yes", "--skip-preview", "--generate-code=false", "--protect=false", "--suppress-outputs")


def after_a_kill(exercise: Exercise) -> None:
    """Removes the lock and the pending operations; adopts what the cloud has created all the same."""
    workplace = exercise.workplace
    workplace.succeed("cancel", "--yes")
    deployment: dict[str, Any] = json.loads(workplace.state())["deployment"]
    if any(operation["type"] == "creating" for operation in deployment.get("pending_operations", [])):
        workplace.succeed("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    take_over(exercise)


def take_over(exercise: Exercise) -> None:
    """Imports what is in the cloud and not in the state; uninstalls a release that is incomplete."""
    orphans = exercise.orphans()
    for release in (orphan for orphan in orphans if orphan.token == RELEASE):
        _helm_uninstall(exercise, release)
    wanted = {orphan.urn: orphan.id for orphan in orphans if orphan.token != RELEASE}
    if wanted:
        path = exercise.workplace.directory / "import.json"
        exercise.workplace.succeed("preview", "--import-file", str(path))
        _fill_in(path, wanted)
        exercise.workplace.succeed("import", "--file", str(path), *TAKE_OVER)


def _fill_in(path: Path, wanted: dict[str, str]) -> None:
    """Keeps the existing resources in the file that the preview has written, with their ids and parents."""
    ids = {(type_of(urn), name_of(urn)): id for urn, id in wanted.items()}
    given = json.loads(path.read_text())
    parts = [one for one in given["resources"] if one.get("component")]
    found = [{**one, "id": ids[_key(one)]} for one in given["resources"] if _key(one) in ids]
    assert len(found) == len(wanted)
    path.write_text(json.dumps({**given, "resources": [*parts, *found]}))


def _key(entry: dict[str, Any]) -> tuple[str, str]:
    """Returns the type and the logical name. The preview's `name` differs if two resources have the same name."""
    return entry["type"], entry.get("logicalName", entry["name"])


def _helm_uninstall(exercise: Exercise, release: Record) -> None:
    """Does to the cluster what the command does."""
    with Store(exercise.cloud).transaction() as cloud:
        cloud.delete(release.key)
    exercise.forget([release.urn])


def set_helm_status(exercise: Exercise, urn: str, status: str) -> None:
    """Sets the status of a release: `pending-...` as after a killed Helm, or `deployed` as after `helm rollback`."""
    (release,) = (record for record in exercise.made() if record.urn == urn)
    outputs: dict[str, Any] = {
        **release.outputs,
        "status": {**as_map(release.outputs["status"]), "status": status},
    }
    with Store(exercise.cloud).transaction() as cloud:
        cloud.update(release.key, release.inputs, outputs)
