"""vault_init.py and nodes of Vault that are sealed, down, or several."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.vault.servers import Seal
from tests.vault.world import SET_UP, Tools, World, kept_keys, new_world, root_token

pytestmark = pytest.mark.vault


def test_a_sealed_vault(tools: Tools, tmp_path: Path) -> None:
    key = Seal(tools.vault, tmp_path / "seal")
    key.start()
    try:
        with new_world(tools, tmp_path, key) as world:
            world.node.start()
            assert world.init().status == 0
            key.replace_key()
            world.node.stop()
            world.node.start()
            assert world.node.health()["sealed"]
            ended = world.init(deadline_seconds=3)
            assert ended.status == 1
            told = f"Vault has no leader: {world.addresses[0]} is sealed: it cannot use its key in the cloud"
            assert told in ended.output
            # Without its key a node does not even start.
            key.stop()
            world.node.stop()
            world.node.start()
            assert "not every node answers" in world.init(deadline_seconds=3).output
    finally:
        key.stop()


def test_three_nodes(tools: Tools, seal: Seal, tmp_path: Path) -> None:
    """One is initialised, the others join; later any one of them may be down, the leader too."""
    with new_world(tools, tmp_path, seal, nodes=3) as world:
        for node in world.nodes:
            node.start()
        first = world.init()
        assert first.status == 0, first.output
        assert [node.health()["sealed"] for node in world.nodes] == [False] * 3
        wait_until(lambda: voters(world) == 3, "the others vote")
        led = set[int]()
        for index, node in enumerate(world.nodes):
            led |= {index for index, one in enumerate(world.nodes) if not one.health()["standby"]}
            node.stop()
            again = world.init()
            assert (again.status, again.output) == (0, f"{SET_UP}\n")
            node.start()
            wait_until(lambda node=node: not node.health()["sealed"], f"node {index} is unsealed")
        assert len(led) > 1


def voters(world: World) -> int:
    """How many nodes elect the leader. A new one has to prove itself first, here for a moment only."""
    root = root_token(world.node, kept_keys(world))
    quick = {"server_stabilization_time": "100ms"}
    assert world.node.ask("POST", "sys/storage/raft/autopilot/configuration", quick, root).ok
    told = world.node.ask("GET", "sys/storage/raft/configuration", token=root).json()
    return sum(server["voter"] for server in told["data"]["config"]["servers"])
