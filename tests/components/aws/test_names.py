"""Physical names keep to AWS's rules for the longest and strangest stack and assistant that settings let through."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from components.aws import names
from tests.components.stack_names import ALIKE, LONGEST, STACKS

ASSISTANTS = ("rasa", "a" * 20)
NO_DOUBLE_HYPHEN = r"[a-z](?!.*--)[a-z0-9-]*[a-z0-9]"

RULES: dict[str, tuple[Callable[[str, str], str], str, int]] = {
    "bucket": (lambda stack, _: names.bucket(f"{stack}-model-storage", "a1b2c3"), r"[a-z0-9][a-z0-9-]+[a-z0-9]", 63),
    "instance": (lambda stack, _: names.database_instance(f"{stack}-tracker-store"), NO_DOUBLE_HYPHEN, 63),
    "snapshot": (
        lambda stack, _: names.final_snapshot(f"{stack}-lock-store", "a1b2c3", "20261130084659"),
        NO_DOUBLE_HYPHEN,
        255,
    ),
    "group": (lambda stack, _: names.replication_group(f"{stack}-lock-store"), NO_DOUBLE_HYPHEN, 40),
    "user": (lambda stack, who: names.cache_user(f"{stack}-lock-store", who), NO_DOUBLE_HYPHEN, 40),
    "users": (lambda stack, _: names.cache_user_group(f"{stack}-lock-store"), NO_DOUBLE_HYPHEN, 40),
    "kafka": (lambda stack, _: names.kafka_cluster(f"{stack}-event-queue"), r"[a-z0-9-]+", 64),
    "secret": (
        lambda stack, _: names.kafka_secret(f"{stack}-event-queue-rasa", "a1b2c3"),
        r"AmazonMSK_[a-zA-Z0-9/_+=.@-]+",
        512,
    ),
    "recovery": (lambda stack, _: names.recovery_secret(f"{stack}-vault-recovery", "a1b2c3"), r"[\w/+=.@-]+", 512),
    "kubernetes": (lambda stack, _: names.kubernetes_cluster(f"{stack}-cluster"), r"[a-zA-Z0-9][a-zA-Z0-9-]*", 100),
    "role": (lambda stack, who: names.role(f"{stack}-{who}-rasa-pro-services"), r"[\w+=,.@-]+", 64),
    "alias": (lambda stack, _: names.key_alias(f"{stack}-data"), r"alias/(?!aws/)[a-zA-Z0-9/_-]+", 256),
    "log": (
        lambda stack, _: names.database_log_group(f"{stack}-tracker-store", "iam-db-auth-error"),
        r"[\w./#-]+",
        512,
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_name_keeps_to_its_rule(rule: str) -> None:
    name, pattern, limit = RULES[rule]
    for stack in STACKS:
        for assistant in ASSISTANTS:
            result = name(stack, assistant)
            assert re.fullmatch(pattern, result), result
            assert len(result) <= limit, result


@pytest.mark.parametrize("rule", RULES)
def test_different_stacks_get_different_names(rule: str) -> None:
    name, _, _ = RULES[rule]
    assert len({name(stack, "rasa") for stack in ALIKE}) == len(ALIKE)


def test_a_secrets_name_does_not_end_like_its_arn() -> None:
    """A hyphen and six characters: AWS would take the name for a whole ARN."""
    assert not re.search("-.{6}$", names.recovery_secret("rasa-dev-vault-recovery", "a1b2c3"))


def test_assistants_whose_names_are_cut_stay_apart() -> None:
    first, second = "a" * 19 + "b", "a" * 19 + "c"
    assert names.cache_user(LONGEST, first) != names.cache_user(LONGEST, second)


def test_a_short_name_stays_as_it_is() -> None:
    assert names.replication_group("rasa-dev-lock-store") == "rasa-dev-lock-store"
    assert names.kafka_secret("rasa-dev", "a1b2c3") == "AmazonMSK_rasa-dev-a1b2c3"
