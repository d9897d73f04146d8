"""The contract between the platform and a cloud."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.cloud import Access, GrantedElsewhere, NoIdentityNeeded, Rights, narrowed, together
from sandbox.recorder import ROOT
from settings import Cloud
from settings.event_queue import NoEventQueue
from settings.secrets_manager import CreateVault


@pytest.mark.parametrize(
    ("accesses", "wanted"),
    [
        pytest.param([], NoIdentityNeeded(), id="no service"),
        pytest.param([NoIdentityNeeded(), NoIdentityNeeded()], NoIdentityNeeded(), id="passwords alone"),
        pytest.param([NoIdentityNeeded(), GrantedElsewhere()], GrantedElsewhere(), id="rights from somebody else"),
        pytest.param([GrantedElsewhere(), Rights(("read",))], Rights(("read",)), id="rights from both"),
        pytest.param([Rights(("read",)), Rights(("write",))], Rights(("read", "write")), id="rights to two services"),
    ],
)
def test_a_service_account_has_the_rights_of_all_services_that_it_uses(
    accesses: list[Access[str]], wanted: Access[str]
):
    assert together(accesses) == wanted


def test_a_cloud_creates_only_what_the_platform_asks_for():
    with pytest.raises(TypeError, match="NoEventQueue"):
        narrowed(NoEventQueue(), CreateVault)
    vault = CreateVault(version="2.0.4", nodes=1, storage_gb=10)
    assert narrowed(vault, CreateVault) is vault


SDKS = "pulumi_aws|pulumi_azure_native|pulumi_gcp|pulumi_confluentcloud"
IMPORTED = re.compile(
    rf"\b({SDKS}|(?<!\.)providers|(components|settings)(\.| import )({'|'.join(Cloud)})|import .*\bCloud)\b"
)
BRANCHED_ON = re.compile(r"\b([Cc]loud|aws|azure|azure-native|gcp|google|confluent|(Aws|Azure|Gcp)Settings)\b")
NEUTRAL = sorted(path for name in ("rasa", "kubernetes") for path in (ROOT / "components" / name).rglob("*.py"))


def uses_of_a_cloud(source: str) -> Iterator[str]:
    """Every import of a cloud's package or SDK, and every branch on the cloud."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from IMPORTED.findall(ast.unparse(node))
            case ast.If(test=condition) | ast.IfExp(test=condition):
                yield from BRANCHED_ON.findall(ast.unparse(condition))
            case ast.Match(subject=subject, cases=cases):
                for part in (subject, *(case.pattern for case in cases)):
                    yield from BRANCHED_ON.findall(ast.unparse(part))
            case _:
                pass


@pytest.mark.parametrize("path", NEUTRAL, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_runs_on_any_cloud_asks_for_none(path: Path):
    assert list(uses_of_a_cloud(path.read_text())) == []
    assert len(NEUTRAL) > 15


@pytest.mark.parametrize(
    "source",
    [
        "import pulumi_aws as aws",
        "from components.azure import names",
        "from components import azure",
        "from providers.confluent import confluent_provider",
        "from settings import Cloud",
        "from settings.gcp import CreateGke",
        "if settings.cloud: pass",
        "x = 1 if provider == 'aws' else 2",
        "match settings:\n    case AwsSettings(): pass",
    ],
)
def test_a_use_of_a_cloud_is_recognised(source: str):
    assert list(uses_of_a_cloud(source)) != []
