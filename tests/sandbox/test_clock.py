"""The virtual clock: published times, laid out over what waits for what."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from catalogue.packages import PACKAGES
from sandbox.clock.chart import groups_of, svg
from sandbox.clock.graph import Graph, Node, graph_of
from sandbox.clock.journal import Journal
from sandbox.clock.schedule import backward, forward, length
from sandbox.clock.timeline import Timeline, as_json, of_new_stack, of_run, sentences, told
from sandbox.clock.times import Operation, minutes, slow_minutes, times_of

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


def run(command: str, after: Graph, *done: tuple[Operation, str]) -> Timeline:
    """The prediction for a run that did these operations."""
    return of_run(
        "prod", command, STACK, after, Journal([(operation, f"rasa-prod-{name}") for operation, name in done])
    )


def test_what_does_not_wait_goes_on_at_once():
    spans = forward(DIAMOND, {"a": 1, "b": 5, "c": 2, "d": 1})
    assert [(span.urn, span.start, span.end, span.critical) for span in spans] == [
        ("a", 0, 1, True),
        ("b", 1, 6, True),
        ("c", 1, 3, False),
        ("d", 6, 7, True),
    ]


@pytest.mark.parametrize(
    ("nodes", "taken", "total"),
    [
        (DIAMOND, {"d": 1}, 1),
        (DIAMOND, {}, 0),
        (graph(node("a"), node("b", parent="a")), {"a": 1, "b": 1}, 2),
        (graph(node("a"), node("b", provider="a")), {"a": 1, "b": 1}, 2),
        (graph(node("a"), node("provider", "a"), node("b", provider="provider")), {"a": 3, "b": 1}, 4),
    ],
    ids=["the others exist", "all exist", "a parent", "a provider", "through what takes no time"],
)
def test_the_length_of_a_run(nodes: Graph, taken: dict[str, float], total: float):
    assert length(forward(nodes, taken)) == total


def test_deletes_go_round_by_round():
    """A round ends with its slowest: `b` is gone early, and `a` still waits for `c`. A component makes a round too."""
    found = graph(node("a"), node("b", "a"), node("c", "a"), node("lone"))
    spans = {
        span.urn: (span.start, span.end, span.critical)
        for span in backward(found, found.keys(), dict.fromkeys(found, 1) | {"c": 4}, 10)
    }
    assert spans == {"b": (10, 11, False), "c": (10, 14, True), "a": (14, 15, False), "lone": (14, 15, True)}
    found = graph(node("component", token=SERVICE), node("a", parent="component"))
    assert length(backward(found, found.keys(), {"a": 2})) == 2


def test_a_run_counts_only_what_was_done():
    found = run("up", STACK, ("update", "<database>"))
    assert [(bar.node.urn, bar.operations) for bar in found.bars] == [("rasa-prod-<database>", ("update",))]
    assert found.minutes == minutes("update", DATABASE, {})


@pytest.mark.parametrize("first", ["create", "delete"])
def test_a_replacement_takes_both_times_and_the_old_one_goes_after_all_else_unless_it_is_first(first: Operation):
    operations: tuple[Operation, ...] = ("create", "delete") if first == "create" else ("delete", "create")
    done: list[tuple[Operation, str]] = [(operation, "event-queue-cluster") for operation in operations]
    found = run("up", STACK, *done, ("create", "<database>"))
    assert found.minutes == minutes("create", KAFKA, {}) + minutes("delete", KAFKA, {})
    bars = [(bar.operations, bar.span.start) for bar in found.bars if bar.node.token == KAFKA]
    last = [(("create",), 0), (("delete",), minutes("create", KAFKA, {}))]
    assert bars == (last if first == "create" else [(operations, 0)])


def test_a_destroy_ends_with_the_network():
    found = run("destroy", {}, ("delete", "event-queue-cluster"), ("delete", "<database>"), ("delete", "vpc"))
    assert found.bars[-1].node.token == NETWORK
    assert found.minutes == minutes("delete", DATABASE, {}) + minutes("delete", NETWORK, {})
    assert found.cloud == "AWS"


def test_the_first_row_whose_condition_holds_counts():
    assert minutes("create", DATABASE, {"multiAz": True}) == 14
    assert minutes("create", DATABASE, {"multiAz": False}) == 7.5
    server = "azure-native:dbforpostgresql:Server"
    assert minutes("create", server, {"highAvailability": {"mode": "ZoneRedundant"}}) == 12
    assert minutes("create", server, {"highAvailability": {"mode": "Disabled"}}) == 6
    cluster = "gcp:container/cluster:Cluster"
    assert minutes("create", cluster, {}) < minutes("create", cluster, {"nodeLocations": ["a", "b"]})


def test_what_nobody_published_takes_the_package_s_default():
    assert times_of("aws:ec2/route:Route", {}) is None
    assert 0 < minutes("create", "aws:ec2/route:Route", {}) < slow_minutes("create", "aws:ec2/route:Route", {})
    for token in ("random:index/randomId:RandomId", "tls:index/privateKey:PrivateKey", "rasa:aws:Platform"):
        assert minutes("create", token, {}) == slow_minutes("create", token, {}) == 0


def test_minutes_are_possible():
    every = [each for package in PACKAGES for entry in package.entries.values() for each in entry.minutes]
    assert len(every) > 50
    assert all(0 < each.create < each.slow and min(each.update, each.delete) > 0 for each in every)


def test_sentences_and_json_name_the_chain():
    timeline = of_new_stack("prod", STACK)
    text = sentences(timeline)
    assert text.startswith("On AWS this would take about 24 min (up to 66 on a slow day).\n")
    assert text.endswith("Longest chain: rasa-prod-vpc 0.2, then rasa-prod-event-queue-cluster 24.")
    assert [told(value) for value in (0.25, 2, 2.25, 24.2)] == ["0.2", "2", "2.2", "24"]
    found = as_json(timeline)
    assert found["criticalPath"] == ["rasa-prod-vpc", "rasa-prod-event-queue-cluster"]
    assert found["minutes"] == 24.2
    (cluster,) = (one for one in found["resources"] if one["type"] == KAFKA)
    assert (cluster["service"], cluster["operations"]) == ("rasa-prod-event-queue", ["create"])
    assert (cluster["start"], cluster["end"], cluster["critical"]) == (0.2, 24.2, True)


def test_the_chart_groups_by_service_and_colours_what_the_run_waits_for():
    timeline = of_new_stack("prod", STACK)
    groups = groups_of(timeline)
    assert [(group.title, [row.label for row in group.rows]) for group in groups] == [
        ("rasa prod", ["vpc", "<database>"]),
        ("event queue", ["cluster"]),
    ]
    picture = ElementTree.fromstring(svg(timeline))  # noqa: S314 - our own
    bars = [one for one in picture.iter() if one.get("class") in ("bar", "critical")]
    # One of each is the legend's.
    assert [one.get("class") for one in bars].count("critical") == 2 + 1
    assert [one.get("class") for one in bars].count("bar") == 1 + 1
    width, height = (float(picture.get(key) or 0) for key in ("width", "height"))
    for one in picture.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, w, h = (float(one.get(key) or 0) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height


@pytest.mark.parametrize("resources", [{}, graph(node("a"))], ids=["nothing", "one"])
def test_a_chart_of_almost_nothing_is_a_chart(resources: Graph):
    assert ElementTree.fromstring(svg(of_new_stack("dev", resources))).tag.endswith("svg")  # noqa: S314 - our own
