"""A Kafka broker with its dependencies, from Maven, for the tests against a real broker."""

import tempfile
from pathlib import Path

from tools import cache, progress, system_packages

VERSION = "3.9.1"
ENTRY = f"kafka-{VERSION}"

_POM = Path(__file__).parent / "maven" / "kafka" / "pom.xml"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def ensure() -> Path:
    """Returns the directory of the archives (.jar)."""
    return cache.provide(ENTRY, _make)


def _make(directory: Path) -> None:
    # A temporary Maven cache for this download only.
    with tempfile.TemporaryDirectory(prefix="maven-", dir=directory) as repository:
        command = [system_packages.program("mvn"), "--batch-mode", "--quiet", "--file", _POM, _COPY]
        options = {"kafka.version": VERSION, "maven.repo.local": repository, "outputDirectory": directory}
        settings = [f"-D{name}={value}" for name, value in options.items()]
        progress.run(f"fetching Kafka {VERSION}", [*command, *settings, "-DincludeScope=runtime"])
