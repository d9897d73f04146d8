"""Rules of network policies."""

from __future__ import annotations

from typing import Any

from components.kubernetes.network import to_internet, to_public

NETWORKS = ("10.0.0.0/19",)


def test_private_ranges_are_no_internet() -> None:
    rules: list[Any] = [to_internet(NETWORKS), to_public(8443)]
    for rule in rules:
        assert set(rule.to[0].ip_block.except_) >= {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"}
    assert [len(rule.to) for rule in rules] == [2, 1]
