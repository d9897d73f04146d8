"""The address ranges of operators that the firewall of a service can have. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final

OPEN: Final = "0.0.0.0/0"
_PRIVATE: Final = tuple(ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def is_reachable(ranges: Sequence[str]) -> bool:
    """Returns whether a service that allows these ranges can be reached from the internet."""
    return OPEN in ranges or bool(on_the_internet(ranges))


def on_the_internet(ranges: Sequence[str]) -> list[ipaddress.IPv4Network]:
    """Returns the ranges that are not private: Azure refuses private ones."""
    networks = [ipaddress.IPv4Network(each) for each in ranges]
    return [network for network in networks if not any(network.overlaps(private) for private in _PRIVATE)]
