"""The whole life of each shipped stack on the real engine: preview, up, nothing to do, refresh, destroy.

The policy pack judges what `up` makes: only then all is known. `tests/policy` asks it about previews.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from sandbox.recorder import ROOT
from tools.stacks import PROD, SHIPPED
from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

HEADING: Final = "Kept by the cloud, by design:"
# What stays after a destroy: each line of it is one of these, and each of these stays.
STAYS: Final[dict[str, tuple[str, ...]]] = {
    "dev": (
        r"KMS key \S+ \(Data of rasa-dev-data\), deleted permanently after 7 days; until .*",
        r"KMS key \S+ \(Seal of rasa-dev-vault\), deleted permanently after 7 days; until .*",
        r"KMS key \S+ \(Recovery keys of rasa-dev-vault\), deleted permanently after 7 days; until .*",
        r"secret rasa-dev-vault-recovery/\S+, recoverable for 7 days, during which its name is taken",
    ),
    "prod": (
        r"KMS key \S+ \(Data of rasa-prod-data\), deleted permanently after 30 days; until .*",
        r"KMS key \S+ \(Seal of rasa-prod-vault\), deleted permanently after 30 days; until .*",
        r"KMS key \S+ \(Recovery keys of rasa-prod-vault\), deleted permanently after 30 days; until .*",
        r"DB snapshot .* \(final snapshot of rasa-prod-tracker-store\)",
        r"cache snapshot .* \(final snapshot of rasa-prod-lock-store\)",
        r"secret rasa-prod-vault-recovery/\S+, recoverable for 30 days, during which its name is taken",
        r"automated backups.*",
        r"the disks of storage class vault, which outlive their claims",
    ),
    "dev-azure": tuple(
        rf"Key Vault \S+-{purpose}-\S+, deleted but kept for 7 days with its name, keys and secrets \(can be purged\)"
        for purpose in ("seal", "recovery")
    ),
    "prod-azure": (
        *(
            rf"Key Vault \S+-{purpose}-\S+, deleted but kept for 90 days with its name, keys and secrets "
            r"\(cannot be purged\)"
            for purpose in ("data", "seal", "recovery")
        ),
        r"Log Analytics workspace .*, deleted but kept for 14 days",
    ),
    "dev-gcp": (
        r"API \S+, still on",
        r"key projects/\S+/seal: its versions are destroyed after 120 days; until .*",
        r"key projects/\S+/recovery: its versions are destroyed after 120 days; until .*",
        r"key ring projects/\S+, for good",
    ),
    "prod-gcp": (
        r"API \S+, still on",
        r"key projects/\S+/data: its versions are destroyed after 30 days; until .*",
        r"key projects/\S+/seal: its versions are destroyed after 120 days; until .*",
        r"key projects/\S+/recovery: its versions are destroyed after 120 days; until .*",
        r"secret projects/\S+, left behind with its values, .*",
        r"key ring projects/\S+, for good",
        r"backups of Cloud SQL instance .*",
        r"final backup of Cloud SQL instance .*",
        r"the disks of storage class vault, which outlive their claims",
    ),
}


def kept(output: str) -> list[str]:
    """What the sandbox says that the cloud keeps."""
    _, _, after = output.partition(f"{HEADING}\n")
    return [line.removeprefix("  - ") for line in after.splitlines() if line.startswith("  - ")]


@pytest.mark.parametrize("stack", SHIPPED)
def test_life(stack: str, tmp_path: Path, pulumi: None):
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
    stays = kept(workplace.succeed("destroy", "--yes", "--skip-preview"))
    assert workplace.resources() == []
    assert [text for text in stays if not any(re.fullmatch(each, text) for each in STAYS[stack])] == []
    assert [each for each in STAYS[stack] if not any(re.fullmatch(each, text) for text in stays)] == []
