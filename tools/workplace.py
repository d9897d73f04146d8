"""A copy of the project, in which tests and long programs run the real engine on the sandbox.

The copy links to the sources, and has its own stack files and its own `.sandbox`. So it is isolated from other copies
and from the project's `.sandbox`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, cast

import yaml

from tools.stacks import changed
from tools.venv import CHECKOUT as ROOT

# The engine writes the state once, at the end, not after every step. That saves a fifth of the processor time.
QUICK: Final = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
SHARED = ("__main__.py", "catalogue", "components", "providers", "sandbox", "settings", ".venv")


@dataclass(frozen=True)
class Finished:
    """A finished command: its status, all its output, and its standard output alone."""

    status: int
    output: str
    answer: str


@dataclass(frozen=True)
class Workplace:
    """A project directory, the stack of its commands, and their environment variables."""

    directory: Path
    stack: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def make(cls, directory: Path, stack: str, variables: Mapping[str, str] = QUICK) -> Self:
        """Creates a workplace with the shipped stack files."""
        directory.mkdir(parents=True, exist_ok=True)
        for name in SHARED:
            (directory / name).symlink_to(ROOT / name)
        for path in ROOT.glob("Pulumi*.yaml"):
            shutil.copy(path, directory)
        return cls(directory, stack, variables)

    def copy(self, directory: Path) -> Workplace:
        """Returns another workplace in the same state."""
        shutil.copytree(self.directory, directory, symlinks=True)
        return Workplace(directory, self.stack, self.variables)

    @property
    def stack_file(self) -> Path:
        return self.directory / f"Pulumi.{self.stack}.yaml"

    @property
    def sandbox(self) -> Path:
        """The directory with the files that Rasa would read."""
        return self.directory / ".sandbox" / self.stack

    def own(self, name: str) -> Path:
        """Replaces a link to a part of the program by a copy that can be changed; returns its path."""
        path = self.directory / name
        path.unlink()
        shutil.copytree(ROOT / name, path)
        return path

    def write(self, settings: dict[str, Any]) -> None:
        """Writes these settings as the stack file, with the sandbox's secrets."""
        content = {"config": {f"rasa:{key}": value for key, value in settings.items() if key != "secrets"}}
        self.stack_file.write_text(yaml.safe_dump(content, sort_keys=False))

    def set(self, **changes: Any) -> None:
        """Changes settings in the stack file; paths like `trackerStore.size`."""
        config = yaml.safe_load(self.stack_file.read_text())["config"]
        settings = changed({key.removeprefix("rasa:"): value for key, value in config.items()}, **changes)
        self.write(settings)

    @contextmanager
    def changed(self, **changes: Any) -> Generator[None]:
        """Changes settings temporarily."""
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
        """Runs a command, which has to succeed; returns its output."""
        return self._succeed(command, *options).output

    def _succeed(self, command: str, *options: str) -> Finished:
        finished = self.pulumi(command, *options)
        assert finished.status == 0, finished.output[-4000:]
        return finished

    def up(self) -> str:
        """Deploys the stack file."""
        return self.succeed("up", "--yes", "--skip-preview")

    def up_in_steps(self) -> list[tuple[str, str]]:
        """Deploys the stack file; returns the engine's operations in their order, each with its URN."""
        lines = self.succeed("up", "--yes", "--skip-preview", "--json").splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{")]
        done = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
        return [(step["op"], step["urn"]) for step in done if step["op"] != "same"]

    def state(self, *, show_secrets: bool = False) -> str:
        """Returns the state as the engine exports it."""
        return self._succeed("stack export", *(["--show-secrets"] if show_secrets else [])).answer

    def resources(self, *, show_secrets: bool = False) -> list[dict[str, Any]]:
        """Returns the resources in the state, the stack itself included.

        Without the engine's own provider, which answers what the last `up` deployed: no plan shows it.
        """
        found = json.loads(self.state(show_secrets=show_secrets))["deployment"].get("resources", [])
        return [one for one in found if one["type"] != "pulumi:providers:pulumi"]

    def preview(self) -> dict[str, str]:
        """Returns what `up` would do, by resource name, without unchanged resources."""
        return {urn.rpartition("::")[2]: operation for urn, operation in self.plan().items() if operation != "same"}

    def plan(self) -> dict[str, str]:
        """Returns what `up` would do, by URN. Of a replacement's steps it returns the last one."""
        decoder = json.JSONDecoder()
        text = self.succeed("preview", "--json")
        plan, _ = decoder.raw_decode(text, text.index("{"))
        return {step["urn"]: step["op"] for step in plan["steps"]}


def environment() -> dict[str, str]:
    """Returns the environment of a command, without any settings of the user's own Pulumi.

    Python compiles the clouds' SDKs at the first import. A machine that forbids to store the result compiles them each
    time.
    """
    return {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PULUMI_") and key != "PYTHONDONTWRITEBYTECODE"
    }


def plain(value: Any) -> Any:
    """Returns a value of the exported state without the marks of secrets."""
    match value:
        case {"plaintext": text}:
            return json.loads(text)
        case dict():
            return {key: plain(item) for key, item in cast("dict[str, Any]", value).items()}
        case list():
            return [plain(item) for item in cast("list[Any]", value)]
        case _:
            return value
