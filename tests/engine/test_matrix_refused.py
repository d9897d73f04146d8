"""The real engine refuses what breaks a rule of the policy pack. `test_matrix_life.py` sees that the stacks pass."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from sandbox.recorder import ROOT
from settings import Cloud
from tools.stacks import PROD
from tools.workplace import Workplace

pytestmark = [pytest.mark.engine, pytest.mark.matrix]

PACK: Final = ("--policy-pack", str(ROOT / "policy"))
PUBLIC: Final = "no-public-database"
PROD_ON_AWS: Final = PROD[Cloud.AWS]


def test_a_program_that_breaks_a_rule_is_refused_and_an_exception_lets_it_through(tmp_path: Path, pulumi: None):
    workplace = Workplace.make(tmp_path / "project", PROD_ON_AWS)
    store = workplace.own("components") / "aws" / "tracker_store.py"
    store.write_text(store.read_text().replace("publicly_accessible=False", "publicly_accessible=True"))
    refused = workplace.pulumi("preview", *PACK)
    assert refused.status != 0
    assert f"[mandatory]  {PUBLIC}  (aws:rds:Instance: rasa-prod-tracker-store-instance)" in refused.output
    assert refused.output.count("[mandatory]") == 1
    exception = {"rule": PUBLIC, "reason": "shown to the auditors", "until": "2099-12-31"}
    workplace.set(policyExceptions=[exception])
    workplace.succeed("preview", *PACK)
    workplace.set(policyExceptions=[{**exception, "until": "2020-12-31"}])
    assert "it ended on 2020-12-31" in workplace.pulumi("preview", *PACK).output
