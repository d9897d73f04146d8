"""The life of the shipped stacks on the real engine: preview, up, nothing to do, destroy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.engine.workplace import Workplace

pytestmark = pytest.mark.engine


@pytest.mark.xdist_group("engine-dev")
def test_up_makes_what_the_preview_before_it_shows(dev: Workplace, tmp_path: Path):
    plan = Workplace.make(tmp_path / "before", "dev").plan()
    assert set(plan.values()) == {"create"}
    assert set(plan) == {resource["urn"] for resource in dev.resources()}


@pytest.mark.xdist_group("engine-dev")
def test_afterwards_there_is_nothing_to_do_and_nothing_to_warn_of(dev: Workplace):
    assert "warning" not in dev.succeed("preview", "--expect-no-changes")


EACH_STACK = [pytest.param(stack, marks=pytest.mark.xdist_group(f"engine-{stack}")) for stack in ("dev", "prod")]


@pytest.mark.parametrize("stack", EACH_STACK)
class TestOfEachStack:
    """What holds after the first `up` of a shipped stack file."""

    @pytest.fixture
    def up(self, stack: str, request: pytest.FixtureRequest) -> Workplace:
        return request.getfixturevalue(stack)

    def test_no_secret_stands_in_the_state_in_clear(self, up: Workplace):
        readable, whole = up.state(), up.state(show_secrets=True)
        passwords = [
            resource["outputs"]["result"]["plaintext"].strip('"')
            for resource in json.loads(whole)["deployment"]["resources"]
            if resource["type"] == "random:index/randomPassword:RandomPassword"
        ]
        dummies = set(re.findall(r"sandbox-dummy-[\w-]+", whole))
        secrets = {*passwords, *dummies}
        assert len(passwords) > 3
        assert any("license" in dummy for dummy in dummies)
        assert [secret for secret in secrets if secret not in whole] == []
        assert [secret for secret in secrets if secret in readable] == []

    def test_only_the_kubeconfig_is_a_secret_output(self, up: Workplace):
        outputs = json.loads(up.succeed("stack output", "--json"))
        assert outputs["kubeconfig"] == "[secret]"
        assert set(outputs) >= {"endpoints", "values", "namespaces", "services", "next"}
        assert "[secret]" not in json.dumps({**outputs, "kubeconfig": ""})


@pytest.mark.xdist_group("engine-dev")
def test_destroy_leaves_nothing_of_a_dev_stack(dev: Workplace, tmp_path: Path):
    copy = dev.copy(tmp_path / "copy")
    assert len(copy.resources()) > 100
    copy.succeed("destroy", "--yes", "--skip-preview")
    assert copy.resources() == []
    assert len(dev.resources()) > 100


@pytest.mark.xdist_group("engine-prod")
def test_a_prod_stack_is_destroyed_only_after_its_protection_was_lifted(prod: Workplace, tmp_path: Path):
    copy = prod.copy(tmp_path / "copy")
    # The preview refuses. With `--skip-preview` the engine deletes what is not protected until it meets what is.
    refused = copy.pulumi("destroy", "--yes")
    assert refused.status != 0
    assert "protect" in refused.output
    assert copy.resources() == prod.resources()
    copy.set(allowDestroy=True)
    copy.up()
    copy.succeed("destroy", "--yes", "--skip-preview")
    assert copy.resources() == []
