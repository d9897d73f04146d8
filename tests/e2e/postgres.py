"""PostgreSQL as the clouds give it: TLS only, passwords as SCRAM, an administrator who is no superuser."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.certificates import Identity
from tests.processes import UNPRIVILEGED, free_port, server, succeed
from tools import system_packages

# A connection without TLS matches no line, and is refused.
_ACCESS = """\
local all postgres trust
hostssl all all 127.0.0.1/32 scram-sha-256
hostssl all all ::1/128 scram-sha-256
"""
_SETTINGS = """\
listen_addresses = 'localhost'
port = {port}
unix_socket_directories = '{directory}'
ssl = on
ssl_cert_file = '{directory}/server.pem'
ssl_key_file = '{directory}/server.key'
password_encryption = 'scram-sha-256'
# Nothing here outlives the tests.
fsync = off
synchronous_commit = off
dynamic_shared_memory_type = mmap
"""


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    port: int
    directory: Path

    def sql(self, statements: str, database: str = "postgres") -> str:
        """Carry statements out as the superuser, whom no client of the cloud ever is."""
        psql = system_packages.program("psql")
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.directory, "-p", str(self.port)]
        command = [psql, *options, "-U", "postgres", "-d", database]
        return succeed(command, unprivileged=True, stdin=statements).strip()


@contextmanager
def postgres(identity: Identity, administrator: str, password: str) -> Iterator[Postgres]:
    """Run a server that has nothing but its administrator."""
    # Not below pytest's own directory, which is root's alone where root runs the tests; the server runs as another.
    with tempfile.TemporaryDirectory(prefix="e2e-postgres-") as name:
        directory, data = Path(name), Path(name) / "data"
        data.mkdir()
        for source, target in ((identity.certificate, "server.pem"), (identity.key, "server.key")):
            shutil.copy(source, directory / target)
            (directory / target).chmod(0o600)
        _own(directory)
        initdb = system_packages.program("initdb")
        options = ["--username=postgres", "--encoding=UTF8", "--locale=C", "--auth-local=trust", "--no-sync"]
        succeed([initdb, "-D", data, *options], unprivileged=True)
        running = Postgres(free_port(), directory)
        (data / "pg_hba.conf").write_text(_ACCESS)
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(port=running.port, directory=directory))
        log = directory / "postgres.log"
        command = [system_packages.program("postgres"), "-D", data]
        started = "database system is ready to accept connections"
        # SIGINT: do not wait for clients.
        with server(command, log, lambda: started in log.read_text(), unprivileged=True, stop=signal.SIGINT):
            running.sql(f"CREATE ROLE {administrator} LOGIN CREATEROLE CREATEDB PASSWORD '{password}'")
            yield running


def _own(directory: Path) -> None:
    try:
        for path in (directory, *directory.iterdir()):
            shutil.chown(path, UNPRIVILEGED)
    except PermissionError:
        pass  # not root, so the server runs as the same user
