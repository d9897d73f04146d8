"""What the engine tells a pack of the stack before it asks anything: the configuration.

pulumi-policy 1.21 takes it and keeps the stack's tags only, so this listens as well. What it reaches into is private;
`tests/engine/test_matrix_policy.py` sees at once if it goes away: every stack would be judged as prod.
"""

from __future__ import annotations

from typing import Any

from pulumi_policy import policy as sdk

from policy.context import Context, from_config

_config: dict[str, str] = {}


def context() -> Context:
    """The context of the stack that the engine works on."""
    return from_config(_config)


def listen() -> None:
    """Keeps the configuration when the engine tells it."""
    servicer: Any = sdk._PolicyAnalyzerServicer  # pyright: ignore[reportPrivateUsage]
    before = servicer.ConfigureStack

    def configure_stack(self: Any, request: Any, context: Any) -> Any:
        _config.update(request.config)
        return before(self, request, context)

    servicer.ConfigureStack = configure_stack
