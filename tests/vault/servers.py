"""Real Vault servers on loopback: nodes with raft storage and TLS, and a small one whose transit key seals the others.

The small one stands for the cloud's key service: with such a seal, as with a cloud's, Vault unseals itself and gives
recovery keys.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from tests.certificates import Authority
from tests.processes import bound, free_port, wait_until
from tests.vault.wire import LOOPBACK

SEAL_TOKEN, SEAL_KEY = "token-of-the-seal", "unseal"


class Process:
    """One `vault server`, whose output is in `log`."""

    def __init__(self, program: Path, directory: Path, arguments: Sequence[str]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.log = directory / "server.log"
        self._command = [*bound(signal.SIGKILL), str(program), "server", *arguments]
        self._environment = {"HOME": str(directory), "PATH": "/usr/bin:/bin", "VAULT_DISABLE_MLOCK": "true"}
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environment, cwd=self._directory
            )

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None


class Seal(Process):
    """The Vault that holds the key; in memory, so that one that was stopped has lost it."""

    def __init__(self, program: Path, directory: Path) -> None:
        self.address = f"http://{LOOPBACK}:{free_port()}"
        listen = self.address.removeprefix("http://")
        super().__init__(
            program,
            directory,
            ["-dev", "-dev-no-store-token", f"-dev-root-token-id={SEAL_TOKEN}", f"-dev-listen-address={listen}"],
        )

    def start(self) -> None:
        super().start()
        wait_until(lambda: _answers(f"{self.address}/v1/sys/health"), f"the seal answers ({self.log})")
        self._ask("POST", "sys/mounts/transit", {"type": "transit"})
        self._ask("POST", f"transit/keys/{SEAL_KEY}", {})

    def replace_key(self) -> None:
        """Another key in the place of the one that Vault was sealed with."""
        self._ask("POST", f"transit/keys/{SEAL_KEY}/config", {"deletion_allowed": True})
        self._ask("DELETE", f"transit/keys/{SEAL_KEY}")
        self._ask("POST", f"transit/keys/{SEAL_KEY}", {})

    def _ask(self, method: str, path: str, body: Any = None) -> None:
        headers = {"X-Vault-Token": SEAL_TOKEN}
        requests.request(method, f"{self.address}/v1/{path}", json=body, headers=headers, timeout=10).raise_for_status()


class Node(Process):
    """One node of the Vault that the scripts set up."""

    def __init__(
        self, program: Path, directory: Path, seal: Seal, authority: Authority, *, port: int, join: Sequence[str]
    ) -> None:
        self.address = f"https://{LOOPBACK}:{port}"
        self._ca = authority.file
        certificate = authority.identity(LOOPBACK)
        self._data = directory / "data"
        self._data.mkdir(parents=True)
        cluster = f"{LOOPBACK}:{free_port()}"
        config = {
            "disable_mlock": True,
            "api_addr": self.address,
            "cluster_addr": f"https://{cluster}",
            "listener": {
                "tcp": {
                    "address": f"{LOOPBACK}:{port}",
                    "cluster_address": cluster,
                    "tls_cert_file": str(certificate.certificate),
                    "tls_key_file": str(certificate.key),
                    "tls_min_version": "tls12",
                }
            },
            "storage": {
                "raft": {
                    "path": str(self._data),
                    "node_id": directory.name,
                    "performance_multiplier": 1,
                    "retry_join": [
                        {"leader_api_addr": address, "leader_ca_cert_file": str(authority.file)} for address in join
                    ],
                }
            },
            "seal": {
                "transit": {
                    "address": seal.address,
                    "token": SEAL_TOKEN,
                    "mount_path": "transit/",
                    "key_name": SEAL_KEY,
                    "disable_renewal": "true",
                }
            },
        }
        file = directory / "config.json"
        file.write_text(json.dumps(config))
        super().__init__(program, directory, ["-config", str(file)])

    def start(self) -> None:
        super().start()
        wait_until(
            lambda: _answers(f"{self.address}/v1/sys/health", self._ca) or self.ended, f"Vault answers ({self.log})"
        )

    def empty(self) -> None:
        """As a volume that was deleted and made again."""
        shutil.rmtree(self._data)
        self._data.mkdir()

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> requests.Response:
        """As anybody who has the token."""
        headers = {"X-Vault-Token": token} if token else {}
        return requests.request(
            method, f"{self.address}/v1/{path}", json=body, headers=headers, verify=str(self._ca), timeout=30
        )

    def health(self) -> dict[str, Any]:
        return self.ask("GET", "sys/health").json()


def _answers(url: str, ca: Path | None = None) -> bool:
    try:
        requests.get(url, timeout=5, verify=str(ca) if ca else True)
    except requests.RequestException:
        return False
    return True
