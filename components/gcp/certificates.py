"""Certificate authorities that a service makes for itself and tells as outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import pulumi


class Authority(Protocol):
    """One of them, as the provider hands it out."""

    @property
    def cert(self) -> str | None:
        """PEM."""
        ...


def concatenated(authorities: pulumi.Output[Sequence[Authority]]) -> pulumi.Output[str]:
    """All of them, PEM: for years before one ends, the next one is there beside it, and both are valid."""
    return authorities.apply(_joined)


def _joined(authorities: Iterable[Authority]) -> str:
    return "".join(f"{each.cert.strip()}\n" for each in authorities if each.cert)
