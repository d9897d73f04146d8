"""The shipped stacks on the real engine after one `up`. Their whole life is in `test_matrix_life.py`."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from sandbox.clock.timeline import told
from tests.engine.conftest import StoodUp
from tools.stacks import SHIPPED
from tools.venv import CHECKOUT
from tools.workplace import Workplace
from tools.write_time import PAGE

pytestmark = pytest.mark.engine


def _often(stack: str) -> list[pytest.MarkDecorator]:
    """Returns the marks of a stack: all but the small one go up in `make test-matrix` only."""
    return [pytest.mark.xdist_group(f"engine-{stack}"), *([] if stack == "dev" else [pytest.mark.matrix])]


EACH_STACK = [pytest.param(stack, marks=_often(stack)) for stack in SHIPPED]


@pytest.mark.parametrize("stack", EACH_STACK)
class TestOfEachStack:
    """What holds after the first `up` of a shipped stack file."""

    @pytest.fixture
    def up(self, stack: str, stood_up: StoodUp) -> Workplace:
        return stood_up(stack)

    def test_no_secret_stands_in_the_state_in_clear(self, up: Workplace):
        readable, whole = up.state(), up.state(show_secrets=True)
        secrets = {*held_by_kubernetes(whole), *re.findall(r"sandbox-dummy-[\w-]+", whole)}
        assert len(secrets) > 5
        assert any("license" in secret for secret in secrets)
        assert [secret for secret in secrets if json.dumps(secret)[1:-1] in readable] == []

    def test_outputs_hide_the_kubeconfig_alone_and_name_what_rasa_is_told_of(self, up: Workplace):
        outputs = json.loads(up.succeed("stack output", "--json"))
        assert outputs["kubeconfig"] == "[secret]"
        assert set(outputs) >= {"endpoints", "values", "namespaces", "services", "next"}
        assert "[secret]" not in json.dumps({**outputs, "kubeconfig": ""})
        endpoints = yaml.safe_load((up.sandbox / "endpoints.yml").read_text())
        assert set(endpoints) >= {"tracker_store", "lock_store", "event_broker"}
        host = outputs["services"]["trackerStore"].rpartition(":")[0]
        assert endpoints["tracker_store"]["url"] == host
        assert endpoints["event_broker"]["url"] == outputs["services"]["eventQueue"]

    def test_the_engine_s_state_predicts_the_same_time_as_the_program(self, up: Workplace, stack: str):
        """The page is made from what the program registers without an engine."""
        timeline = json.loads((up.sandbox / "timeline.json").read_text())
        (row,) = (line for line in (CHECKOUT / PAGE).read_text().splitlines() if line.startswith(f"| `{stack}` |"))
        cells = [cell.strip() for cell in row.split("|")]
        assert cells[3:5] == [told(timeline["minutes"]), told(timeline["slowMinutes"])]


def held_by_kubernetes(state: str) -> set[str]:
    """The values of all Kubernetes Secrets in a state that shows its secrets; user names and certificates left out."""
    return {
        value
        for resource in json.loads(state)["deployment"]["resources"]
        # The one that a Job fills is made empty.
        if resource["type"] == "kubernetes:core/v1:Secret" and "stringData" in resource["inputs"]
        for key, value in json.loads(resource["inputs"]["stringData"]["plaintext"]).items()
        if len(value) >= 16 and "USERNAME" not in key.upper() and not key.endswith(".crt")
    }
