"""When vault_init.py does not begin: Vault is then still as empty as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.processes import free_port
from tests.vault.servers import Seal
from tests.vault.wire import LOOPBACK
from tests.vault.world import Tools, World, new_world

pytestmark = pytest.mark.vault


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_a_store_that_refuses(cloud: str, tools: Tools, seal: Seal, tmp_path: Path) -> None:
    with new_world(tools, tmp_path, seal, cloud) as world:
        world.node.start()
        world.store.refuses = True
        refused = world.init(deadline_seconds=5)
        assert refused.status == 1
        assert f"{world.store.place['secret']} accepts no value: " in refused.output
        _never_initialised(world)
        world.store.refuses = False
        assert world.init().status == 0
        assert len(world.store.values()) == 2


def test_a_stash_that_cannot_be_patched(world: World) -> None:
    world.api.rights[:] = [right for right in world.api.rights if "create" in right.verbs]
    refused = world.init()
    assert refused.status == 1
    assert "PATCH" in refused.output
    assert "/secrets/vault-init: 403 Forbidden" in refused.output
    _never_initialised(world)


def test_an_authority_that_did_not_sign_for_kubernetes(world: World) -> None:
    world.cluster_ca = Authority(world.directory, "other").file
    ended = world.init()
    assert ended.status == 1
    assert "CERTIFICATE_VERIFY_FAILED" in ended.output
    _never_initialised(world)


def test_without_recovery_an_operator_initialises(world: World) -> None:
    ended = world.init(recovery=None)
    assert (ended.status, ended.output) == (
        1,
        "Vault is not initialised; with `init: runbook` an operator initialises it: docs/vault.md\n",
    )
    _never_initialised(world)


def test_a_node_that_does_not_answer(world: World) -> None:
    silent = f"https://{LOOPBACK}:{free_port()}"
    ended = world.init(nodes=[*world.addresses, silent], deadline_seconds=3)
    assert ended.status == 1
    assert f"not every node answers: GET {silent}/v1/sys/health" in ended.output
    assert world.addresses[0] not in ended.output
    _never_initialised(world)


def test_an_authority_that_did_not_sign(world: World) -> None:
    other = Authority(world.directory, "other")
    world.environment = {**world.environment, "VAULT_CACERT": str(other.file)}
    ended = world.init(deadline_seconds=3)
    assert ended.status == 1
    assert "CERTIFICATE_VERIFY_FAILED" in ended.output
    _never_initialised(world)


def _never_initialised(world: World) -> None:
    assert "vault PUT /v1/sys/init" not in world.journal.changes()
    assert not world.node.health()["initialized"]
