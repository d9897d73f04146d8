"""The invariants hold for every stack, before and after the first `up`."""

from __future__ import annotations

import pytest

from sandbox.recording import UNKNOWN
from settings import Cloud
from tests.program import invariants
from tests.program.invariants import INVARIANTS, Invariant, protects
from tests.program.stacks import NONE, STACKS, cloud_of, each, recording
from tools import daily
from tools.stacks import SHIPPED

# Previews of a few stacks, others every day.
PREVIEWED = daily.drawn("previews", list(STACKS), 4)
RUNS = [
    pytest.param(stack, preview, id=f"{stack}-{'preview' if preview else 'up'}", marks=pytest.mark.xdist_group(stack))
    for stack in STACKS
    for preview in ((True, False) if stack in PREVIEWED else (False,))
]
EVERY_RUN = pytest.mark.parametrize(("stack", "preview"), RUNS)
EVERY_STACK = pytest.mark.parametrize("stack", each(STACKS))
PROTECTED = {stack for stack in STACKS if STACKS[stack]["profile"] == "prod" and "allowDestroy" not in STACKS[stack]}
PACKAGES = {Cloud.AWS: {"aws"}, Cloud.AZURE: {"azure-native"}, Cloud.GCP: {"gcp", "confluentcloud"}}


@EVERY_RUN
@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.__name__)
def test_it_holds(invariant: Invariant, stack: str, preview: bool):
    assert invariant(recording(stack, preview)) == []


@EVERY_RUN
def test_data_is_protected_in_prod_and_only_there_and_until_it_is_lifted(stack: str, preview: bool):
    found = recording(stack, preview)
    assert protects(stack in PROTECTED)(found) == []
    assert any(one.type in invariants.DATA for one in found.resources.values())


@EVERY_STACK
def test_a_stack_has_providers_of_its_own_cloud_only(stack: str):
    providers = {one.type for one in recording(stack).resources.values() if one.is_provider}
    cloud = PACKAGES[cloud_of(stack)] - ({"confluentcloud"} if STACKS[stack].get("eventQueue") == NONE else set())
    assert providers == {f"pulumi:providers:{package}" for package in (*cloud, "kubernetes", "random", "tls")}


@pytest.mark.parametrize("types", [invariants.SLOW, invariants.CLUSTERS, invariants.NODES, invariants.WAYS_OUT])
@pytest.mark.parametrize("stack", each(SHIPPED))
def test_every_shipped_stack_has_what_the_invariant_of_the_long_poles_is_about(types: tuple[str, ...], stack: str):
    made = {one.type for one in recording(stack).resources.values() if one.type in types}
    assert len(made) == (3 if types is invariants.SLOW else 1)


@pytest.mark.parametrize("stack", each(PREVIEWED))
def test_preview_shows_what_up_makes(stack: str):
    assert set(recording(stack, preview=True).resources) == set(recording(stack).resources)


@pytest.mark.parametrize("stack", each(PREVIEWED))
def test_what_a_preview_does_not_know_yet_is_known_to_up(stack: str):
    """Else the double leaves something out, and with it what depends on it."""
    before, after = recording(stack, preview=True), recording(stack)
    unknown = [
        (urn, key) for urn, one in before.resources.items() for key, value in one.inputs.items() if value is UNKNOWN
    ]
    assert unknown != []
    assert [(urn, key) for urn, key in unknown if after.resources[urn].inputs.get(key) is None] == []
