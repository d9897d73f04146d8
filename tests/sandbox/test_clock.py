"""The virtual clock: published times, laid out over what waits for what."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from catalogue.packages import PACKAGES
from sandbox.clock.chart import groups_of, svg
from sandbox.clock.graph import Graph, Node, graph_of
from sandbox.clock.journal import Journal
from sandbox.clock.rows import Times
from sandbox.clock.schedule import backward, forward, length
from sandbox.clock.timeline import as_json, of_new_stack, of_run, sentences, told
from sandbox.clock.times import TABLE, minutes, row_of, slow_minutes

NETWORK, DATABASE, KAFKA = "aws:ec2/vpc:Vpc", "aws:rds/instance:Instance", "aws:msk/cluster:Cluster"
PLATFORM, SERVICE = "rasa:aws:Platform", "rasa:aws:MskEventQueue"


def node(name: str, *needs: str, token: str = NETWORK, parent: str = "", provider: str = "") -> Node:
    return Node(urn=name, token=token, name=name, needs=frozenset(needs), parent=parent, provider=provider)


def graph(*nodes: Node) -> Graph:
    return graph_of(nodes)


DIAMOND = graph(node("a"), node("b", "a"), node("c", "a"), node("d", "b", "c"))
STACK = graph(
    node("rasa-prod", token=PLATFORM),
    node("rasa-prod-event-queue", token=SERVICE, parent="rasa-prod"),
    node("rasa-prod-vpc", parent="rasa-prod"),
    node("rasa-prod-event-queue-cluster", "rasa-prod-vpc", token=KAFKA, parent="rasa-prod-event-queue"),
    node("rasa-prod-<database>", "rasa-prod-vpc", token=DATABASE, parent="rasa-prod"),
)


def read(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - we have just written it


def test_what_does_not_wait_goes_on_at_once():
    spans = {span.urn: span for span in forward(DIAMOND, {"a": 1, "b": 5, "c": 2, "d": 1})}
    assert [(urn, span.start, span.end) for urn, span in spans.items()] == [
        ("a", 0, 1),
        ("b", 1, 6),
        ("c", 1, 3),
        ("d", 6, 7),
    ]
    assert {urn for urn, span in spans.items() if span.critical} == {"a", "b", "d"}


def test_what_is_there_already_takes_no_time():
    assert length(forward(DIAMOND, {"d": 1})) == 1
    assert forward(DIAMOND, {}) == ()


@pytest.mark.parametrize("waiting", [node("b", parent="a"), node("b", provider="a")], ids=["parent", "provider"])
def test_parents_and_providers_are_waited_for(waiting: Node):
    assert length(forward(graph(node("a"), waiting), {"a": 1, "b": 1})) == 2


def test_time_passes_through_what_takes_none():
    found = graph(node("a"), node("provider", "a"), node("b", provider="provider"))
    assert length(forward(found, {"a": 3, "b": 1})) == 4


def test_deletes_go_round_by_round():
    """A round ends with its slowest: `b` is gone early, and `a` still waits for `c`."""
    found = graph(node("a"), node("b", "a"), node("c", "a"), node("lone"))
    spans = {
        span.urn: (span.start, span.end, span.critical)
        for span in backward(found, found.keys(), dict.fromkeys(found, 1) | {"c": 4}, 10)
    }
    assert spans == {"b": (10, 11, False), "c": (10, 14, True), "a": (14, 15, False), "lone": (14, 15, True)}


def test_a_component_that_is_deleted_makes_a_round():
    found = graph(node("component", token=SERVICE), node("a", parent="component"))
    assert length(backward(found, found.keys(), {"a": 2})) == 2


def test_a_run_counts_only_what_was_done():
    journal = Journal()
    journal.note("update", "rasa-prod-<database>")
    run = of_run("prod", "up", STACK, STACK, journal)
    assert [(bar.node.urn, bar.operations) for bar in run.bars] == [("rasa-prod-<database>", ("update",))]
    assert run.minutes == minutes("update", DATABASE, {})


def test_a_replacement_is_made_first_and_the_old_one_deleted_after_all_else():
    journal = Journal()
    for operation in ("create", "delete"):
        journal.note(operation, "rasa-prod-event-queue-cluster")
    journal.note("create", "rasa-prod-<database>")
    run = of_run("prod", "up", STACK, STACK, journal)
    ends = [(bar.node.token, bar.operations, bar.span.start) for bar in run.bars]
    assert (KAFKA, ("delete",), minutes("create", KAFKA, {})) in ends
    assert run.minutes == minutes("create", KAFKA, {}) + minutes("delete", KAFKA, {})


def test_one_that_has_to_go_first_takes_both_times():
    journal = Journal()
    for operation in ("delete", "create"):
        journal.note(operation, "rasa-prod-event-queue-cluster")
    run = of_run("prod", "up", STACK, STACK, journal)
    assert [bar.operations for bar in run.bars] == [("delete", "create")]
    assert run.minutes == minutes("create", KAFKA, {}) + minutes("delete", KAFKA, {})


def test_a_destroy_ends_with_the_network():
    journal = Journal()
    for urn in ("rasa-prod-event-queue-cluster", "rasa-prod-<database>", "rasa-prod-vpc"):
        journal.note("delete", urn)
    run = of_run("prod", "destroy", STACK, {}, journal)
    assert run.bars[-1].node.token == NETWORK
    assert run.minutes == minutes("delete", DATABASE, {}) + minutes("delete", NETWORK, {})
    assert run.cloud == "AWS"


def test_the_first_row_whose_condition_holds_counts():
    assert minutes("create", DATABASE, {"multiAz": True}) == 14
    assert minutes("create", DATABASE, {"multiAz": False}) == 7.5
    server = "azure-native:dbforpostgresql:Server"
    assert minutes("create", server, {"highAvailability": {"mode": "ZoneRedundant"}}) == 12
    assert minutes("create", server, {"highAvailability": {"mode": "Disabled"}}) == 6
    cluster = "gcp:container/cluster:Cluster"
    assert minutes("create", cluster, {}) < minutes("create", cluster, {"nodeLocations": ["a", "b"]})


def test_what_nobody_published_takes_the_package_s_default():
    assert row_of("aws:ec2/route:Route", {}) is None
    assert 0 < minutes("create", "aws:ec2/route:Route", {}) < slow_minutes("create", "aws:ec2/route:Route", {})
    for token in ("random:index/randomId:RandomId", "tls:index/privateKey:PrivateKey", "rasa:aws:Platform"):
        assert minutes("create", token, {}) == slow_minutes("create", token, {}) == 0


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.token)
def test_a_row_is_of_a_type_that_the_sandbox_serves(row: Times):
    assert any(row.token in package.entries for package in PACKAGES)
    assert 0 < row.create < row.slow
    assert min(row.update, row.delete) > 0


def test_sentences_name_the_longest_of_the_chain():
    text = sentences(of_new_stack("prod", STACK))
    assert text.startswith("On AWS this would take about 24 min (up to 66 on a slow day).\n")
    assert text.endswith("Longest chain: rasa-prod-vpc 0.2, then rasa-prod-event-queue-cluster 24.")
    assert [told(value) for value in (0.25, 2, 2.25, 24.2)] == ["0.2", "2", "2.2", "24"]


def test_json_holds_every_operation():
    found = as_json(of_new_stack("prod", STACK))
    assert found["criticalPath"] == ["rasa-prod-vpc", "rasa-prod-event-queue-cluster"]
    assert found["minutes"] == 24.2
    cluster = next(one for one in found["resources"] if one["type"] == KAFKA)
    assert cluster == {
        "urn": "rasa-prod-event-queue-cluster",
        "type": KAFKA,
        "name": "rasa-prod-event-queue-cluster",
        "service": "rasa-prod-event-queue",
        "operations": ["create"],
        "start": 0.2,
        "end": 24.2,
        "critical": True,
    }


def test_the_chart_groups_by_service_and_colours_what_the_run_waits_for():
    timeline = of_new_stack("prod", STACK)
    groups = groups_of(timeline)
    assert [(group.title, [row.label for row in group.rows]) for group in groups] == [
        ("rasa prod", ["vpc", "<database>"]),
        ("event queue", ["cluster"]),
    ]
    picture = read(svg(timeline))
    bars = [one for one in picture.iter() if one.get("class") in ("bar", "critical")]
    # One of each is the legend's.
    assert [one.get("class") for one in bars].count("critical") == 2 + 1
    assert [one.get("class") for one in bars].count("bar") == 1 + 1
    width, height = (float(picture.get(key) or 0) for key in ("width", "height"))
    for one in picture.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, w, h = (float(one.get(key) or 0) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height


def test_a_chart_of_almost_nothing_is_a_chart():
    assert read(svg(of_new_stack("dev", graph(node("a")))))
    assert read(svg(of_new_stack("dev", {})))
