"""The stacks of the engine's tests, for previews of them."""

from tests.engine.conftest import dev, prod, pulumi, stood_up

__all__ = ["dev", "prod", "pulumi", "stood_up"]
