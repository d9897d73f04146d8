"""The Pulumi CLI with its Python language host: from PATH, else from the vendor's installer, else built.

An installed or built CLI is in the user's cache and linked into `.venv/bin`, which is first on PATH in our commands.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import cache, go_build, progress, venv

# The engine that was tested with the SDK in requirements.txt; a later 3.x on PATH is accepted too.
VERSION = "3.255.0"
OLDEST, TOO_NEW = (3, 255, 0), (4, 0, 0)

INSTALLER = "https://get.pulumi.com/install.sh"
LANGUAGE_HOST = "pulumi-language-python"
LINKS = venv.DIRECTORY / "bin"
VERSION_SEEN = venv.DIRECTORY / "pulumi-on-path"

_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
PROGRAMS = (
    go_build.Program(name="pulumi", version=f"v{VERSION}", version_variable=_VERSION_VARIABLE, inlined=True),
    # The last language host that is part of a Go module; later ones are only in the vendor's archive.
    go_build.Program(
        name=LANGUAGE_HOST,
        version="v3.79.0",
        version_variable=_VERSION_VARIABLE,
        inlined=True,
        module="github.com/pulumi/pulumi/sdk/v3",
        scripts=(
            "python/cmd/pulumi-language-python-exec",
            "python/dist/pulumi-analyzer-policy-python",
            "python/dist/pulumi-resource-pulumi-python",
        ),
    ),
)


def ensure() -> None:
    if _on_path_and_fit():
        _link(())
        return
    directory = cache.provide(f"pulumi-{VERSION}", _make) / "bin"
    if (LINKS / "pulumi").exists() and (LINKS / "pulumi").readlink().parent == directory:
        return
    # In reverse order: the check above looks at `pulumi`, so it has to come last.
    _link(sorted(directory.iterdir(), reverse=True))


def _on_path_and_fit() -> bool:
    elsewhere = [directory for directory in os.get_exec_path() if Path(directory).resolve() != LINKS]
    found = shutil.which("pulumi", path=os.pathsep.join(elsewhere))
    if found is None:
        return False
    program = Path(found).resolve()
    # The engine looks for the language host on PATH and next to itself.
    if not shutil.which(LANGUAGE_HOST, path=os.pathsep.join([*elsewhere, str(program.parent)])):
        return False
    return OLDEST <= _version(program) < TOO_NEW


def _version(program: Path) -> tuple[int, ...]:
    """Returns the version of a CLI, cached until its file changes, because the CLI takes a third of a second."""
    identity = f"{program} {program.stat().st_mtime_ns}"
    if VERSION_SEEN.exists():
        seen, _, version = VERSION_SEEN.read_text().partition("\n")
        if seen == identity:
            return _numbers(version)
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PULUMI_HOME": home, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        command = [program, "version"]
        version = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout
    VERSION_SEEN.write_text(f"{identity}\n{version}")
    return _numbers(version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _make(directory: Path) -> None:
    progress.say(f"no Pulumi CLI from {VERSION} on (and below 4) with its Python language host is on PATH")
    if not _install(directory):
        progress.say(f"{INSTALLER} cannot be used here; building Pulumi instead, about 5 minutes, once per machine")
        binaries = directory / "bin"
        shutil.rmtree(binaries, ignore_errors=True)  # remains of a failed installer
        binaries.mkdir()
        go_build.build(PROGRAMS, binaries)


def _install(directory: Path) -> bool:
    """Runs the vendor's installer into `directory/bin`; returns False if it is unreachable or fails."""
    script = directory / "install.sh"
    limits = ["--connect-timeout", "5", "--max-time", "30"]
    try:
        subprocess.run(["curl", "-fsSL", *limits, "-o", script, INSTALLER], capture_output=True, check=True)
        arguments = ["--version", VERSION, "--install-root", directory, "--no-edit-path"]
        progress.run(f"installing Pulumi {VERSION}", ["sh", script, *arguments], timeout=600)
    except (OSError, subprocess.CalledProcessError, progress.StepFailed):
        return False
    return (directory / "bin" / "pulumi").exists()


def _link(programs: Sequence[Path]) -> None:
    """Makes these programs the only ones of Pulumi in `.venv/bin`."""
    for link in LINKS.glob("pulumi*"):
        if link.is_symlink():
            link.unlink()
    for program in programs:
        (LINKS / program.name).symlink_to(program)
