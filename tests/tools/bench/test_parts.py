"""What is measured is what the page says: resources by type, assistants of their own, modules that are used."""

from __future__ import annotations

import pytest

from sandbox.recorder import run_program
from settings import Cloud
from tests.program.stacks import each, recording
from tools.bench.assistants import STACK, assistants
from tools.bench.imports import own, sdk_modules, timed
from tools.stacks import PROD, settings_of

SDKS = {
    Cloud.AWS: {"pulumi_aws"},
    Cloud.AZURE: {"pulumi_azure_native"},
    Cloud.GCP: {"pulumi_gcp", "pulumi_confluentcloud"},
}


@pytest.mark.parametrize("count", [1, 3])
def test_so_many_assistants_are_no_problem_and_have_a_release_each(count: int):
    made = run_program({**settings_of(STACK), "assistants": assistants(count)}, stack=STACK)
    releases = [one.inputs["namespace"] for one in made.of_type("kubernetes:helm.sh/v3:Release")]
    assert {f"rasa{number}" for number in range(1, count + 1)} <= set(map(str, releases))


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_the_modules_are_those_of_what_a_stack_registers(stack: str):
    cloud = next(cloud for cloud, name in PROD.items() if name == stack)
    modules = sdk_modules(recording(stack))
    common = {"pulumi_kubernetes", "pulumi_random", "pulumi_tls"}
    assert {module.partition(".")[0] for module in modules} == SDKS[cloud] | common


@pytest.mark.parametrize("cloud", Cloud)
def test_the_program_s_own_imports_are_those_of_the_cloud_too(cloud: Cloud):
    imports = "\n".join(own(cloud))
    assert "from components.platform import " in imports
    assert f"from components.{cloud.value}.cloud import " in imports
    assert [other for other in Cloud if other != cloud and f"components.{other.value}" in imports] == []


def test_each_step_of_an_import_is_timed():
    waiting = "import time\nwhile time.process_time() < {}: pass"
    first, second = timed([waiting.format(0.3), "pass"])
    assert second < 0.05 < first
