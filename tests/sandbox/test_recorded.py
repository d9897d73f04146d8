"""The sandbox plans what the real providers were recorded to do: each input is changed, and the diff is asked."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from catalogue import recorded, sdk
from catalogue.entry import Entry
from catalogue.package import Package
from catalogue.packages import PACKAGES
from catalogue.wire import Properties
from sandbox.cloud import Cloud
from sandbox.store import Store

RECORDED = {package.name: package for package in PACKAGES if recorded.read(package.name)["types"]}
ENTRIES = [entry for package in PACKAGES for entry in package.entries.values()]
COMPLETE = ("aws", "confluentcloud", "gcp")  # all inputs were asked about
CONFIG = {"region": "europe-west1", "location": "westeurope"}
AUTOSCALED: Properties = {"maxAllocatedStorage": 100}
FIXED: Properties = {"settings": {"diskAutoresize": False}}
A, B = (f"projects/p/regions/r/serviceAttachments/{name}" for name in "ab")
CHANGED, ADDED, REMOVED = ("a", "b"), (None, "a"), ("a", None)
OFF, ON, GONE, LOWER, HIGHER = (True, False), (False, True), (True, None), (30, 20), (20, 30)
VERSION_DOWN, VERSION_UP, NO_VERSION = ("REDIS_7_2", "REDIS_7_0"), ("7.2", "7.10"), ("3.9.x", "3.8.x")
WIDER, NARROWER = ("10.0.0.0/24", "10.0.0.0/23"), ("10.0.0.0/23", "10.0.0.0/24")
# Verdict -> changes that replace, changes that do not, and changes that the provider drops; inputs beside them.
Changes = Sequence[tuple[Any, Any]]
CASES: Mapping[str, Sequence[tuple[Properties, Changes, Changes, Changes]]] = {
    "replaces": [({}, [CHANGED], [], [])],
    "updates": [({}, [], [CHANGED], [])],
    "unproven": [({}, [], [CHANGED], [])],
    "replaces if added": [({}, [ADDED], [REMOVED, CHANGED], [])],
    "replaces if removed": [({}, [REMOVED], [ADDED, CHANGED], [])],
    "replaces if added, removed": [({}, [ADDED, REMOVED], [CHANGED], [])],
    "replaces if changed": [({}, [CHANGED], [ADDED, REMOVED], [])],
    "replaces if changed, removed": [({}, [CHANGED, REMOVED], [ADDED], [])],
    "replaces if true to false": [({}, [OFF], [ON], [])],
    "replaces if removed, true to false": [({}, [OFF, GONE], [ON], [])],
    "replaces if decreased": [({}, [LOWER, VERSION_DOWN], [HIGHER, VERSION_UP, NO_VERSION], [])],
    "replaces if valkey to redis, removed": [({}, [("valkey", "redis"), REMOVED], [("redis", "valkey")], [])],
    "replaces if between /serviceAttachments/": [({}, [(A, B)], [("all-apis", B)], [])],
    "replaces if not widened": [({}, [NARROWER], [WIDER], [])],
    "drops if decreased while maxAllocatedStorage is set": [
        ({}, [], [LOWER, HIGHER], []),
        (AUTOSCALED, [], [HIGHER], [LOWER]),
    ],
    "replaces if decreased while settings.diskAutoresize is false; drops if decreased": [
        (FIXED, [LOWER], [HIGHER], []),
        ({}, [], [HIGHER], [LOWER]),
    ],
    "drops if SINGLE_ZONE to LOW, LOW to SINGLE_ZONE, MULTI_ZONE to HIGH, HIGH to MULTI_ZONE; replaces": [
        ({}, [("LOW", "HIGH")], [], [("SINGLE_ZONE", "LOW"), ("HIGH", "MULTI_ZONE")])
    ],
}


def _planned(cloud: Cloud, token: str, path: str, besides: Properties, old: Any, new: Any) -> str:
    """What the sandbox plans if an input, at a dotted path, changes and nothing else does."""
    urn = f"urn:pulumi:dev::rasa::{token}::one"
    before, after = (_with(besides, path, value) for value in (old, new))
    found = cloud.diff(urn, "id", before, {}, after)
    return "replaces" if found.replaces else "updates" if path in found.changes else "drops"


def _with(besides: Properties, path: str, value: Any) -> Properties:
    head, _, rest = path.partition(".")
    inner: Properties = besides.get(head) or {}
    return {**besides, head: _with(inner, rest, value) if rest else value}


def _disagreements(package: Package, directory: Path) -> list[str]:
    cloud = Cloud(package, package.configure(CONFIG, "dev"), Store(directory / "cloud.sqlite"))
    return [
        f"{token} {path}, {verdict}: {old!r} to {new!r} {planned}, should be: {wanted}"
        for token, by_verdict in recorded.read(package.name)["types"].items()
        for verdict, by_source in by_verdict.items()
        for words in by_source.values()
        for path in recorded.spelt_out(words)
        for besides, *expected in CASES[verdict]
        for wanted, changes in zip(("replaces", "updates", "drops"), expected, strict=True)
        for old, new in changes
        if (planned := _planned(cloud, token, path, besides, old, new)) != wanted
    ]


@pytest.mark.parametrize("name", RECORDED)
def test_the_sandbox_plans_what_the_provider_does(name: str, tmp_path: Path) -> None:
    assert _disagreements(RECORDED[name], tmp_path) == []


def test_an_entry_that_plans_otherwise_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = RECORDED["aws"]
    monkeypatch.setitem(vars(package.entries["aws:eks/cluster:Cluster"]), "verdicts", {"roleArn": "updates"})
    assert "aws:eks/cluster:Cluster roleArn, replaces: 'a' to 'b' updates, should be: replaces" in _disagreements(
        package, tmp_path
    )


@pytest.mark.parametrize("name", COMPLETE)
def test_no_input_is_without_a_verdict(name: str) -> None:
    """Who takes a line out of the facts, or has a newer SDK with more inputs, has to say what is known of them."""
    missing = {
        token: unknown
        for token, entry in RECORDED[name].entries.items()
        if (unknown := sorted(_unrecorded(entry.token, recorded.verdicts(token))))
    }
    assert missing == {}


def test_a_forgotten_input_is_found() -> None:
    verdicts = dict(recorded.verdicts("aws:eks/cluster:Cluster"))
    del verdicts["roleArn"], verdicts["vpcConfig.subnetIds"]
    assert set(_unrecorded("aws:eks/cluster:Cluster", verdicts)) == {"roleArn", "vpcConfig.subnetIds"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.token)
def test_every_path_of_an_entry_is_one_of_the_sdk_and_is_said_once(entry: Entry) -> None:
    known, own = recorded.verdicts(entry.token).keys(), entry.replaces_on
    assert own & known == set()
    referring = {ref.path for ref in entry.refers if ref.values is None}
    assert {*known, *own, *referring} - set(_inputs(sdk.resource_shape(entry.token))) == set()


def test_a_misspelt_path_is_none_of_the_sdk() -> None:
    """The control of the test above."""
    inputs = set(_inputs(sdk.resource_shape("aws:eks/cluster:Cluster")))
    assert ("vpcConfig.subnetIds" in inputs, "vpcConfig.subnetId" in inputs) == (True, False)


def test_every_recorded_type_has_an_entry() -> None:
    types = {token for package in RECORDED.values() for token in recorded.read(package.name)["types"]}
    assert types - {entry.token for entry in ENTRIES} == set()


def _unrecorded(token: str, verdicts: Mapping[str, str]) -> Iterator[str]:
    """Inputs of which nothing is recorded, though something is of their siblings."""
    known = {"", *(path.rpartition(".")[0] for path in verdicts)}
    yield from (
        path for path in _inputs(sdk.resource_shape(token)) if path not in verdicts and path.rpartition(".")[0] in known
    )


def _inputs(shape: sdk.Shape, above: str = "", within: tuple[str, ...] = ()) -> Iterator[str]:
    for name, annotation in shape.types.items():
        yield f"{above}{name}"
        for inner in _shapes(annotation):
            if inner.__name__ not in within:
                yield from _inputs(sdk.shape_of(inner), f"{above}{name}.", (*within, inner.__name__))


def _shapes(annotation: object) -> list[type]:
    annotation = sdk.unwrap(annotation)
    if isinstance(annotation, type) and sdk.is_shape(annotation):
        return [annotation]
    return [shape for argument in typing.get_args(annotation) for shape in _shapes(argument)]
