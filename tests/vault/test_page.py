"""The commands of docs/vault.md, run as they stand there, against a real Vault."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.recorder import ROOT
from tests.processes import wait_until
from tests.vault.servers import Seal
from tests.vault.world import Tools, World, kept_keys, new_world

pytestmark = pytest.mark.vault
PAGE = (ROOT / "docs" / "vault.md").read_text()


def blocks(title: str) -> list[str]:
    """The commands of a section."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title}"
    return re.findall(r"^```sh\n(.*?)^```", found[1], re.MULTILINE | re.DOTALL)


class Operator:
    """Somebody with a shell, Vault's command line, and `kubectl`."""

    def __init__(self, world: World, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._world, self._directory = world, directory
        self._token = ""

    def sign_in(self, token: str) -> None:
        self._token = token

    def run(self, commands: str, status: int = 0, answers: str | None = None) -> str:
        """What the commands print. `answers` is typed at their prompt."""
        terminal, side = pty.openpty()
        if answers is not None:
            os.write(terminal, f"{answers}\n".encode())
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            env=self._environment(),
            cwd=self._directory,
            stdin=side,
            capture_output=True,
            text=True,
            timeout=60,
        )
        for end in (terminal, side):
            os.close(end)
        assert done.returncode == status, f"{commands}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def _environment(self) -> Mapping[str, str]:
        programs = self._directory / "bin"
        programs.mkdir(exist_ok=True)
        (programs / "vault").unlink(missing_ok=True)
        (programs / "vault").symlink_to(self._world.tools.vault)
        # The Kubernetes API is a double that only knows what the scripts ask.
        token = self._world.api.token("vault", "vault-recovery", audience="vault")
        kubectl = programs / "kubectl"
        kubectl.write_text(f'#!/bin/sh\ncase "$*" in *"create token vault-recovery"*) echo {token};; esac\n')
        kubectl.chmod(0o700)
        return {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(self._directory),
            "VAULT_ADDR": self._world.node.address,
            "VAULT_CACERT": str(self._world.vault_ca),
            **({"VAULT_TOKEN": self._token} if self._token else {}),
        }


def made_root(operator: Operator, keys: list[str], threshold: int) -> str:
    """A root token, by the section that tells how."""
    sign_in, commands, _ = blocks("Who can recover it, and how?")
    operator.sign_in(operator.run(f"{sign_in}\necho $VAULT_TOKEN").split()[-1])
    start, give, decode, export = (line.partition("#")[0].strip() for line in commands.strip().splitlines())
    assert export == "export VAULT_TOKEN=<root token>"
    told = operator.run(start)
    nonce, password = (_told(name, told) for name in ("Nonce", "OTP"))
    for key in keys[:threshold]:
        told = operator.run(give.replace("<nonce>", nonce), answers=key)
    encoded = _told("Encoded Token", told)
    decoded = decode.replace("<encoded token>", encoded).replace("<OTP>", password)
    return operator.run(decoded).split()[-1]


def _told(name: str, output: str) -> str:
    found = re.search(rf"{name}\s+(\S+)", output)
    assert found, output
    return found[1]


def test_recovery_and_snapshots(world: World, tools: Tools, seal: Seal, tmp_path: Path) -> None:
    """Root by recovery keys; and the way of a snapshot into a Vault that was initialised anew."""
    assert world.init().status == 0
    world.add_assistant("rasa")
    assert world.assistant("rasa", "a password").status == 0
    save, restore = blocks("Backup and restore")[0].strip().splitlines()
    operator = Operator(world, tmp_path / "operator")
    operator.sign_in(made_root(operator, kept_keys(world), 3))
    operator.run(save)
    with new_world(tools, tmp_path / "anew", seal) as anew:
        anew.node.start()
        assert anew.init().status == 0
        operator = Operator(anew, tmp_path / "operator")
        operator.sign_in(made_root(operator, kept_keys(anew), 3))
        operator.run(restore)

        def told() -> Any:
            return anew.node.ask("GET", "secret/data/rasa/tracker-store", token=world.rasa_token("rasa")).json()

        wait_until(lambda: "data" in told(), "it is back")
        assert told()["data"]["data"]["db_password"] == "a password"
        assert made_root(operator, kept_keys(world), 3)


def test_runbook(world: World, tmp_path: Path) -> None:
    """Shares that only their holders can read, and then the very set-up that the script checks."""
    if shutil.which("gpg") is None and not os.environ.get("CI"):
        pytest.skip("gpg is not on PATH; the commands of the page encrypt each share with it")
    operator = Operator(world, tmp_path / "operator")
    initialise, set_up = blocks("The runbook")
    holders = re.findall(r"(\w+)\.asc", initialise.partition("-root")[0])
    for holder in holders:
        operator.run(
            f"gpg --batch --quiet --passphrase '' --quick-generate-key {holder} rsa2048 encr never; "
            f"gpg --armor --export {holder} > {holder}.asc"
        )
    operator.run(initialise)
    told = (tmp_path / "operator" / "vault-init.txt").read_text()
    shares = re.findall(r"Recovery Key \d: (\S+)", told)
    assert len(shares) == len(holders) == 5

    decrypt = "base64 -d <<<'<share>' | gpg --decrypt"
    assert decrypt in PAGE

    def decrypted(share: str) -> str:
        return operator.run(f"{decrypt.replace('<share>', share)} 2>/dev/null").strip()

    operator.sign_in(decrypted(_told("Initial Root Token:", told)))
    operator.run(as_here(world, set_up), status=2)
    checked = world.init(recovery=None)
    assert checked.status == 0, checked.output
    assert made_root(operator, [decrypted(share) for share in shares], 3)


def as_here(world: World, commands: str) -> str:
    """The commands with the two addresses that differ outside a cluster."""
    settings = world.init_settings()
    (world.directory / "ca.pem").write_text(settings["kubernetes"]["kubernetes_ca_cert"])
    for there, here in (
        ("/vault/audit/audit.log", settings["audit"]["file"]),
        (
            "kubernetes_host=https://kubernetes.default.svc",
            f"kubernetes_host={world.api_address} kubernetes_ca_cert=@{world.directory}/ca.pem",
        ),
    ):
        assert there in commands
        commands = commands.replace(there, here)
    return commands
