"""What the reference page says of a change is what the sandbox does, for every setting, in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from functools import cache
from typing import Final

import pytest

from sandbox.plan import Plan, StackThatIsUp, Step, stack_that_is_up
from settings import Cloud
from settings.schema import described
from settings.setting import Effect
from tests.effects.variants import STACKS, Change, changes, stack_file
from tools.daily import drawn
from tools.stacks import PROD, recording

# What `make test` tries of them in a day.
STACKS_A_DAY: Final = 1
CHANGES_A_DAY: Final = 5
TODAY: Final = drawn("stacks that are changed", STACKS, STACKS_A_DAY)
# There is one cloud, an existing cluster needs an existing network, and not every service has credentials to rotate.
UNTRIED: Final = {"cloud", "cluster.kind", "rotation.lockStore", "rotation.modelStorage"}
# Effects that depend on the value or on another setting. The page says so in a note.
DEPENDS: Final[Mapping[str, Effect]] = {
    "dev* allowDestroy *": Effect.NOTHING,
    "* provider.roleArn *": Effect.REFUSED,
    "*-azure encryption.kind *": Effect.REFUSED,
    "prod-azure network.zones *": Effect.ROLLS,
    "dev-azure eventQueue.partitions raised *": Effect.REFUSED,
    "* eventQueue.version changed to *.kraft'": Effect.REFUSED,
    "*-gcp assistants[[]].analytics lowered *": Effect.IN_PLACE,
    "* secretsManager.init changed to 'job'": Effect.IN_PLACE,
}
# What has to change for an effect to be true, as a part of the names of resources.
SIGNS: Final[Mapping[Effect, tuple[str, ...]]] = {
    Effect.RESTARTS_PODS: ("-release",),
    Effect.ROLLS: ("-cluster", "-nodes", "-namespace"),
}


@cache
def protected(cloud: Cloud) -> frozenset[str]:
    """What the program protects in prod: it holds data, or what data needs."""
    prod = PROD[cloud]
    return frozenset(_without_stack(one.urn, prod) for one in recording(prod).resources.values() if one.protect)


def contradiction(documented: Effect, plan: Plan, stack: str) -> str:
    """What the plan does although the documented effect is another one; empty if they agree."""
    is_prod = stack in PROD.values()
    steps = {urn.rpartition("::")[2]: step.value for urn, step in plan.steps.items()}
    touched = [urn for urn in plan.steps if _holds_data(urn, stack)]
    lost = [urn.rpartition("::")[2] for urn in touched if plan.steps[urn] in (Step.REPLACE, Step.DELETE)]
    shown = plan.refusals[0] if plan.refusals else ", ".join(f"{step} {name}" for name, step in steps.items())[:300]
    if documented is Effect.REFUSED or (documented in (Effect.REPLACES, Effect.REFUSED_IN_PROD) and is_prod):
        return "" if plan.refusals else f"is not refused: {shown or 'nothing happens'}"
    if documented is Effect.NOTHING:
        return f"something happens: {shown}" if plan.steps or plan.refusals else ""
    if plan.refusals:
        return f"is refused: {shown}"
    if documented is Effect.REPLACES:
        return "" if lost else f"replaces nothing that holds data: {shown or 'nothing happens'}"
    if lost:
        return f"replaces or deletes {', '.join(lost)}"
    if not steps:
        return "nothing happens"
    signs = SIGNS.get(documented, ())
    if signs and not any(sign in name for sign in signs for name in steps):
        return f"changes no {' and no '.join(signs)}: {shown}"
    return "" if documented is not Effect.FAILS_OVER or touched else f"changes no service: {shown}"


def wrong(stack: str, change: Change, up: dict[str, StackThatIsUp]) -> list[str]:
    """A line for a change whose documented effect is wrong. `up` are stacks that were created already."""
    assert change.setting.effects is not None
    key = repr(change.before)
    up[key] = up.get(key) or stack_that_is_up(stack_file(stack, change.before), stack)
    name = f"{stack} {change}"
    excepted = [effect for pattern, effect in DEPENDS.items() if fnmatch(name, pattern)]
    documented: Effect = excepted[0] if excepted else getattr(change.setting.effects, change.way)
    found = contradiction(documented, up[key].plan(stack_file(stack, change.before, change.after)), stack)
    return [f"{name} ({documented}): {found}"] if found else []


@pytest.mark.parametrize("stack", [pytest.param(one, marks=pytest.mark.xdist_group(one)) for one in TODAY])
def test_each_documented_effect_is_what_happens(stack: str) -> None:
    up: dict[str, StackThatIsUp] = {}
    every = drawn(f"changes of {stack}", changes(stack), CHANGES_A_DAY)
    assert [line for change in every for line in wrong(stack, change, up)] == []


@pytest.mark.parametrize("cloud", Cloud)
def test_every_setting_of_what_is_created_is_changed(cloud: Cloud) -> None:
    tried = {change.setting.key for stack in STACKS if STACKS[stack] is cloud for change in changes(stack)}
    settings = {one.key for one in described(cloud) if one.effects and one.kind != "existing" and "<" not in one.key}
    assert settings - tried - UNTRIED == set()


def test_a_wrong_effect_is_seen() -> None:
    plan = stack_that_is_up(stack_file("dev"), "dev").plan(stack_file("dev", {"cluster.maxNodes": 5}))
    agree = {effect for effect in Effect if not contradiction(effect, plan, "dev")}
    # To the plan, the update of a node group in place and one of all its nodes are the same.
    assert agree == {Effect.IN_PLACE, Effect.ROLLS, Effect.REFUSED_IN_PROD}


def _holds_data(urn: str, stack: str) -> bool:
    """Whether prod protects it, or a namespace with all that is in it."""
    return _without_stack(urn, stack) in protected(STACKS[stack]) or "kubernetes:core/v1:Namespace::" in urn


def _without_stack(urn: str, stack: str) -> str:
    """The URN as it would be in a stack of any name."""
    return urn.replace(f":{stack}:", "::").replace(f"rasa-{stack}-", "")
