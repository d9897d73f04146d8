"""Certificate authorities that a service creates for itself and has as outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import pulumi


class Authority(Protocol):
    """An authority in the provider's type."""

    @property
    def cert(self) -> str | None:
        """PEM."""
        ...


def concatenated(authorities: pulumi.Output[Sequence[Authority]]) -> pulumi.Output[str]:
    """Returns all authorities, PEM: years before one expires, the service adds the next, and both are valid."""
    return authorities.apply(_joined)


def _joined(authorities: Iterable[Authority]) -> str:
    return "".join(f"{each.cert.strip()}\n" for each in authorities if each.cert)
