"""The whole life of each shipped stack on the real engine: preview, up, nothing to do, refresh, destroy.

The policy pack judges what `up` makes: only then all is known. `tests/policy` asks it about previews.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from syrupy.assertion import SnapshotAssertion

from sandbox.recorder import ROOT
from tools.stacks import PROD, SHIPPED
from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

HEADING: Final = "Kept by the cloud, by design:"
# What differs from run to run: ids, and ends of generated names.
CHANGES: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=[-/])[0-9a-f]{5,}\b|(?<=workspace)[0-9a-f]+"
)


def kept(output: str) -> list[str]:
    """What the sandbox says that the cloud keeps."""
    _, _, after = output.partition(f"{HEADING}\n")
    return sorted(CHANGES.sub("...", line) for line in after.splitlines() if line.startswith("  - "))


@pytest.mark.parametrize("stack", SHIPPED)
def test_life(stack: str, tmp_path: Path, pulumi: None, snapshot: SnapshotAssertion):
    workplace = Workplace.make(tmp_path / "project", stack)
    plan = workplace.plan()
    assert set(plan.values()) == {"create"}
    made_by = workplace.succeed("up", "--yes", "--skip-preview", "--policy-pack", str(ROOT / "policy"))
    assert made_by.partition("\nPolicies:\n")[2].strip().startswith("✅ rasa@")
    made = workplace.resources()
    assert {resource["urn"] for resource in made} == set(plan)
    assert "warning" not in workplace.succeed("preview", "--expect-no-changes")
    workplace.succeed("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    if stack in PROD.values():
        # The preview refuses. With `--skip-preview` the engine deletes what is not protected until it meets what is.
        refused = workplace.pulumi("destroy", "--yes")
        assert refused.status != 0
        assert "protect" in refused.output
        assert {one["urn"] for one in workplace.resources()} == set(plan)
        workplace.set(allowDestroy=True)
        workplace.up()
    assert kept(workplace.succeed("destroy", "--yes", "--skip-preview")) == snapshot
    assert workplace.resources() == []
