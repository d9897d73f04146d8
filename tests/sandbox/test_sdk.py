"""The installed SDKs still tell what the sandbox reads from them; a new SDK that does not fails here."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator

import pytest

from catalogue import sdk
from catalogue.entry import Entry
from catalogue.packages import PACKAGES

SDKS_OWN = {"__self__", "resource_name", "opts", "__props__"}
ENTRIES = [entry for package in PACKAGES for entry in package.entries.values()]


def test_a_shape_has_wire_names_types_and_what_is_required() -> None:
    shape = sdk.resource_shape("aws:eks/cluster:Cluster")
    assert shape.types["roleArn"] is str
    assert shape.types["bootstrapSelfManagedAddons"] is bool
    assert sdk.is_shape(shape.types["vpcConfig"])
    assert {"roleArn", "vpcConfig"} == shape.required


def test_a_shape_tells_what_python_calls_a_property() -> None:
    assert sdk.resource_shape("aws:eks/cluster:Cluster").python_names["roleArn"] == "role_arn"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.token)
def test_the_constructor_takes_every_property_by_its_python_name(entry: Entry) -> None:
    inputs = set(inspect.signature(vars(sdk.constructor(entry.token))["_internal_init"]).parameters) - SDKS_OWN
    assert set(sdk.arguments(entry.token).values()) == inputs


@pytest.mark.parametrize(
    ("token", "path", "expression"),
    [
        ("aws:ec2/vpc:Vpc", ["defaultSecurityGroupId"], ".default_security_group_id"),
        ("aws:eks/cluster:Cluster", ["identities", 0, "oidcs", 0, "issuer"], ".identities[0].oidcs[0].issuer"),
        (
            "azure-native:containerservice:ManagedCluster",
            ["identityProfile", "kubeletidentity", "objectId"],
            ".identity_profile['kubeletidentity'].object_id",
        ),
    ],
)
def test_an_output_is_read_by_python_names(token: str, path: list[str | int], expression: str) -> None:
    assert sdk.output(token, path) == expression


def test_the_args_class_wins_over_a_nested_type_of_the_same_name() -> None:
    assert "versioningConfiguration" in sdk.resource_shape("aws:s3/bucketVersioning:BucketVersioning").types


def test_provider_configuration_has_a_shape() -> None:
    assert "clusterIdentifier" in sdk.resource_shape("pulumi:providers:kubernetes").types


def test_a_type_that_the_sdk_does_not_have_is_an_error() -> None:
    with pytest.raises(sdk.UnknownType):
        sdk.resource_shape("aws:ec2/vpc:Vpcs")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.token)
def test_every_path_in_an_entry_exists_in_the_sdk(entry: Entry) -> None:
    named = {*entry.replaces_on, *(ref.path for ref in entry.refers if ref.values is None)}
    missing = {path for path in named if not _exists(sdk.resource_shape(entry.token), path)}
    assert missing == set()


def test_the_path_check_finds_a_misspelt_path() -> None:
    shape = sdk.resource_shape("aws:eks/cluster:Cluster")
    assert _exists(shape, "vpcConfig.subnetIds")
    assert not _exists(shape, "vpcConfig.subnetId")


def _exists(shape: sdk.Shape, path: str) -> bool:
    head, _, rest = path.partition(".")
    if head not in shape.types:
        return False
    return not rest or any(_exists(sdk.shape_of(inner), rest) for inner in _shapes(shape.types[head]))


def _shapes(annotation: object) -> Iterator[type]:
    annotation = sdk.unwrap(annotation)
    if isinstance(annotation, type) and sdk.is_shape(annotation):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _shapes(argument)
