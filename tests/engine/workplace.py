"""A copy of the project of a test's own, on which the real engine runs against the sandbox.

The copy shares the sources by links, and has stack files and a `.sandbox` of its own: tests neither see one another nor
what stands in the project's `.sandbox`.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.recorder import ROOT
from tests.settings.stack_files import changed

SHARED = ("__main__.py", "catalogue", "components", "providers", "sandbox", "settings", ".venv")


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its status, all that it printed, and what of it is on the standard output."""

    status: int
    output: str
    answer: str


@dataclass(frozen=True)
class Workplace:
    """A project directory, the stack that commands are about, and variables that they get."""

    directory: Path
    stack: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def make(cls, directory: Path, stack: str, variables: Mapping[str, str] | None = None) -> Workplace:
        """A fresh one, with the shipped stack files."""
        directory.mkdir(parents=True, exist_ok=True)
        for name in SHARED:
            (directory / name).symlink_to(ROOT / name)
        for path in ROOT.glob("Pulumi*.yaml"):
            shutil.copy(path, directory)
        return cls(directory, stack, variables or {})

    def copy(self, directory: Path) -> Workplace:
        """Another one in the same state, to go on from."""
        shutil.copytree(self.directory, directory, symlinks=True)
        return Workplace(directory, self.stack)

    @property
    def stack_file(self) -> Path:
        return self.directory / f"Pulumi.{self.stack}.yaml"

    @property
    def sandbox(self) -> Path:
        """Where the sandbox leaves what Rasa would read."""
        return self.directory / ".sandbox" / self.stack

    def own(self, name: str) -> Path:
        """A part of the program as a copy of this workplace's own, to be changed."""
        path = self.directory / name
        path.unlink()
        shutil.copytree(ROOT / name, path)
        return path

    def write(self, settings: dict[str, Any]) -> None:
        """Makes these settings the stack file; secrets are the sandbox's own."""
        content = {"config": {f"rasa:{key}": value for key, value in settings.items() if key != "secrets"}}
        self.stack_file.write_text(yaml.safe_dump(content, sort_keys=False))

    def set(self, **changes: Any) -> None:
        """Changes settings in the stack file; paths like `trackerStore.size`."""
        config = yaml.safe_load(self.stack_file.read_text())["config"]
        settings = changed({key.removeprefix("rasa:"): value for key, value in config.items()}, **changes)
        self.write(settings)

    @contextmanager
    def changed(self, **changes: Any) -> Iterator[None]:
        """The same for a while."""
        before = self.stack_file.read_text()
        self.set(**changes)
        yield
        self.stack_file.write_text(before)

    def pulumi(self, command: str, *options: str) -> Finished:
        """Runs `python -m sandbox pulumi <command>` on the stack."""
        arguments = [sys.executable, "-m", "sandbox", "pulumi", *command.split(), "--stack", self.stack, *options]
        found = subprocess.run(
            arguments,
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
            env=environment() | dict(self.variables),
        )
        return Finished(found.returncode, found.stdout + found.stderr, found.stdout)

    def succeed(self, command: str, *options: str) -> str:
        """Runs a command that has to succeed, and returns what it printed."""
        return self._succeed(command, *options).output

    def _succeed(self, command: str, *options: str) -> Finished:
        finished = self.pulumi(command, *options)
        assert finished.status == 0, finished.output[-4000:]
        return finished

    def up(self) -> str:
        """Carries the stack file out."""
        return self.succeed("up", "--yes", "--skip-preview")

    def up_in_steps(self) -> list[tuple[str, str]]:
        """The same; tells what the engine has done in what order: operation and URN."""
        lines = self.succeed("up", "--yes", "--skip-preview", "--json").splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{")]
        done = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
        return [(step["op"], step["urn"]) for step in done if step["op"] != "same"]

    def state(self, *, show_secrets: bool = False) -> str:
        """The state as the engine exports it."""
        return self._succeed("stack export", *(["--show-secrets"] if show_secrets else [])).answer

    def resources(self, *, show_secrets: bool = False) -> list[dict[str, Any]]:
        """The resources in the state, the stack's own among them."""
        return json.loads(self.state(show_secrets=show_secrets))["deployment"].get("resources", [])

    def preview(self) -> dict[str, str]:
        """What `up` would do, by the resource's name; nothing about what stays the same."""
        return {urn.rpartition("::")[2]: operation for urn, operation in self.plan().items() if operation != "same"}

    def plan(self) -> dict[str, str]:
        """What `up` would do, by URN. Replacing has several steps, of which the last one is shown."""
        decoder = json.JSONDecoder()
        text = self.succeed("preview", "--json")
        plan, _ = decoder.raw_decode(text, text.index("{"))
        return {step["urn"]: step["op"] for step in plan["steps"]}


def environment() -> dict[str, str]:
    """What a command inherits: nothing of a user's own Pulumi.

    The SDKs of the clouds are compiled at their first import, which a machine that forbids to keep the result pays
    for each time.
    """
    return {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PULUMI_") and key != "PYTHONDONTWRITEBYTECODE"
    }


def require_pulumi() -> None:
    """Without the CLI, on a machine that has not been set up, engine tests are skipped; in CI that is a failure."""
    if shutil.which("pulumi") is None:
        message = "no pulumi on PATH: run `make setup`"
        assert not os.environ.get("CI"), message
        pytest.skip(message)


@contextmanager
def cpu_seconds() -> Iterator[list[float]]:
    """Measures the processor time of commands, which other work on the machine does not change."""
    spent: list[float] = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield spent
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
