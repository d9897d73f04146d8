"""Which stacks a change touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.recorder import ROOT
from tools.pulls.touched import stacks_in, stacks_touched

STACKS = {"dev": "aws", "prod": "aws", "dev-azure": "azure", "prod-gcp": "gcp"}
ALL = sorted(STACKS)


@pytest.mark.parametrize(
    ("files", "touched"),
    [
        (["Pulumi.dev.yaml"], ["dev"]),
        (["Pulumi.dev.yaml", "Pulumi.prod-gcp.yaml"], ["dev", "prod-gcp"]),
        (["Pulumi.gone.yaml"], []),
        (["Pulumi.yaml"], ALL),
        (["__main__.py"], ALL),
        (["components/rasa/values.py"], ALL),
        (["components/platform.py"], ALL),
        (["requirements.txt"], ALL),
        (["policy/rules.py"], ALL),
        (["components/aws/tracker_store.py"], ["dev", "prod"]),
        (["components/aws/scripts/bootstrap.py"], ["dev", "prod"]),
        (["settings/azure_rules.py"], ["dev-azure"]),
        (["providers/gcp.py"], ["prod-gcp"]),
        (["providers/confluent.py"], ["prod-gcp"]),
        (["settings/gcp.py", "components/azure/cluster.py"], ["dev-azure", "prod-gcp"]),
        (["docs/aws.md", "tests/components/aws/x.py", "tools/setup.py", "sandbox/cloud.py"], []),
        ([], []),
    ],
)
def test_a_change_touches_exactly_the_stacks_that_it_can_change(files: list[str], touched: list[str]):
    assert stacks_touched(files, STACKS) == touched


def test_every_stack_file_here_names_its_cloud():
    found = stacks_in(ROOT)
    assert found["dev"] == "aws"
    assert found["prod-azure"] == "azure"
    assert found["dev-gcp"] == "gcp"
    assert len(found) == len(list(ROOT.glob("Pulumi.*.yaml")))


def test_a_stack_file_without_a_cloud_is_a_stack(tmp_path: Path):
    (tmp_path / "Pulumi.new.yaml").write_text("config: {}\n")
    assert stacks_in(tmp_path) == {"new": ""}


def test_all_that_the_program_is_made_of_is_looked_at():
    """A new directory that the program imports would else be passed over."""
    imported = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {
        "catalogue",
        "sandbox",
        "tests",
        "tools",
    }
    assert imported
    assert all(stacks_touched([f"{name}/new.py"], STACKS) == ALL for name in imported)
