"""Nothing waits without a reason, and no stack takes longer than what forces it to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pytest

from sandbox.clock.graph import Graph
from sandbox.clock.timeline import of_new_stack
from sandbox.clock.times import minutes
from settings import Cloud
from tests.program.invariants import CLUSTERS, SLOW
from tests.program.stacks import STACKS, cloud_of, each, recording
from tests.program.waits import aws, azure, gcp, in_cluster
from tests.program.waits.table import Row, service_of, thing, waits
from tools.stacks import PROD

FORCED: Final[Mapping[Cloud, tuple[Row, ...]]] = {
    Cloud.AWS: (*in_cluster.FORCED, *aws.FORCED),
    Cloud.AZURE: (*in_cluster.FORCED, *azure.FORCED),
    Cloud.GCP: (*in_cluster.FORCED, *gcp.FORCED),
}
CHOSEN: Final[Mapping[Cloud, tuple[Row, ...]]] = {
    Cloud.AWS: (*in_cluster.CHOSEN, *aws.CHOSEN),
    Cloud.AZURE: (*in_cluster.CHOSEN, *azure.CHOSEN),
    Cloud.GCP: (*in_cluster.CHOSEN, *gcp.CHOSEN),
}
GATE: Final = in_cluster.GATE
MARGIN: Final = 1.02
KAFKA: Final = {
    Cloud.AWS: "aws:msk/cluster:Cluster",
    Cloud.AZURE: "azure-native:eventhub:Namespace",
    Cloud.GCP: "confluentcloud:index/kafkaCluster:KafkaCluster",
}
# Names begin with the stack that was changed.
RUN: Final = "the whole run"


def unexplained(found: Graph, cloud: Cloud) -> list[str]:
    """The dependencies between services for which no reason is written down."""
    rows = (*FORCED[cloud], *GATE, *CHOSEN[cloud])
    return [
        f"{who} waits for {what}, as {example[0]} does for {example[1]}"
        for (who, what), example in waits(found).items()
        if service_of(who) != service_of(what) and not _explained(who, what, rows)
    ]


def only(found: Graph, rows: Sequence[Row]) -> Graph:
    """The same resources, of whose dependencies only those are left that the rows tell of."""
    names = {urn: thing(node) for urn, node in found.items()}
    return {
        urn: replace(
            node,
            needs=frozenset(other for other in node.needs & found.keys() if _explained(names[urn], names[other], rows)),
        )
        for urn, node in found.items()
    }


def ends(found: Graph) -> dict[str, float]:
    """When the whole run would end, and each service that takes long."""
    timeline = of_new_stack("any", found)
    long = {bar.node.token: bar.span.end for bar in timeline.bars if bar.node.token in (*SLOW, *CLUSTERS)}
    return {RUN: timeline.minutes, **long}


def late(found: Graph, cloud: Cloud) -> list[str]:
    """What would end later than it could, by more than the margin."""
    bound = ends(only(found, (*FORCED[cloud], *GATE)))
    return [what for what, end in ends(found).items() if end > MARGIN * bound[what]]


def with_edge(found: Graph, who: Sequence[str], what: Sequence[str]) -> Graph:
    """The graph in which something waits for something else too, both named by type."""
    (before,) = (urn for urn, node in found.items() if node.token in what)
    changed = {urn: replace(node, needs=node.needs | {before}) for urn, node in found.items() if node.token in who}
    assert changed
    return {**found, **changed}


def _explained(who: str, what: str, rows: Sequence[Row]) -> bool:
    return any(row.explains(who, what) for row in rows)


@pytest.mark.parametrize("stack", each(STACKS))
def test_every_dependency_between_services_has_a_reason(stack: str):
    assert unexplained(recording(stack).graph, cloud_of(stack)) == []


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_prod_takes_no_longer_than_what_forces_it_to(stack: str):
    assert late(recording(stack).graph, cloud_of(stack)) == []


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_all_that_we_chose_to_wait_for_costs_a_job_or_two(stack: str):
    """The smoke test; and the Job that takes passwords to Vault, where nothing else is slower."""
    found = recording(stack).graph
    chosen = ends(found)[RUN] - ends(only(found, FORCED[cloud_of(stack)]))[RUN]
    jobs = 1 if cloud_of(stack) is Cloud.AWS else 2
    assert chosen == pytest.approx(jobs * minutes("create", "kubernetes:batch/v1:Job", {}), abs=0.1)


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_kafka_that_waits_for_the_cluster_is_found(stack: str):
    cloud = cloud_of(stack)
    broken = with_edge(recording(stack).graph, [KAFKA[cloud]], CLUSTERS)
    assert [text for text in unexplained(broken, cloud) if "Cluster" in text] != []
    # Event Hubs are fast enough that a late start would not delay the rest; their own end tells.
    expected = {KAFKA[cloud]} if cloud is Cloud.AZURE else {KAFKA[cloud], RUN}
    assert set(late(broken, cloud)) == expected


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_a_database_that_waits_for_the_cluster_s_nodes_is_found(stack: str):
    nodes = (
        "aws:eks/nodeGroup:NodeGroup",
        "azure-native:containerservice:AgentPool",
        "gcp:container/nodePool:NodePool",
    )
    databases = [type_ for type_ in SLOW if type_.startswith(("aws:rds", "azure-native:dbfor", "gcp:sql"))]
    broken = with_edge(recording(stack).graph, databases, nodes)
    assert unexplained(broken, cloud_of(stack)) != []
    assert set(databases) & set(late(broken, cloud_of(stack))) != set()


@pytest.mark.parametrize("stack", each(PROD.values()))
def test_the_bound_is_made_of_the_same_resources_and_the_same_times(stack: str):
    found = recording(stack).graph
    bound = only(found, FORCED[cloud_of(stack)])
    assert bound.keys() == found.keys()
    longest = max(minutes("create", node.token, node.inputs) for node in found.values())
    assert ends(bound)[RUN] > longest + minutes("create", "kubernetes:helm.sh/v3:Release", {})
