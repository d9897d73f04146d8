"""Vault as it is once the program has run: a real server that the scripts of the program's Jobs have set up.

The scripts are told what the program tells them, but for addresses. What they need besides, such as the key that seals
Vault and the store of its recovery keys, are those of the tests of Vault.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox.recording import Recording
from tests.e2e.pods import filled_in_cluster
from tests.processes import Finished
from tests.program.stacks import plain
from tests.vault.servers import Seal
from tests.vault.world import Tools, kept_keys, new_world, root_token
from tests.vault.world import World as Platform
from tools import vault_server

# What the program decides; the rest is where things are, and how long to wait.
_INIT: Final = ("shares", "threshold", "mount", "token_period_seconds")
_CONFIG: Final = ("mount", "path", "assistant", "secret")


@dataclass(frozen=True, kw_only=True)
class Vault:
    """A running Vault. `told` is what the program tells the Job of the assistant; `user` and `password` are from it."""

    platform: Platform
    told: Mapping[str, Any]
    user: str
    password: str = field(repr=False)

    @property
    def texts(self) -> dict[str, str]:
        """What a pod reads otherwise here: Vault's address, and the token that the Job has written."""
        return {self.told["address"]: self.platform.node.address, **self.token(self._token)}

    @property
    def authority(self) -> str:
        """Who has signed the server's certificate."""
        return self.platform.vault_ca.read_text()

    def token(self, value: str) -> dict[str, str]:
        """The same, with another token in the assistant's Secret."""
        place = self.told["secret"]
        return {filled_in_cluster(place["namespace"], place["name"], place["key"]): value}

    def write(self, password: str) -> Finished:
        """The assistant's Job, with a password of its database."""
        settings = {key: self.told[key] for key in _CONFIG}
        return self.platform.assistant(self.user, password, **settings)

    def as_root(self, method: str, path: str, body: object = None) -> Any:
        """A request of an operator who has made a root token from the recovery keys."""
        token = root_token(self.platform.node, kept_keys(self.platform))
        answer = self.platform.node.ask(method, path, body, token)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    @property
    def _token(self) -> str:
        return self.platform.rasa_token(self.told["assistant"])


@contextmanager
def vault(directory: Path, recording: Recording, python: Path, cloud: str) -> Iterator[Vault]:
    """Run a Vault with the credentials of the one assistant of a stack. `python` is that of Rasa Pro's environment."""
    tools = Tools(vault=vault_server.ensure(), python=python)
    seal = Seal(tools.vault, directory / "seal")
    try:
        seal.start()
        with new_world(tools, directory / "vault", seal, cloud) as platform:
            platform.node.start()
            decided = _told(recording, "vault-init-files")
            _succeeded(platform.init(**{key: decided[key] for key in _INIT}))
            told = _told(recording, "rasa-vault-config-files")
            credentials = plain(recording.named("rasa-vault-credentials").inputs["stringData"])
            running = Vault(
                platform=platform, told=told, user=credentials["username"], password=credentials["password"]
            )
            platform.add_assistant(told["assistant"])
            _succeeded(running.write(running.password))
            yield running
    finally:
        seal.stop()


def _told(recording: Recording, files: str) -> Mapping[str, Any]:
    return json.loads(plain(recording.named(files).inputs["data"])["vault.json"])


def _succeeded(finished: Finished) -> None:
    assert finished.status == 0, finished.output
