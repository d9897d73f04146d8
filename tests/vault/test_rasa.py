"""Rasa Pro's own client against the Vault that the scripts set up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from components.kubernetes.vault.names import ADDRESS
from sandbox.recorder import run_program
from tests.program.stacks import BARE, recording
from tests.vault.world import World
from tools.stacks import changed, settings_of

pytestmark = pytest.mark.vault
READER = Path(__file__).with_name("read_as_rasa.py")


def endpoints(world: World, assistant: str) -> Path:
    """`endpoints.yml` as the program writes it; only Vault's address is another."""
    # Without the services whose passwords only the release has.
    stack_file = changed(settings_of("dev"), **{**BARE, "assistants": [{"name": assistant}]})
    wired = run_program(stack_file).outputs["endpoints"][assistant]
    assert wired["secrets_manager"]["url"] == ADDRESS
    file = world.directory / f"{assistant}.yml"
    moved = {**wired["secrets_manager"], "url": world.node.address}
    file.write_text(yaml.safe_dump({**wired, "secrets_manager": moved}))
    return file


@contextmanager
def rasa(world: World, assistant: str) -> Iterator[subprocess.Popen[str]]:
    """Rasa, with the environment that the release gives it."""
    environment = {
        "VAULT_TOKEN": world.rasa_token(assistant),
        "VAULT_CACERT": str(world.vault_ca),
        "HOME": str(world.directory),
        "PATH": "/usr/bin:/bin",
    }
    command = [world.tools.python, READER, endpoints(world, assistant)]
    log = world.directory / f"{assistant}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def read(process: subprocess.Popen[str]) -> str:
    """What Rasa reads now; nothing when it has ended."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    # Rasa writes its log between.
    found = (line for line in process.stdout if line.startswith("credentials: "))
    return next(found, "").removeprefix("credentials: ").strip()


def test_rasa_reads_its_credentials(platform: World) -> None:
    platform.add_assistant("november")
    assert platform.assistant("november", "first-password").status == 0
    with rasa(platform, "november") as process:
        assert read(process) == "november first-password"
        # Rasa asks again when the database refuses it, so a new password needs no restart.
        assert platform.assistant("november", "second-password").status == 0
        assert read(process) == "november second-password"


def test_the_scripts_are_told_here_what_the_program_tells_them(platform: World) -> None:
    """What the tests of this tier give the scripts has the keys of what the program writes, no more and no fewer."""
    made = recording("prod")
    pods = {"service_accounts"}
    told = json.loads(made.named("vault-init-files").inputs["data"]["vault.json"])
    assert told.keys() == platform.init_settings().keys() | pods
    told = json.loads(made.named("rasa-vault-config-files").inputs["data"]["vault.json"])
    assert told.keys() == platform.assistant_settings("rasa").keys() | pods
