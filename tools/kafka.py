"""A Kafka broker with all that it needs, from Maven, for the tests against a real one."""

import tempfile
from pathlib import Path

from tools import cache, progress, system_packages

VERSION = "3.9.1"
ENTRY = f"kafka-{VERSION}"

_POM = Path(__file__).parent / "maven" / "kafka" / "pom.xml"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def ensure() -> Path:
    """The directory of the archives (.jar)."""
    return cache.provide(ENTRY, _make)


def _make(directory: Path) -> None:
    # Maven's own cache is private to this and thrown away.
    with tempfile.TemporaryDirectory(prefix="maven-", dir=directory) as repository:
        command = [system_packages.program("mvn"), "--batch-mode", "--quiet", "--file", _POM, _COPY]
        options = {"kafka.version": VERSION, "maven.repo.local": repository, "outputDirectory": directory}
        settings = [f"-D{name}={value}" for name, value in options.items()]
        progress.run(f"fetching Kafka {VERSION}", [*command, *settings, "-DincludeScope=runtime"])
