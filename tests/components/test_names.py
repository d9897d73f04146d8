"""Physical names keep to the clouds' rules for the longest and strangest stacks and assistants that settings allow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import pytest

from components.aws import names as aws
from components.azure import names as azure
from components.gcp import names as gcp
from policy import kinds as k
from settings import Cloud
from tests.components.built import IAM, build
from tests.settings.stack_files import SMALL
from tools.stacks import changed

LONGEST: Final = "rasa-" + "s" * 20
STACKS: Final = ("rasa-dev", LONGEST, "rasa-" + "a--" * 6 + "zz")
# So much alike that a name which is cut, or loses a hyphen, could be the same.
ALIKE: Final = (LONGEST, LONGEST[:-1] + "t", "rasa-a-b", "rasa-a--b", "rasa-a---b")
ASSISTANTS: Final = ("rasa", "a" * 20, "a")
END: Final = "a1b2c3"
NO_DOUBLE_HYPHEN: Final = r"[a-z](?!.*--)[a-z0-9-]*[a-z0-9]"
RFC1035: Final = r"[a-z]([-a-z0-9]*[a-z0-9])?"
BUCKET: Final = r"[a-z0-9][a-z0-9-]+[a-z0-9]"


class Rule(NamedTuple):
    """How a name is made of stack and assistant, its form, and the fewest and most characters."""

    name: Callable[[str, str], str]
    pattern: str
    most: int
    least: int = 1


RULES: Final = {
    "aws bucket": Rule(lambda stack, _: aws.bucket(f"{stack}-model-storage", END), BUCKET, 63, 3),
    "aws database": Rule(lambda stack, _: aws.database_instance(f"{stack}-tracker-store"), NO_DOUBLE_HYPHEN, 63),
    "aws snapshot": Rule(
        lambda stack, _: aws.final_snapshot(f"{stack}-lock-store", END, "20261130084659"), NO_DOUBLE_HYPHEN, 255
    ),
    "aws redis": Rule(lambda stack, _: aws.replication_group(f"{stack}-lock-store"), NO_DOUBLE_HYPHEN, 40),
    "aws redis user": Rule(lambda stack, who: aws.cache_user(f"{stack}-lock-store", who), NO_DOUBLE_HYPHEN, 40),
    "aws redis users": Rule(lambda stack, _: aws.cache_user_group(f"{stack}-lock-store"), NO_DOUBLE_HYPHEN, 40),
    "aws kafka": Rule(lambda stack, _: aws.kafka_cluster(f"{stack}-event-queue"), r"[a-z0-9-]+", 64),
    "aws kafka secret": Rule(
        lambda stack, _: aws.kafka_secret(f"{stack}-event-queue-rasa", END), r"AmazonMSK_[a-zA-Z0-9/_+=.@-]+", 512
    ),
    # A hyphen and six characters: AWS would take the name for a whole ARN.
    "aws recovery": Rule(
        lambda stack, _: aws.recovery_secret(f"{stack}-vault-recovery", END), r"(?!.*-.{6}$)[\w/+=.@-]+", 512
    ),
    "aws kubernetes": Rule(
        lambda stack, _: aws.kubernetes_cluster(f"{stack}-cluster"), r"[a-zA-Z0-9][a-zA-Z0-9-]*", 100
    ),
    "aws role": Rule(lambda stack, who: aws.role(f"{stack}-{who}-rasa-pro-services"), r"[\w+=,.@-]+", 64),
    "aws alias": Rule(lambda stack, _: aws.key_alias(f"{stack}-data"), r"alias/(?!aws/)[a-zA-Z0-9/_-]+", 256),
    "aws log": Rule(
        lambda stack, _: aws.database_log_group(f"{stack}-tracker-store", "iam-db-auth-error"), r"[\w./#-]+", 512
    ),
    "azure group": Rule(lambda stack, _: azure.resource_group(stack), r"[\w.()-]*[\w()-]", 90),
    "azure nodes": Rule(lambda stack, _: azure.node_resource_group(f"{stack}-cluster"), r"[\w.()-]*[\w()-]", 80),
    "azure vault": Rule(lambda stack, _: azure.key_vault(f"{stack}-data", END), NO_DOUBLE_HYPHEN, 24, 3),
    "azure role": Rule(lambda stack, _: azure.role(f"{stack}-vault-recovery", END), r"[a-z][a-z0-9-]+", 512),
    "azure account": Rule(lambda stack, _: azure.storage_account(f"{stack}-model-storage", END), r"[a-z0-9]+", 24, 3),
    "azure container": Rule(lambda _, who: azure.container(who), rf"(?!.*--){BUCKET}", 63, 3),
    "azure server": Rule(
        lambda stack, _: azure.database_server(f"{stack}-tracker-store", END), NO_DOUBLE_HYPHEN, 63, 3
    ),
    "azure zone": Rule(
        lambda stack, _: azure.database_zone(f"{stack}-tracker-store"),
        r"[a-z][a-z0-9-]{0,61}[a-z0-9]\.private\.postgres\.database\.azure\.com",
        253,
    ),
    "azure redis": Rule(lambda stack, _: azure.redis_cluster(f"{stack}-lock-store", END), NO_DOUBLE_HYPHEN, 60),
    "azure namespace": Rule(
        lambda stack, _: azure.event_hubs_namespace(f"{stack}-event-queue", END),
        r"[a-z](?!.*--)(?!.*(-sb|-mgmt)$)[a-z0-9-]*[a-z0-9]",
        50,
        6,
    ),
    "azure cluster": Rule(lambda stack, _: azure.kubernetes_cluster(f"{stack}-cluster"), NO_DOUBLE_HYPHEN, 54),
    "azure pool": Rule(lambda _, who: azure.node_pool(f"Standard_{who}"), r"[a-z][a-z0-9]*", 12),
    "gcp bucket": Rule(lambda stack, _: gcp.bucket(f"{stack}-model-storage", END), BUCKET, 63, 3),
    # 98 with the project's id, which has up to 30, and the colon between them.
    "gcp database": Rule(lambda stack, _: gcp.database_instance(f"{stack}-tracker-store", END), RFC1035, 67),
    "gcp redis": Rule(lambda stack, _: gcp.redis_instance(f"{stack}-lock-store"), RFC1035, 40),
    "gcp ring": Rule(lambda stack, _: gcp.key_ring(f"{stack}-vault-recovery", END), r"[a-zA-Z0-9_-]+", 63),
    "gcp secret": Rule(lambda stack, _: gcp.secret(f"{stack}-vault-recovery", END), r"[a-zA-Z0-9_-]+", 255),
    "gcp kubernetes": Rule(lambda stack, _: gcp.kubernetes_cluster(f"{stack}-cluster"), RFC1035, 40),
    "gcp account": Rule(
        lambda stack, _: gcp.service_account(f"{stack}-cluster-nodes"), r"[a-z][-a-z0-9]{4,28}[a-z0-9]", 30
    ),
    "confluent display": Rule(
        lambda stack, who: gcp.display(f"{stack}-event-queue-{who}-analytics"), r"[a-z0-9-]+", 64
    ),
}
# Kept apart by their random end alone.
GLOBAL: Final = [f"azure {rule}" for rule in ("vault", "role", "account", "server", "redis", "namespace")]
# Made of no stack: each stack has a resource group for them.
WITHIN: Final = ["azure container", "azure pool"]


@pytest.mark.parametrize("rule", RULES)
def test_every_name_keeps_to_its_rule(rule: str) -> None:
    name, pattern, most, least = RULES[rule]
    for stack in STACKS:
        for assistant in ASSISTANTS:
            result = name(stack, assistant)
            assert re.fullmatch(pattern, result), result
            assert least <= len(result) <= most, result


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in (*GLOBAL, *WITHIN)])
def test_different_stacks_get_different_names(rule: str) -> None:
    assert len({RULES[rule].name(stack, "rasa") for stack in ALIKE}) == len(ALIKE)


@pytest.mark.parametrize("rule", GLOBAL)
def test_global_names_keep_their_random_end(rule: str) -> None:
    assert all(RULES[rule].name(stack, "rasa").endswith(END) for stack in STACKS)


def test_people_know_which_vault_is_which() -> None:
    for stack in STACKS:
        vaults = [azure.key_vault(f"{stack}-{purpose}", END) for purpose in ("data", "vault-seal", "vault-recovery")]
        assert [vault.split("-")[-2] for vault in vaults] == ["data", "seal", "recovery"]


def test_another_size_is_another_pool() -> None:
    assert azure.node_pool("Standard_D2ds_v5") != azure.node_pool("Standard_D4ds_v5")


def test_assistants_whose_names_are_cut_stay_apart() -> None:
    assert aws.cache_user(LONGEST, "a" * 19 + "b") != aws.cache_user(LONGEST, "a" * 19 + "c")


def test_a_short_name_stays_as_it_is() -> None:
    assert aws.replication_group("rasa-dev-lock-store") == "rasa-dev-lock-store"
    assert aws.kafka_secret("rasa-dev", END) == "AmazonMSK_rasa-dev-a1b2c3"
    assert gcp.redis_instance("rasa-dev-lock-store") == "rasa-dev-lock-store"
    assert gcp.service_account("rasa-dev-cluster-nodes") == "rasa-dev-cluster-nodes"


# What has no name of the program's own, and the most characters of its name.
UNNAMED: Final = {
    Cloud.AWS: {
        k.EKS_NODES: 63,
        "aws:msk/configuration:Configuration": 64,
        k.LAUNCH_TEMPLATE: 128,
        k.IAM_POLICY: 128,
        "aws:ec2/securityGroup:SecurityGroup": 255,
    },
    Cloud.AZURE: {
        k.VNET: 64,
        k.FIREWALL: 80,
        "azure-native:network:PublicIPAddress": 80,
        "azure-native:privatedns:VirtualNetworkLink": 80,
        "azure-native:network:PrivateEndpoint": 64,
        "azure-native:managedidentity:UserAssignedIdentity": 128,
    },
}


@pytest.mark.parametrize(
    ("cloud", "changes"), [(Cloud.AWS, IAM), (Cloud.AZURE, {"modelStorage.auth": "initDownload"})], ids=UNNAMED
)
def test_names_that_pulumi_makes_fit_for_the_longest_stack_and_assistant(
    cloud: Cloud, changes: dict[str, object]
) -> None:
    assistants = [{"name": "a" * 20, "model": "m.tar.gz", "analytics": True}]
    built = build(changed(SMALL[cloud], **changes, assistants=assistants), stack="s" * 20)
    for kind, most in UNNAMED[cloud].items():
        assert built.all(kind)
        # Pulumi adds a hyphen and 7 random characters.
        assert not [each.name for each in built.all(kind) if len(each.name) + 8 > most]
