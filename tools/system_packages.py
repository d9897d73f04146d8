"""Programs from the system's packages: finds each program, or names the package to install.

It installs nothing. `python3 -m tools.system_packages` prints the missing packages, for CI.
"""

import glob
import os
import shutil
import sys
from pathlib import Path

# The Debian package of each program.
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
# Debian has PostgreSQL's programs outside PATH, and programs for administrators in a directory that may be outside it.
ELSEWHERE = ("/usr/lib/postgresql/*/bin", "/usr/sbin")


class MissingProgram(Exception):
    """A program is missing; the message names the package."""


def program(name: str) -> Path:
    """Returns the path of a program of `PACKAGES`."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(_elsewhere()))
    if found is None:
        raise MissingProgram(f"{name} is missing; install it (on Debian: apt-get install {PACKAGES[name]})")
    return Path(found)


def missing() -> list[str]:
    """Returns the packages of the missing programs."""
    packages: set[str] = set()
    for name, package in PACKAGES.items():
        try:
            program(name)
        except MissingProgram:
            packages.add(package)
    return sorted(packages)


def ensure() -> None:
    """Raises an error that names all missing packages."""
    packages = missing()
    if packages:
        raise MissingProgram(f"system packages are missing; on Debian: apt-get install {' '.join(packages)}")


def _elsewhere() -> list[str]:
    # The newest PostgreSQL first.
    return [path for pattern in ELSEWHERE for path in sorted(glob.glob(pattern), reverse=True)]


if __name__ == "__main__":
    sys.stdout.write("".join(f"{package}\n" for package in missing()))
