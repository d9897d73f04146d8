"""An independent scanner finds nothing in the program's own objects that docs/security.md does not explain."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Final

import pytest

from tests.contract.cases import cases
from tests.contract.scanner import EXPLAINED, findings, unexplained
from tests.contract.test_manifests import RASA
from tests.e2e.manifests import manifests
from tools.stacks import SHIPPED

pytestmark = [pytest.mark.contract, pytest.mark.xdist_group("manifests")]

PAGE: Final = Path(__file__).parents[2] / "docs" / "security.md"


@pytest.mark.parametrize("stack", SHIPPED)
def test_it_finds_nothing_that_is_not_explained(stack: str) -> None:
    assert unexplained(manifests(cases(stack, RASA)[0].recording)) == {}


def test_every_explanation_is_needed_and_on_the_page() -> None:
    found = findings(manifests(cases("prod", RASA)[0].recording))
    assert set(found) == EXPLAINED
    page = PAGE.read_text(encoding="utf-8")
    assert [check for check in EXPLAINED if f"`{check}`" not in page] == []


def test_it_sees_a_container_that_may_do_everything() -> None:
    given = copy.deepcopy(manifests(cases("dev", RASA)[0].recording))
    job = next(one for one in given if one["kind"] == "Job")
    job["spec"]["template"]["spec"]["containers"][0]["securityContext"]["privileged"] = True
    assert "CKV_K8S_16" in unexplained(given)
