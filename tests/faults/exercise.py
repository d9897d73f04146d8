"""A stack that is led through faults, and the judge of what became of it.

Whatever happens, nothing that was made may be made again, be lost or become another one before it is destroyed: neither
in the cloud, nor a secret in the state. In the end cloud and state hold the same, and there is nothing left to do.
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
from tests.engine.replay import plain
from tests.engine.workplace import Finished, Workplace

# Made in the state alone: nothing of a cloud belongs to them.
STATELESS: Final = ("random:", "tls:")
# The graph is less than this deep, so that many runs are enough for any plan.
RUNS: Final = 60


@dataclass
class Exercise:
    """`random` is where everything that is drawn comes from."""

    workplace: Workplace
    random: random.Random
    _there: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def begin(cls, directory: Path, stack: str, seed: str, of: type[Workplace] = Workplace) -> Exercise:
        """The shipped stack, of which nothing is there yet."""
        workplace = of.make(directory / "project", stack, {VARIABLE: str(directory / "plan.json")})
        begun = cls(workplace, random.Random(seed))  # noqa: S311 - has to come out the same again
        begun.plan([])
        return begun

    def beside(self, stack: str) -> Exercise:
        """Another stack, to compare with."""
        directory = self.workplace.directory.parent / stack
        directory.mkdir()
        return Exercise.begin(directory, stack, stack, type(self.workplace))

    @property
    def _plan(self) -> Path:
        return Path(self.workplace.variables[VARIABLE])

    def plan(self, faults: list[Fault]) -> None:
        """Sets what strikes from the next run on."""
        self._plan.write_text(json.dumps({"faults": [vars(fault) for fault in faults]}))

    def run(self, command: str, faults: list[Fault], *options: str) -> tuple[Finished, list[Fault]]:
        """Runs a command, and tells how it ended and which faults struck."""
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
        """Runs a command without faults, and returns what it printed."""
        finished, _ = self.run(command, [])
        assert finished.status == 0, finished.output[-3000:]
        return finished.output

    def until_done(self, command: str, faults: list[Fault], *options: str) -> None:
        """Repeats a command until every fault has struck and it succeeds.

        A failed run has to tell of every resource that was struck why it failed.
        """
        for _ in range(RUNS):
            finished, struck = self.run(command, faults, *options)
            done = {(fault.operation, fault.urn) for fault in struck}
            faults = [fault for fault in faults if (fault.operation, fault.urn) not in done]
            if finished.status == 0:
                assert not struck, f"succeeded although struck by {struck}"
                assert not faults, f"nothing ever asked for {faults}"
                return
            assert struck, f"failed for another reason:\n{finished.output[-3000:]}"
            untold = {name_of(fault.urn) for fault in struck} - told(finished.output)
            assert not untold, f"nothing is said of {untold}:\n{finished.output[-3000:]}"
        raise AssertionError(f"not done after {RUNS} runs")

    def expected(self) -> list[str]:
        """The URNs of all that a provider is asked to make."""
        return [urn for urn in self.workplace.plan() if type_of(urn).partition(":")[0] not in ("rasa", "pulumi")]

    @property
    def cloud(self) -> Path:
        """The file that the sandbox keeps its clouds in."""
        return self.workplace.directory / ".sandbox" / "cloud.sqlite"

    def made(self) -> list[Record]:
        """What the cloud has of the stack."""
        with Store(self.cloud).transaction() as cloud:
            return cloud.of_stack(self.workplace.stack)

    @property
    def state(self) -> dict[str, Any]:
        """The state as the backend keeps it; empty before the first run."""
        home = Home(self.workplace.directory, self.workplace.stack)
        if not home.state_file.exists():
            return {}
        return json.loads(home.state_file.read_text())["checkpoint"].get("latest") or {}

    @property
    def known(self) -> dict[str, dict[str, Any]]:
        """The state's resources by URN."""
        return {one["urn"]: one for one in self.state.get("resources", [])}

    def orphans(self) -> list[Record]:
        """What the cloud has and the state does not know."""
        known = self.known
        return [record for record in self.made() if known.get(record.urn, {}).get("id") != record.id]

    def nothing_is_lost(self) -> None:
        """What was there is there, is there once, and is what it was. A value that was drawn is not drawn again."""
        there = self._found()
        assert {urn: there.get(urn) for urn in self._there} == self._there
        self._there = there

    def nothing_is_new(self) -> None:
        """What is there was there before, is there once, and is what it was."""
        there = self._found()
        assert there == {urn: self._there.get(urn) for urn in there}
        self._there = there

    def _found(self) -> dict[str, Any]:
        """What is there, by URN. What was made anew, under the same id even, is another one."""
        records = self.made()
        twice = [urn for urn, count in Counter(record.urn for record in records).items() if count > 1]
        assert not twice, f"made twice: {twice}"
        drawn = {urn: one["created"] for urn, one in self.known.items() if type_of(urn).startswith(STATELESS)}
        return {record.urn: (record.id, record.seed) for record in records} | drawn

    def forget(self, urns: list[str]) -> None:
        """These may be gone, or made again."""
        for urn in urns:
            self._there.pop(urn, None)

    def all_is_well(self) -> None:
        """Cloud and state hold the same, secrets too, and there is nothing to do."""
        state = {
            one["urn"]: (one["id"], plain(one["inputs"]))
            for one in self.workplace.resources(show_secrets=True)
            if one["custom"] and not one.get("external") and not one["type"].startswith((*STATELESS, "pulumi:"))
        }
        assert {record.urn: (record.id, reveal(record.inputs)) for record in self.made()} == state
        self.workplace.succeed("preview", "--expect-no-changes")

    def all_is_gone(self) -> None:
        """Neither cloud nor state hold anything."""
        assert [record.urn for record in self.made()] == []
        assert self.known == {}


def told(output: str) -> set[str]:
    """The names of the resources of which the engine says at the end that a fault is why they failed."""
    _, _, diagnostics = output.partition("\nDiagnostics:\n")
    blocks = re.split(r"(?m)^  (?=\S+ \(.*\):$)", diagnostics)
    return {block[block.index("(") + 1 : block.index("):\n")] for block in blocks if MARK in block}
