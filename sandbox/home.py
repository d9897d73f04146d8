"""The sandbox's directories: all are in `.sandbox/` next to Pulumi.yaml."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

PASSPHRASE = "dummy-passphrase-of-the-sandbox-protects-nothing"
# Settings of the user's own Pulumi that would take the engine out of the sandbox.
FORBIDDEN = ("PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_OPTION_STACK", "PULUMI_OPTION_CONFIG_FILE")


class NoProject(Exception):
    """The current directory is not in a Pulumi project."""


@dataclass(frozen=True)
class Home:
    """The project's sandbox and the stack of a command."""

    project: Path
    stack: str

    @classmethod
    def find(cls, stack: str) -> "Home":
        """Looks for Pulumi.yaml from the current directory upwards; raises `NoProject`."""
        here = Path.cwd()
        for directory in (here, *here.parents):
            if (directory / "Pulumi.yaml").is_file():
                return cls(directory, stack)
        raise NoProject(f"no Pulumi.yaml in {here} or above it: run the sandbox in a Pulumi project")

    @property
    def root(self) -> Path:
        """The directory that all stacks share: backend, the engine's home, the clouds' contents."""
        return self.project / ".sandbox"

    @property
    def directory(self) -> Path:
        """The stack's directory."""
        return self.root / self.stack

    @property
    def source_file(self) -> Path:
        """The user's stack file."""
        return self.project / f"Pulumi.{self.stack}.yaml"

    @property
    def stack_file(self) -> Path:
        """The stack file that the engine reads instead of the user's."""
        return self.directory / f"Pulumi.{self.stack}.yaml"

    @property
    def backend(self) -> Path:
        """The directory that holds the stacks' states."""
        return self.root / "backend"

    @property
    def state_file(self) -> Path:
        """The file in which Pulumi's file backend keeps the stack's state; it exists as soon as the stack does."""
        project = yaml.safe_load((self.project / "Pulumi.yaml").read_text())["name"]
        return self.backend / ".pulumi" / "stacks" / project / f"{self.stack}.json"

    def environment(self, ports: dict[str, int]) -> dict[str, str]:
        """Returns the CLI's environment: own backend and home, the providers' ports, and this Python first on PATH."""
        inherited = {key: value for key, value in os.environ.items() if key not in FORBIDDEN}
        self.backend.mkdir(parents=True, exist_ok=True)
        return inherited | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "PULUMI_HOME": str(self.root / "home"),
            # The state is written atomically; a metadata file would not be, and a kill could break it.
            "PULUMI_BACKEND_URL": f"file://{self.backend}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_STACK": self.stack,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_PROVIDERS": ",".join(f"{name}:{port}" for name, port in ports.items()),
        }
