"""The scripts are cut off at every step, each time at one that was not reached before, and in the end all is well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.vault.secrecy import assert_nothing_told, found_secrets
from tests.vault.wire import Request
from tests.vault.world import Finished, World, kept_keys, root_token

pytestmark = pytest.mark.vault
# Here Vault's answer would be lost, which test_init.py is about.
NOT_AT = "/v1/sys/init"


def cut_off_at_each_step(world: World, script: Callable[[], Finished]) -> tuple[int, Finished]:
    """How often the script was cut off after a request that no earlier run had come to; and the run that ended."""
    seen: set[str] = set()

    def is_new(request: Request) -> bool:
        new = request.line not in seen and request.path != NOT_AT
        seen.add(request.line)
        return new

    world.cut_off_after(is_new)
    times = 0
    while (finished := script()).status == -9:
        times += 1
    world.let_run()
    return times, finished


def test_init(world: World) -> None:
    times, finished = cut_off_at_each_step(world, world.init)
    assert finished.status == 0, finished.output
    assert times > 20
    assert world.journal.changes("vault").count("vault PUT /v1/sys/init") == 1
    assert root_token(world.node, kept_keys(world))
    (first_root,) = found_secrets(world)["root token"]
    assert world.node.ask("GET", "auth/token/lookup-self", token=first_root).status_code == 403
    assert not world.api.secrets
    # The very same keys, however often they were stored.
    probe, *kept = world.store.values()
    assert "next version" in probe
    assert len({keys for keys in kept if "next version" not in keys}) == 1
    assert_nothing_told(world)


def test_assistant(platform: World) -> None:
    platform.add_assistant("cut")
    times, finished = cut_off_at_each_step(platform, lambda: platform.assistant("cut", "a password"))
    assert finished.status == 0, finished.output
    assert times > 5
    token = platform.rasa_token("cut")
    credentials = platform.node.ask("GET", "secret/data/cut/tracker-store", token=token).json()["data"]
    assert credentials["data"] == {"db_username": "cut", "db_password": "a password"}
    assert credentials["metadata"]["version"] == 1
    assert_nothing_told(platform)
