"""Physical names keep to Google's and Confluent's rules for the longest and strangest stack that settings allow."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from components.gcp import names
from tests.components.stack_names import ALIKE, STACKS

RFC1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"

RULES: dict[str, tuple[Callable[[str], str], str, int]] = {
    "bucket": (lambda stack: names.bucket(f"{stack}-model-storage", "a1b2c3"), r"[a-z0-9][a-z0-9-]+[a-z0-9]", 63),
    # 98 with the project's id, which has up to 30, and the colon between them.
    "instance": (lambda stack: names.database_instance(f"{stack}-tracker-store", "a1b2c3"), RFC1035, 67),
    "redis": (lambda stack: names.redis_instance(f"{stack}-lock-store"), RFC1035, 40),
    "ring": (lambda stack: names.key_ring(f"{stack}-vault-recovery", "a1b2c3"), r"[a-zA-Z0-9_-]+", 63),
    "secret": (lambda stack: names.secret(f"{stack}-vault-recovery", "a1b2c3"), r"[a-zA-Z0-9_-]+", 255),
    "kubernetes": (lambda stack: names.kubernetes_cluster(f"{stack}-cluster"), RFC1035, 40),
    "account": (lambda stack: names.service_account(f"{stack}-cluster-nodes"), r"[a-z][-a-z0-9]{4,28}[a-z0-9]", 30),
    "display": (lambda stack: names.display(f"{stack}-event-queue-{'a' * 20}-analytics"), r"[a-z0-9-]+", 64),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_name_keeps_to_its_rule(rule: str) -> None:
    name, pattern, limit = RULES[rule]
    for stack in STACKS:
        result = name(stack)
        assert re.fullmatch(pattern, result), result
        assert len(result) <= limit, result


@pytest.mark.parametrize("rule", RULES)
def test_different_stacks_get_different_names(rule: str) -> None:
    name, _, _ = RULES[rule]
    assert len({name(stack) for stack in ALIKE}) == len(ALIKE)


def test_a_short_name_stays_as_it_is() -> None:
    assert names.redis_instance("rasa-dev-lock-store") == "rasa-dev-lock-store"
    assert names.service_account("rasa-dev-cluster-nodes") == "rasa-dev-cluster-nodes"
