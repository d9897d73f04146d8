"""Rules of network policies from URLs."""

from __future__ import annotations

from typing import Any

import pytest

from components.kubernetes.network import to_internet, to_url

NETWORKS = ("10.0.0.0/19",)


def blocks(rule: Any) -> list[str]:
    """The address ranges of a rule."""
    return [peer.ip_block.cidr for peer in rule.to]


def ports(rule: Any) -> list[int]:
    """The ports of a rule."""
    return [port.port for port in rule.ports]


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://nlg.example.com/nlg", 443),
        ("http://nlg.example.com", 80),
        ("https://nlg.example.com:8443/", 8443),
        ("https://example.com", 443),
    ],
)
def test_a_host_name_opens_its_port_outside_private_ranges(url: str, port: int) -> None:
    rule = to_url(url, NETWORKS)
    assert blocks(rule) == ["0.0.0.0/0", *NETWORKS]
    assert ports(rule) == [port]


def test_an_address_opens_itself_only() -> None:
    rule = to_url("http://192.0.2.7:8000/v1", NETWORKS)
    assert blocks(rule) == ["192.0.2.7/32"]
    assert ports(rule) == [8000]


@pytest.mark.parametrize("host", ["vllm.models.svc", "vllm.models.svc.cluster.local"])
def test_a_service_of_the_cluster_opens_its_namespace(host: str) -> None:
    rule: Any = to_url(f"http://{host}:8000/v1", NETWORKS)
    (peer,) = rule.to
    assert peer.namespace_selector.match_labels == {"kubernetes.io/metadata.name": "models"}
    assert peer.ip_block is None


def test_private_ranges_are_no_internet() -> None:
    public: Any = to_internet(NETWORKS).to[0]  # pyright: ignore[reportIndexIssue, reportOptionalSubscript]
    assert set(public.ip_block.except_) >= {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"}
