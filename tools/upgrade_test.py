"""Upgrades a stack in the sandbox: `python -m tools.upgrade_test --from REF [STACK ...]`.

The program of the commit REF creates the stack, then this checkout's program and stack file update it. The upgrade
fails if anything in `identity.json` is replaced or deleted. Both runs use this checkout's sandbox and packages, so how
a newer provider reads an older provider's state is not tested.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir
from pathlib import Path

from sandbox import command
from tools import identity
from tools.pulls import stand_in
from tools.pulls.outcome import Outcome, read_events
from tools.pulls.touched import stacks_in
from tools.venv import CHECKOUT

_UP = ("up", "--yes", "--skip-preview", "--suppress-outputs", "--non-interactive", "--color", "never")


def upgrade(stack: str, ref: str) -> Outcome:
    """Returns what the update did. Raises SystemExit if it cannot be tried."""
    with tempfile.TemporaryDirectory(prefix="upgrade-") as scratch:
        before, after = Path(scratch, "before"), Path(scratch, "after")
        try:
            stand_in.extract(CHECKOUT, ref, before)
        except subprocess.CalledProcessError as error:
            sys.exit(f"there is no commit {ref!r} here to upgrade from: {error.stderr.decode().strip()}")
        if _up(before, stack):
            sys.exit(f"{stack}: the program of {ref} cannot create it in this checkout's sandbox")
        stand_in.link(CHECKOUT, after)
        (before / ".sandbox").rename(after / ".sandbox")
        log = Path(scratch, "events.jsonl")
        _up(after, stack, "--event-log", str(log))
        return read_events(log.read_text().splitlines(), stack=stack, where="sandbox")


def _up(project: Path, stack: str, *options: str) -> int:
    """Runs `up` in the project. The sandbox is the one of this process, whatever the project brings."""
    with chdir(project):
        return command.run([*_UP, "--stack", stack, *options])


def losses(outcome: Outcome, recorded: Mapping[str, str]) -> Iterator[str]:
    """Yields a sentence for each thing that a user loses by the upgrade, and for each error."""
    kept = {key.rpartition("$")[2]: loss for key, loss in recorded.items()}
    for change in outcome.changes:
        loss = kept.get(f"{change.type}::{change.name}")
        if loss and change.action in ("replace", "delete"):
            refused = ", which its protection refuses" if change.refused else ""
            forcing = [one.path for one in change.properties if one.forces]
            why = f" because of {', '.join(forcing)}" if forcing else ""
            yield f"{change.action} of {change.type} {change.name}{why}{refused}: {loss}"
    yield from outcome.errors
    if not outcome.succeeded:
        yield "the update did not succeed"


def main(arguments: list[str]) -> int:
    """Returns 1 if the upgrade of any stack loses something."""
    parser = argparse.ArgumentParser(prog="python -m tools.upgrade_test", description=__doc__)
    parser.add_argument("--from", dest="ref", required=True, metavar="REF", help="the commit or tag to upgrade from")
    parser.add_argument("stacks", nargs="*", default=list(stacks_in(CHECKOUT)), metavar="STACK")
    options = parser.parse_args(arguments)
    os.environ["PULUMI_DEBUG_COMMANDS"] = "true"  # else the engine writes no event log
    lost: list[str] = []
    for stack in options.stacks:
        found = upgrade(stack, options.ref)
        sentences = list(losses(found, identity.read().get(stack, {})))
        lost += [f"{stack}: {sentence}" for sentence in sentences]
        print(
            f"{stack}: {len(found.changes)} changes, {found.unchanged} unchanged, {len(sentences)} losses", flush=True
        )
    print("\n".join(lost), file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
