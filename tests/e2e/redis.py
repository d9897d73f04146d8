"""Redis as the clouds give it: TLS only, and the users that the cloud has been told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.certificates import Authority, Identity
from tests.processes import free_port, listens, server, succeed
from tools import system_packages

_ADMINISTRATOR, _PASSWORD = "tier", "tier"
_SETTINGS = """\
bind 127.0.0.1 -::1
port 0
tls-port {port}
tls-cert-file {certificate}
tls-key-file {key}
tls-ca-cert-file {authority}
tls-auth-clients no
save ""
dir {directory}
user {administrator} on ~* &* +@all >{password}
"""


@dataclass(frozen=True)
class Redis:
    """A running server."""

    port: int
    authority: Path

    def command(self, *words: str) -> str:
        """Send a command as somebody who may do everything."""
        options = ["--tls", "--cacert", self.authority, "-h", "localhost", "-p", str(self.port), "--no-auth-warning"]
        sign_in = ["--user", _ADMINISTRATOR, "--pass", _PASSWORD]
        return succeed([system_packages.program("redis-cli"), *options, *sign_in, *words]).strip()


@contextmanager
def redis(directory: Path, authority: Authority, identity: Identity, users: Sequence[str]) -> Iterator[Redis]:
    """Run a server with these `users`, each a line of Redis' own ACL."""
    running = Redis(free_port(), authority.file)
    settings = directory / "redis.conf"
    settings.write_text(
        _SETTINGS.format(
            port=running.port,
            certificate=identity.certificate,
            key=identity.key,
            authority=authority.file,
            directory=directory,
            administrator=_ADMINISTRATOR,
            password=_PASSWORD,
        )
        + "".join(f"user {user}\n" for user in users)
    )
    command = [system_packages.program("redis-server"), settings]
    with server(command, directory / "redis.log", lambda: listens(running.port)):
        yield running
