"""Programs that come with the system's own packages: where each is, and which package to install for one that is not.

Nothing here installs anything. `python3 -m tools.system_packages` prints the packages that are missing, for CI.
"""

import glob
import os
import shutil
import sys
from pathlib import Path

# Program by program, the package of Debian.
PACKAGES = {
    "etcd": "etcd-server",
    "haproxy": "haproxy",
    "initdb": "postgresql",
    "java": "default-jre-headless",
    "mvn": "maven",
    "postgres": "postgresql",
    "psql": "postgresql",
    "redis-cli": "redis-server",
    "redis-server": "redis-server",
}
# Debian keeps PostgreSQL's own programs off PATH, and those of administrators where not every PATH leads.
ELSEWHERE = ("/usr/lib/postgresql/*/bin", "/usr/sbin")


class MissingProgram(Exception):
    """A program is not there; the message names the package."""


def program(name: str) -> Path:
    """Where a program of `PACKAGES` is."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(_elsewhere()))
    if found is None:
        raise MissingProgram(f"{name} is missing; install it (on Debian: apt-get install {PACKAGES[name]})")
    return Path(found)


def missing() -> list[str]:
    """The packages of the programs that are not there."""
    packages: set[str] = set()
    for name, package in PACKAGES.items():
        try:
            program(name)
        except MissingProgram:
            packages.add(package)
    return sorted(packages)


def ensure() -> None:
    """End with one line that names all that is missing."""
    packages = missing()
    if packages:
        raise MissingProgram(f"system packages are missing; on Debian: apt-get install {' '.join(packages)}")


def _elsewhere() -> list[str]:
    # The newest PostgreSQL first.
    return [path for pattern in ELSEWHERE for path in sorted(glob.glob(pattern), reverse=True)]


if __name__ == "__main__":
    sys.stdout.write("".join(f"{package}\n" for package in missing()))
