"""Physical names keep to Azure's rules for the longest and strangest stack and assistant that settings let through."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from components.azure import names
from components.azure.address_plan import name_service_address, plan_ranges
from tests.components.azure.recorded import ENDPOINT, IDENTITY, Built, build
from tests.components.stack_names import ALIKE, STACKS
from tests.settings.stack_files import AZURE
from tools.stacks import changed

ASSISTANTS = ("rasa", "a" * 20, "a")
END = "a1b2c3"
NO_DOUBLE_HYPHEN = r"[a-z](?!.*--)[a-z0-9-]*[a-z0-9]"

# How a name is made of stack and assistant, its form, and the fewest and most characters.
RULES: dict[str, tuple[Callable[[str, str], str], str, int, int]] = {
    "group": (lambda stack, _: names.resource_group(stack), r"[\w.()-]*[\w()-]", 1, 90),
    "nodes": (lambda stack, _: names.node_resource_group(f"{stack}-cluster"), r"[\w.()-]*[\w()-]", 1, 80),
    "vault": (lambda stack, _: names.key_vault(f"{stack}-data", END), NO_DOUBLE_HYPHEN, 3, 24),
    "role": (lambda stack, _: names.role(f"{stack}-vault-recovery", END), r"[a-z][a-z0-9-]+", 1, 512),
    "account": (lambda stack, _: names.storage_account(f"{stack}-model-storage", END), r"[a-z0-9]+", 3, 24),
    "container": (lambda _, who: names.container(who), r"(?!.*--)[a-z0-9][a-z0-9-]+[a-z0-9]", 3, 63),
    "server": (lambda stack, _: names.database_server(f"{stack}-tracker-store", END), NO_DOUBLE_HYPHEN, 3, 63),
    "zone": (
        lambda stack, _: names.database_zone(f"{stack}-tracker-store"),
        r"[a-z][a-z0-9-]{0,61}[a-z0-9]\.private\.postgres\.database\.azure\.com",
        1,
        253,
    ),
    "redis": (lambda stack, _: names.redis_cluster(f"{stack}-lock-store", END), NO_DOUBLE_HYPHEN, 1, 60),
    "namespace": (
        lambda stack, _: names.event_hubs_namespace(f"{stack}-event-queue", END),
        r"[a-z](?!.*--)(?!.*(-sb|-mgmt)$)[a-z0-9-]*[a-z0-9]",
        6,
        50,
    ),
    "cluster": (lambda stack, _: names.kubernetes_cluster(f"{stack}-cluster"), NO_DOUBLE_HYPHEN, 1, 54),
    "pool": (lambda _, who: names.node_pool(f"Standard_{who}"), r"[a-z][a-z0-9]*", 1, 12),
}
# Kept apart by their random end alone.
GLOBAL = ("vault", "role", "account", "server", "redis", "namespace")


@pytest.mark.parametrize("rule", RULES)
def test_every_name_keeps_to_its_rule(rule: str) -> None:
    name, pattern, least, most = RULES[rule]
    for stack in STACKS:
        for assistant in ASSISTANTS:
            result = name(stack, assistant)
            assert re.fullmatch(pattern, result), result
            assert least <= len(result) <= most, result


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in (*GLOBAL, "container", "pool")])
def test_different_stacks_get_different_names(rule: str) -> None:
    name, *_ = RULES[rule]
    assert len({name(stack, "rasa") for stack in ALIKE}) == len(ALIKE)


@pytest.mark.parametrize("rule", GLOBAL)
def test_global_names_keep_their_random_end(rule: str) -> None:
    name, *_ = RULES[rule]
    assert all(name(stack, "rasa").endswith(END) for stack in STACKS)


def test_people_know_which_vault_is_which() -> None:
    for stack in STACKS:
        vaults = [names.key_vault(f"{stack}-{purpose}", END) for purpose in ("data", "vault-seal", "vault-recovery")]
        assert [vault.split("-")[-2] for vault in vaults] == ["data", "seal", "recovery"]


def test_another_size_is_another_pool() -> None:
    assert names.node_pool("Standard_D2ds_v5") != names.node_pool("Standard_D4ds_v5")


@pytest.fixture(scope="module")
def longest() -> Built:
    assistants = [{"name": "a" * 20, "model": "m.tar.gz"}]
    return build(changed(AZURE, assistants=assistants, **{"modelStorage.auth": "initDownload"}), stack="s" * 20)


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("network:VirtualNetwork", 64),
        ("network:NetworkSecurityGroup", 80),
        ("network:PublicIPAddress", 80),
        ("privatedns:VirtualNetworkLink", 80),
        (ENDPOINT, 64),
        (IDENTITY, 128),
    ],
)
def test_names_that_pulumi_makes_fit(kind: str, most: int, longest: Built) -> None:
    assert longest.all(kind)
    # It adds 8 characters.
    assert not [each.name for each in longest.all(kind) if len(each.name) + 8 > most]


def test_ranges_lie_in_the_network_and_apart() -> None:
    plan = plan_ranges("10.0.0.0/16")
    assert (plan.cluster, plan.database, plan.endpoints) == ("10.0.0.0/20", "10.0.240.0/24", "10.0.241.0/24")


def test_the_smallest_network_has_room() -> None:
    plan = plan_ranges("10.0.0.0/19")
    # Flexible server takes no less than /28; Azure keeps 5 addresses of a subnet for itself.
    assert (plan.cluster, plan.database, plan.endpoints) == ("10.0.0.0/23", "10.0.30.0/27", "10.0.30.32/27")


def test_the_name_service_has_an_address_of_the_services() -> None:
    assert name_service_address("172.20.0.0/16") == "172.20.0.10"
