"""Every rule has a passing and a failing case made from the real program, and finds what it is there for alone."""

from __future__ import annotations

from typing import Final

import pytest
from _pytest.mark import ParameterSet

from policy import kinds as k
from policy.pack import RULES
from policy.rule import When
from sandbox.recording import Recording, Registration
from settings import Cloud
from tests.policy import cases_access, cases_data
from tests.policy.changes import Change, apply, put
from tests.program.stacks import STACKS, each, recording
from tools.daily import drawn
from tools.mutations.judged import context_of, judge
from tools.stacks import DEV, PROD

CASES: Final = {**cases_data.CASES, **cases_access.CASES}
NAMES: Final = [rule.name for rule in RULES]
PACKAGES: Final = {
    "aws": Cloud.AWS,
    "azure-native": Cloud.AZURE,
    "gcp": Cloud.GCP,
    "confluentcloud": Cloud.GCP,
}


def looked_in(type_: str) -> tuple[str, str]:
    """The stacks that make such a resource: prod, of which more rules speak; what only dev makes, there."""
    package = type_.removeprefix("pulumi:providers:").split(":")[0]
    cloud = PACKAGES.get(package, Cloud.AWS)  # what is in the cluster is alike on all
    return PROD[cloud], DEV[cloud]


def case(rule: str, type_: str) -> ParameterSet:
    """A parameter; one worker of a parallel run makes all recordings of a stack."""
    return pytest.param(rule, type_, id=f"{rule} {type_}", marks=pytest.mark.xdist_group(looked_in(type_)[0]))


def changed(type_: str, change: Change) -> tuple[str, Registration, Recording]:
    """The stack that makes such a resource, the resource, and the stack with the change."""
    for stack in looked_in(type_):
        if found := apply(change, recording(stack), type_):
            return stack, *found
    raise AssertionError(f"no stack makes a {type_} {change.of}")


@pytest.mark.parametrize("stack", each(drawn("stacks that are judged", list(STACKS), 3)))
def test_the_pack_has_nothing_against_what_the_program_makes(stack: str):
    _is_accepted(stack, preview=False)


@pytest.mark.parametrize("stack", each(drawn("stacks whose previews are judged", list(STACKS), 2)))
def test_the_pack_has_nothing_against_a_preview(stack: str):
    _is_accepted(stack, preview=True)


def _is_accepted(stack: str, *, preview: bool) -> None:
    allowed = (
        {"known-registry"} if "two assistants" in stack else set[str]()
    )  # its actions come from a registry of its own
    found = judge(recording(stack, preview), context_of(STACKS[stack]))
    assert [one for one in found if one.rule not in allowed] == []
    assert {one.rule for one in found} == allowed


@pytest.mark.parametrize(
    ("rule", "type_"), drawn("changes to find", [case(rule, type_) for rule in CASES for type_ in CASES[rule]], 60)
)
def test_one_change_is_found_by_the_one_rule_that_is_meant_for_it(rule: str, type_: str):
    stack, resource, recorded = changed(type_, CASES[rule][type_])
    found = judge(recorded, context_of(STACKS[stack], profile="prod"), only=resource)
    if stack in DEV.values():  # made in dev only, so that what prod wants besides does not hold
        found = [one for one in found if one.rule == rule]
    assert {one.rule for one in found} == {rule}
    (declared,) = (one for one in RULES if one.name == rule)
    assert all(declared.remedy in one.message for one in found)


@pytest.mark.parametrize(
    ("rule", "type_"), [case(rule.name, next(iter(CASES[rule.name]))) for rule in RULES if rule.when is not When.ALWAYS]
)
def test_what_only_prod_wants_dev_may_leave_out(rule: str, type_: str):
    stack, resource, recorded = changed(type_, CASES[rule][type_])
    (declared,) = (one for one in RULES if one.name == rule)
    assert judge(recorded, context_of(STACKS[stack], profile="dev"), only=resource) == []
    lifted = judge(recorded, context_of(STACKS[stack], profile="prod", allow_destroy=True), only=resource)
    assert (lifted == []) == (declared.when is When.PROTECTED)


def test_the_mirror_of_the_stack_file_is_a_listed_registry():
    stack = PROD[Cloud.AWS]
    change = put("values.server.image.repository", "mirror.example.com/hashicorp/vault", of="vault-release")
    found = apply(change, recording(stack), k.RELEASE)
    assert found
    resource, recorded = found

    def broken(mirror: str) -> set[str]:
        return {one.rule for one in judge(recorded, context_of(STACKS[stack], mirror=mirror), only=resource)}

    assert broken("") == broken("mirror.example") == {"known-registry"}
    assert broken("mirror.example.com") == set()


def test_every_rule_is_tried_on_every_type_that_it_names():
    assert len(NAMES) >= 40
    assert len(set(NAMES)) == len(NAMES)
    assert CASES.keys() == set(NAMES)
    untried = {rule.name: set(rule.types) ^ set(CASES[rule.name]) for rule in RULES}
    assert {name: types for name, types in untried.items() if types} == {}


def test_a_rule_judges_resources_or_the_stack_and_says_what_to_do():
    for rule in RULES:
        assert bool(rule.on) != bool(rule.companions), rule.name
        assert rule.description.endswith("."), rule.name
        assert rule.remedy.endswith("."), rule.name
        assert rule.description.startswith("In prod, ") == (rule.when is not When.ALWAYS), rule.name
