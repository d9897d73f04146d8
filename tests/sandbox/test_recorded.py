"""The sandbox plans what the real providers were recorded to do: each input is changed, and the diff is asked."""

from __future__ import annotations

import typing
from collections.abc import Iterator
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
COMPLETE = ("aws", "confluentcloud", "gcp")  # all inputs were asked about
CONFIG = {"region": "europe-west1", "location": "westeurope"}
LOW, HIGH = "10.0.0.0/24", "10.0.0.0/23"
ATTACHMENTS = ("projects/p/regions/r/serviceAttachments/a", "projects/p/regions/r/serviceAttachments/b")
OFF: Properties = {"settings": {"diskAutoresize": False}}
# Verdict -> (what is besides, old value, new value) -> what the plan says.
CASES: dict[str, list[tuple[Properties, Any, Any, str]]] = {
    "replaces": [({}, "a", "b", "replaces")],
    "updates": [({}, "a", "b", "updates")],
    "unproven": [({}, "a", "b", "updates")],
    "replaces if added": [({}, None, "a", "replaces"), ({}, "a", None, "updates"), ({}, "a", "b", "updates")],
    "replaces if removed": [({}, None, "a", "updates"), ({}, "a", None, "replaces"), ({}, "a", "b", "updates")],
    "replaces if added, removed": [
        ({}, None, "a", "replaces"),
        ({}, "a", None, "replaces"),
        ({}, "a", "b", "updates"),
    ],
    "replaces if changed": [({}, "a", "b", "replaces"), ({}, None, "a", "updates")],
    "replaces if changed, removed": [
        ({}, "a", "b", "replaces"),
        ({}, "a", None, "replaces"),
        ({}, None, "a", "updates"),
    ],
    "replaces if true to false": [({}, True, False, "replaces"), ({}, False, True, "updates")],
    "replaces if removed, true to false": [
        ({}, True, False, "replaces"),
        ({}, True, None, "replaces"),
        ({}, False, True, "updates"),
    ],
    "replaces if decreased": [
        ({}, 3, 2, "replaces"),
        ({}, 2, 3, "updates"),
        ({}, "7.10", "7.2", "replaces"),
        ({}, "7.2", "7.10", "updates"),
        ({}, "3.9.x", "3.8.x", "updates"),
        ({}, "REDIS_7_2", "REDIS_7_0", "replaces"),
    ],
    "replaces if valkey to redis, removed": [
        ({}, "valkey", "redis", "replaces"),
        ({}, "redis", "valkey", "updates"),
        ({}, "redis", None, "replaces"),
    ],
    "replaces if between /serviceAttachments/": [({}, *ATTACHMENTS, "replaces"), ({}, "all-apis", "b", "updates")],
    "replaces if not widened": [({}, HIGH, LOW, "replaces"), ({}, LOW, HIGH, "updates")],
    "drops if decreased while maxAllocatedStorage is set": [
        ({}, 30, 20, "updates"),
        ({"maxAllocatedStorage": 100}, 30, 20, "drops"),
        ({"maxAllocatedStorage": 100}, 20, 30, "updates"),
    ],
    "replaces if decreased while settings.diskAutoresize is false; drops if decreased": [
        (OFF, 30, 20, "replaces"),
        (OFF, 20, 30, "updates"),
        ({}, 30, 20, "drops"),
    ],
    "drops if SINGLE_ZONE to LOW, LOW to SINGLE_ZONE, MULTI_ZONE to HIGH, HIGH to MULTI_ZONE; replaces": [
        ({}, "SINGLE_ZONE", "LOW", "drops"),
        ({}, "LOW", "HIGH", "replaces"),
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
        for besides, old, new, wanted in CASES[verdict]
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


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_input_is_one_of_the_sdk(name: str) -> None:
    for token in recorded.read(name)["types"]:
        assert recorded.verdicts(token).keys() - set(_inputs(sdk.resource_shape(token))) == set(), token


def test_no_entry_repeats_what_is_recorded() -> None:
    entries: list[Entry] = [entry for package in PACKAGES for entry in package.entries.values()]
    assert [one.token for one in entries if one.replaces_on & recorded.verdicts(one.token).keys()] == []


def _unrecorded(token: str, verdicts: typing.Mapping[str, str]) -> Iterator[str]:
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
