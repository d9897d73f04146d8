"""Nothing that is healthy but slow is aborted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

import pytest

from sandbox.clock.times import minutes as usual
from sandbox.clock.times import times_of
from sandbox.recording import Registration
from tests.program.stacks import each, recording
from tools.stacks import SHIPPED

# Minutes that the providers give a create by themselves, as their documentation says.
OF_TYPE: Final = {
    "aws:ec2/natGateway:NatGateway": 10,
    "aws:ec2/vpcEndpoint:VpcEndpoint": 10,
    "aws:eks/addon:Addon": 20,
}
# Azure's: pulumi/pulumi#8500. Confluent's gateways and access points: two hours like all its networks.
OF_PACKAGE: Final = {"azure-native": 120, "confluentcloud": 120, "gcp": 20}
RELEASE: Final = "kubernetes:helm.sh/v3:Release"
# What takes at least this long at worst is long.
LONG: Final = 3
MARGIN: Final = 1.25
# Nobody published how slow updates and deletes can be.
AS_LONG: Final = 4


def limit(one: Registration) -> float:
    """After how many minutes its creation is aborted."""
    if one.type == RELEASE:
        return one.inputs["timeout"] / 60
    if own := one.timeouts.get("create"):
        return minutes(own)
    return OF_TYPE.get(one.type) or OF_PACKAGE[one.package]


def minutes(text: str) -> float:
    """A duration as Pulumi spells it."""
    found = re.fullmatch(r"(\d+)([ms])", text)
    assert found, text
    return int(found[1]) / (1 if found[2] == "m" else 60)


def long(stack: str) -> Iterator[tuple[Registration, float]]:
    """What may take long, and how long at worst. A release that nobody waits for has no limit."""
    for one in recording(stack).resources.values():
        times = times_of(one.type, one.inputs)
        if times and times.slow >= LONG and not one.inputs.get("skipAwait"):
            yield one, times.slow


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_what_is_slow_has_the_time_for_it(stack: str):
    found = list(long(stack))
    assert len(found) > 5
    assert [(one.name, slow, limit(one)) for one, slow in found if limit(one) < MARGIN * slow] == []


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_what_has_more_time_to_be_made_has_more_to_change_and_to_go(stack: str):
    own = [one for one, _ in long(stack) if one.timeouts.get("create")]
    assert len(own) > 3
    operations: tuple[Literal["update", "delete"], ...] = ("update", "delete")
    short = [
        (one.name, operation)
        for one in own
        for operation in operations
        if minutes(one.timeouts[operation]) < AS_LONG * usual(operation, one.type, one.inputs)
    ]
    assert short == []


@pytest.mark.parametrize("stack", each(SHIPPED))
def test_a_job_ends_by_itself_before_the_engine_gives_it_up(stack: str):
    jobs = recording(stack).of_type("kubernetes:batch/v1:Job")
    assert len(jobs) > 3
    for job in jobs:
        assert minutes(job.timeouts["create"]) > job.inputs["spec"]["activeDeadlineSeconds"] / 60


@pytest.mark.xdist_group("prod")
def test_the_provider_s_own_limits_would_not_do():
    """A control: without ours, a slow EKS control plane would be aborted after 30 minutes."""
    (cluster,) = (one for one, _ in long("prod") if one.type == "aws:eks/cluster:Cluster")
    times = times_of(cluster.type, cluster.inputs)
    assert times
    assert 30 < MARGIN * times.slow <= limit(cluster)
