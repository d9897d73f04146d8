"""More nodes are asked for, although the program otherwise ignores their number; fewer than there are never are."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.plan import stack_that_is_up
from tests.effects.variants import stack_file


@pytest.mark.parametrize(
    ("stack", "name", "path"),
    [
        ("dev", "rasa-dev-cluster-nodes-group", ("scalingConfig", "desiredSize")),
        ("dev-azure", "rasa-dev-azure-cluster-nodes-pool", ("count",)),
    ],
)
def test_a_higher_minimum_adds_nodes_and_removes_none(stack: str, name: str, path: tuple[str, ...]) -> None:
    up = stack_that_is_up(stack_file(stack), stack)
    pool = up.recording.named(name)
    answer = up.monitor.answers[pool.urn]
    cloud = up.monitor.cloud(pool.type, f"{pool.provider}::")
    assert cloud is not None
    for present, asked in ((2, 3), (4, 4)):
        scaled = _with(answer.checked, path, present)  # by an autoscaler
        cloud.update(pool.urn, pool.id, answer.checked, answer.outputs, scaled, preview=False)
        plan = up.plan(stack_file(stack, {"cluster.minNodes": 3}))
        assert plan.recording is not None
        value: Any = plan.recording.named(name).checked
        for key in path:
            value = value[key]
        assert (value, plan.refusals) == (asked, ())


def _with(inputs: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    key, *rest = path
    return {**inputs, key: _with(inputs[key], tuple(rest), value) if rest else value}
