"""Which of an operator's address ranges a service's own firewall can be told. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final

OPEN: Final = "0.0.0.0/0"
_PRIVATE: Final = tuple(ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def is_reachable(ranges: Sequence[str]) -> bool:
    """Whether a service that lets these ranges in is reached from the internet at all."""
    return OPEN in ranges or bool(on_the_internet(ranges))


def on_the_internet(ranges: Sequence[str]) -> list[ipaddress.IPv4Network]:
    """Those that are not private: Azure refuses a private one."""
    networks = [ipaddress.IPv4Network(each) for each in ranges]
    return [network for network in networks if not any(network.overlaps(private) for private in _PRIVATE)]
