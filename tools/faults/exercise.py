"""Runs a stack through faults, and checks what became of it.

Until `destroy`, no resource may be created twice, be lost or be exchanged: neither in the cloud, nor a secret in the
state. At the end cloud and state are equal, and there are no changes left.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from catalogue.entry import Record
from catalogue.urns import name_of, type_of
from catalogue.wire import reveal
from sandbox.faults import MARK, VARIABLE, Fault, log_of
from sandbox.home import Home
from sandbox.store import Store
from tools.workplace import Finished, Workplace, plain

# These exist in the state only, not in a cloud.
STATELESS: Final = ("random:", "tls:")
# The graph has fewer levels, so that many runs are enough for any plan.
RUNS: Final = 60


@dataclass
class Exercise:
    """`random` is the source of all random choices."""

    workplace: Workplace
    random: random.Random
    _there: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def begin(cls, directory: Path, stack: str, seed: str, of: type[Workplace] = Workplace) -> Exercise:
        """Starts with a shipped stack without resources."""
        workplace = of.make(directory / "project", stack, {VARIABLE: str(directory / "plan.json")})
        begun = cls(workplace, random.Random(seed))  # noqa: S311 - a run must be repeatable
        begun.plan([])
        return begun

    def beside(self, stack: str) -> Exercise:
        """Returns another stack, to compare with."""
        directory = self.workplace.directory.parent / stack
        directory.mkdir()
        return Exercise.begin(directory, stack, stack, type(self.workplace))

    @property
    def _plan(self) -> Path:
        return Path(self.workplace.variables[VARIABLE])

    def plan(self, faults: list[Fault]) -> None:
        """Sets the faults from the next run on."""
        self._plan.write_text(json.dumps({"faults": [vars(fault) for fault in faults]}))

    def run(self, command: str, faults: list[Fault], *options: str) -> tuple[Finished, list[Fault]]:
        """Runs a command; returns its result and the faults that struck."""
        self.plan(faults)
        log = log_of(self._plan)
        log.unlink(missing_ok=True)
        finished = self.workplace.pulumi(command, "--yes", "--skip-preview", *options)
        struck = [Fault(**json.loads(line)) for line in log.read_text().splitlines()] if log.exists() else []
        self.plan([])
        if command == "destroy":
            self.nothing_is_new()
        else:
            self.nothing_is_lost()
        return finished, struck

    def succeed(self, command: str) -> str:
        """Runs a command without faults; returns its output."""
        finished, _ = self.run(command, [])
        assert finished.status == 0, finished.output[-3000:]
        return finished.output

    def until_done(self, command: str, faults: list[Fault], *options: str) -> None:
        """Repeats a command until every fault has struck and it succeeds.

        A failed run has to report the reason for every resource that a fault struck.
        """
        for _ in range(RUNS):
            finished, struck = self.run(command, faults, *options)
            done = {(fault.operation, fault.urn) for fault in struck}
            faults = [fault for fault in faults if (fault.operation, fault.urn) not in done]
            if finished.status == 0:
                assert not struck, f"succeeded although struck by {struck}"
                assert not faults, f"no call matched {faults}"
                return
            assert struck, f"failed for another reason:\n{finished.output[-3000:]}"
            untold = {name_of(fault.urn) for fault in struck} - told(finished.output)
            assert not untold, f"no diagnostic names {untold}:\n{finished.output[-3000:]}"
        raise AssertionError(f"not done after {RUNS} runs")

    def expected(self) -> list[str]:
        """Returns the URNs of all resources that a provider creates."""
        return [urn for urn in self.workplace.plan() if type_of(urn).partition(":")[0] not in ("rasa", "pulumi")]

    @property
    def cloud(self) -> Path:
        """Returns the file in which the sandbox stores its clouds."""
        return self.workplace.directory / ".sandbox" / "cloud.sqlite"

    def made(self) -> list[Record]:
        """Returns the stack's resources in the cloud."""
        with Store(self.cloud).transaction() as cloud:
            return cloud.of_stack(self.workplace.stack)

    @property
    def state(self) -> dict[str, Any]:
        """Returns the state in the backend; empty before the first run."""
        home = Home(self.workplace.directory, self.workplace.stack)
        if not home.state_file.exists():
            return {}
        return json.loads(home.state_file.read_text())["checkpoint"].get("latest") or {}

    @property
    def known(self) -> dict[str, dict[str, Any]]:
        """Returns the state's resources by URN."""
        return {one["urn"]: one for one in self.state.get("resources", [])}

    def orphans(self) -> list[Record]:
        """Returns the resources of the cloud that are not in the state."""
        known = self.known
        return [record for record in self.made() if known.get(record.urn, {}).get("id") != record.id]

    def nothing_is_lost(self) -> None:
        """Checks that each resource still exists, once and unchanged, and that no random value has changed."""
        there = self._found()
        assert {urn: there.get(urn) for urn in self._there} == self._there
        self._there = there

    def nothing_is_new(self) -> None:
        """Checks that each resource existed before, exists once, and is unchanged."""
        there = self._found()
        assert there == {urn: self._there.get(urn) for urn in there}
        self._there = there

    def _found(self) -> dict[str, Any]:
        """Returns what exists, by URN. A resource that was created again is another one, even with the old id."""
        records = self.made()
        twice = [urn for urn, count in Counter(record.urn for record in records).items() if count > 1]
        assert not twice, f"made twice: {twice}"
        drawn = {urn: one["created"] for urn, one in self.known.items() if type_of(urn).startswith(STATELESS)}
        return {record.urn: (record.id, record.seed) for record in records} | drawn

    def forget(self, urns: list[str]) -> None:
        """Allows that these are deleted or created again."""
        for urn in urns:
            self._there.pop(urn, None)

    def all_is_well(self) -> None:
        """Checks that cloud and state are equal, with their secrets, and no changes are left."""
        state = {
            one["urn"]: (one["id"], plain(one["inputs"]))
            for one in self.workplace.resources(show_secrets=True)
            if one["custom"] and not one.get("external") and not one["type"].startswith((*STATELESS, "pulumi:"))
        }
        assert {record.urn: (record.id, reveal(record.inputs)) for record in self.made()} == state
        self.workplace.succeed("preview", "--expect-no-changes")

    def all_is_gone(self) -> None:
        """Checks that cloud and state are empty."""
        assert [record.urn for record in self.made()] == []
        assert self.known == {}


def told(output: str) -> set[str]:
    """Returns the names of the resources for which the engine's diagnostics name a fault as the reason."""
    _, _, diagnostics = output.partition("\nDiagnostics:\n")
    blocks = re.split(r"(?m)^  (?=\S+ \(.*\):$)", diagnostics)
    return {block[block.index("(") + 1 : block.index("):\n")] for block in blocks if MARK in block}
