"""Receives the stack's configuration, which the engine sends to a pack before the first check.

pulumi-policy 1.21 keeps only the stack's tags, so this module intercepts the call. The class that it patches is
private. If it disappears, every stack is checked as prod, and `tests/engine/test_matrix_policy.py` fails.
"""

from __future__ import annotations

from typing import Any

from pulumi_policy import policy as sdk

from policy.context import Context, from_config

_config: dict[str, str] = {}


def context() -> Context:
    """Returns the context of the stack that the engine works on."""
    return from_config(_config)


def listen() -> None:
    """Stores the configuration when the engine sends it."""
    servicer: Any = sdk._PolicyAnalyzerServicer  # pyright: ignore[reportPrivateUsage]
    before = servicer.ConfigureStack

    def configure_stack(self: Any, request: Any, context: Any) -> Any:
        _config.update(request.config)
        return before(self, request, context)

    servicer.ConfigureStack = configure_stack
